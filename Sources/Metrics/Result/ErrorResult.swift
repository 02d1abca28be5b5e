// Failed requests by cause, most frequent first, each with its first case and where to look. k6 leaves the reader with
// a count.

import Base
import Generator

/// Requests that failed alike.
package struct ErrorResult: Sendable, Equatable {
    /// Final status, 0 for transport errors.
    package var status: Int
    /// k6's code, 0 for none.
    package var code: Int
    /// The error's text, secrets masked; nil for none.
    package var text: String?
    /// What was wrong with an answer whose status is no error; nil where status or transport say it.
    package var content: String?
    /// How far the exchange got.
    package var phase: String
    package var count: UInt64
    /// Where to look.
    package var hint: String
    /// The earliest of them.
    package var first: First

    /// One failed request.
    package struct First: Sendable, Equatable {
        /// End since the run's zero.
        package var atSeconds: Double
        /// The same as wall clock, RFC 3339 in UTC: for the server's log.
        package var at: String
        package var iteration: UInt64
        /// Index in the corpus.
        package var prompt: UInt64
        package var label: String?
        /// Where its last exchange went, when redirects had led it there; nil for the plan's own URL.
        package var url: String?
        /// `GET` when a redirect had turned the POST into one, as 301, 302 and 303 do.
        package var method = "POST"
        /// What the server said, in one line of at most 300 bytes, secrets masked; nil without a body. Of the earliest
        /// failure whose words are kept, which of several at once need not be the first.
        package var words: String?
    }
}

extension ErrorResult {
    /// All kinds of failure of a run, the most frequent first.
    static func all(_ run: RunStatistics, context: RunContext, redactor: Redactor) -> [ErrorResult] {
        order(run).map { index in
            let failure = run.failures[index]
            let key = failure.key
            let text = run.texts[key.errorText]
            let label = Int(failure.first.label)
            let words = failure.words.map { redactor.redact(run.texts[$0.text]) }
            return ErrorResult(
                status: Int(key.status), code: Int(key.errorCode), text: text.isEmpty ? nil : redactor.redact(text),
                content: key.content == .none ? nil : key.content.rawValue, phase: key.phase.name, count: failure.count.total,
                hint: hint(failure, text, words: words),
                first: First(
                    atSeconds: Double(failure.first.end) / 1e9,
                    at: WallClock.text(unixNanoseconds: context.startedUnixNanoseconds + failure.first.end),
                    iteration: UInt64(failure.first.iteration), prompt: UInt64(failure.first.prompt),
                    label: label < run.labels.count ? run.labels[label].label : nil,
                    url: failure.first.url == 0 ? nil : redactor.redact(run.texts[failure.first.url]),
                    method: failure.first.isGet ? "GET" : "POST", words: words))
        }
    }

    /// Indices of the run's failures, the most frequent first.
    static func order(_ run: RunStatistics) -> [Int] {
        run.failures.indices.sorted { left, right in
            let (left, right) = (run.failures[left], run.failures[right])
            return (right.count.total, left.first.end, left.key.status) < (left.count.total, right.first.end, right.key.status)
        }
    }

    /// Where to look; nothing where the server says itself what is wrong. That a redirect made a GET of the POST is told
    /// by no server.
    private static func hint(_ failure: FailureStatistics, _ text: String, words: String?) -> String {
        if failure.first.isGet, failure.key.status >= 400 {
            return "a redirect made a GET of the POST: give the address it leads to as server URL"
        }
        if text.hasPrefix("proxy: ") {
            return "it is the proxy that refuses: see HTTPS_PROXY, its user and password, and NO_PROXY for servers that need none"
        }
        return words == nil ? hint(failure.key) : ""
    }

    /// By k6's error codes (k6 §5.1).
    private static func hint(_ key: FailureStatistics.Key) -> String {
        switch key.content {
        case .emptyBody: return "status 200 without a body: see the log of the server and of the proxy before it"
        case .streamCutShort: return "the stream stops without a word: see the log of the server and of the proxy before it"
        case .cutShort: return "the answer ends in its middle: see the log of the server and of the proxy before it"
        case .notJSON: return "status 200 with a body that is no JSON: is this an OpenAI-compatible endpoint?"
        case .noChoices: return "status 200 without choices: see the server's log"
        case .reported: return "status 200, but the answer says error or abort: see the server's log"
        case .notOK: return "an answer without a completion: is this an OpenAI-compatible endpoint?"
        case .none: break
        }
        switch key.errorCode {
        case ErrorCode.remote: return "the server ended the TLS handshake with that alert: does it ask for a client certificate?"
        case 1050: return "the answer took longer than the request timeout: lower the load or raise request_timeout"
        case 1100..<1200: return "the server's name could not be resolved: check the host in the server URL"
        case 1210: return "no connection could be made: see this machine's limits and network"
        case 1211: return "connecting took longer than 30 s: wrong address, a firewall, or a full listen queue"
        case 1212: return "nothing listens there: is the server up, are host and port right?"
        case 1000, 1200..<1300: return "the connection broke: see the server's log for a crash, restart or limit"
        case 1301: return "no TLS there: does the server URL need http instead of https?"
        case 1300..<1400: return "TLS failed: check the certificate's name and SSL_CERT_FILE"
        case 1401, 1403: return "refused: check the API key"
        case 1404: return "not found: check the server URL and the model's name"
        case 1400, 1413, 1422: return "the request was refused: context length, max_tokens or a parameter"
        case 1429: return "the server limits the rate"
        case 1500..<1600: return "the server failed: see its log"
        case 1600..<1700: return "HTTP/2 trouble: see the server's or proxy's log"
        case 1701: return "the compressed answer is damaged: see the proxy in front of the server"
        default: return key.status >= 400 ? "the server refused: see its log" : "see the server's log"
        }
    }
}
