// Failed requests by cause, most frequent first, each with its first case and where to look. k6 leaves the reader with
// a count.

import Generator

enum ErrorSection {
    static func value(_ inputs: SummaryInputs) -> JSON {
        let run = inputs.statistics
        let sorted = run.failures.sorted { left, right in
            (right.count.total, left.first.end, left.key.status) < (left.count.total, right.first.end, right.key.status)
        }
        return .array(
            sorted.map { failure in
                let key = failure.key
                let text = run.texts[key.errorText]
                let content: JSON = key.content == .none ? .null : .string(key.content.rawValue)
                let label = Int(failure.first.label)
                return .object([
                    ("status", .int(Int64(key.status))),
                    ("error_code", .int(Int64(key.errorCode))),
                    ("error", text.isEmpty ? .null : .string(inputs.redactor.redact(text))),
                    ("content", content),
                    ("phase", .string(key.phase.name)),
                    ("count", .int(Int64(failure.count.total))),
                    ("hint", .string(hint(key))),
                    (
                        "first",
                        .object([
                            ("at_seconds", .double(Double(failure.first.end) / 1e9)),
                            (
                                "at",
                                .string(
                                    WallClock.text(
                                        unixNanoseconds: inputs.context.startedUnixNanoseconds + failure.first.end))
                            ),
                            ("iteration", .int(Int64(failure.first.iteration))),
                            ("prompt", .int(Int64(failure.first.prompt))),
                            ("label", label < run.labels.count ? .string(run.labels[label].label) : .null),
                        ])
                    ),
                ])
            })
    }

    /// Where to look, by k6's error codes (k6 §5.1).
    static func hint(_ key: FailureStatistics.Key) -> String {
        switch key.content {
        case .emptyBody: return "status 200 without a body: see the log of the server and of the proxy before it"
        case .cutShort: return "the answer ends in its middle: see the log of the server and of the proxy before it"
        case .notJSON: return "status 200 with a body that is no JSON: is this an OpenAI-compatible endpoint?"
        case .noChoices: return "status 200 without choices: see the server's log"
        case .reported: return "status 200, but the answer says error or abort: see the server's log"
        case .notOK: return "an answer without a completion: is this an OpenAI-compatible endpoint?"
        case .none: break
        }
        switch key.errorCode {
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
