// What an answer to the test request means: decisions only. A mistake in the command ends the run here, with the server's
// words. What a server does under load (429, 5xx, a broken connection, no answer in time) is what load tests are for, so
// that is tried again and then left to the plan.

import Base
import Generator

/// One answer to the test request, or why there was none.
struct TestAnswer: Sendable {
    var record: RunRecord
    /// Of a failed transfer, as in summaries.
    var error = ""
    /// Of the server, as a person reads them; empty for none.
    var words = ""
    /// Where a redirect led; empty for the plan's own URL.
    var redirectedTo = ""
}

/// Fed with one answer after the other.
struct TestRequestRules: Sendable {
    enum Step: Sendable, Equatable {
        /// The plan may begin; with a line for the user if something was wrong.
        case begin(warning: String?)
        case again(after: Duration)
        /// The same with the next prompt: this one may be too long.
        case otherPrompt
        case end(TestRequestError)
    }

    /// Pauses between tries: a server that is being restarted behind a gateway is back, one that is gone has cost 3 s.
    static let pauses: [Duration] = [.seconds(1), .seconds(2)]
    /// Prompts that are tried when the server refuses them.
    static let mostPrompts = 3

    let url: String
    /// Prompts that can be tried.
    let prompts: Int
    /// HTTP/2 is spoken without asking: a server that does not know it ends the connection without a word.
    let assumesHTTP2: Bool
    private var repeated = 0
    private var refused = 0
    private var refusal: String?

    init(url: String, prompts: Int, assumesHTTP2: Bool = false) {
        self.url = url
        self.assumesHTTP2 = assumesHTTP2
        self.prompts = min(prompts, Self.mostPrompts)
    }

    mutating func decide(_ answer: TestAnswer) -> Step {
        let record = answer.record
        if record.isSuccess {
            if record.flags.contains(.otherModel) {
                return .begin(warning: "the test request was answered by another model: \(answer.words)")
            }
            return .begin(warning: refusal.map { "the test request succeeded only with another prompt; before it \($0)" })
        }
        let what = describe(answer)
        switch verdict(record, answer.error) {
        case .end(let kind): return .end(Self.error(kind, what))
        case .refused:
            refused += 1
            refusal = refusal ?? what
            return refused < prompts ? .otherPrompt : .end(Self.error(.unavailable, refusal ?? what))
        case .busy,
            .unreachable where repeated < Self.pauses.count:
            repeated += 1
            return .again(after: Self.pauses[repeated - 1])
        case .unreachable: return .end(Self.error(.unavailable, what))
        case .busyAtLast where assumesHTTP2 && record.status == 0 && record.errorCode != ErrorCode.requestTimeout:
            return .end(
                Self.error(
                    .unavailable,
                    "\(what), \(repeated + 1) times; http_version: 2 speaks HTTP/2 over plain http without asking, and this server "
                        + "may not know it"))
        case .busyAtLast: return .begin(warning: "the test request failed, but may succeed under the plan: \(what)")
        }
    }

    // MARK: - Kinds of answers

    private enum Verdict {
        case end(TestRequestErrorKind)
        /// Of this prompt, perhaps of all.
        case refused
        case busy
        /// Busy, and tried often enough.
        case busyAtLast
        case unreachable
    }

    private func verdict(_ record: RunRecord, _ error: String) -> Verdict {
        let busy: Verdict = repeated < Self.pauses.count ? .busy : .busyAtLast
        switch record.status {
        case 0: break
        case 401, 403: return .end(.credentials)
        case 400, 413, 422: return .refused
        case 408, 425, 429, 500, 502, 503, 504: return busy
        default: return .end(.unavailable)
        }
        switch record.errorCode {
        case ErrorCode.requestTimeout: return .busyAtLast
        case ErrorCode.dns, ErrorCode.noSuchHost, ErrorCode.dial, ErrorCode.dialTimeout, ErrorCode.connectionRefused: return .unreachable
        case ErrorCode.remote, ErrorCode.tls, ErrorCode.tlsNotSpoken, ErrorCode.unknownAuthority, ErrorCode.hostnameMismatch,
            ErrorCode.decompression:
            return .end(.unavailable)
        case ErrorCode.http2Connection where error == TransferFailure.withoutHTTP2: return .end(.unavailable)
        case _ where error.hasPrefix("proxy: "): return .unreachable
        // No HTTP, or an answer that would be refused each time.
        case ErrorCode.generic where error != "EOF" && error != "unexpected EOF": return .end(.unavailable)
        default: return busy
        }
    }

    /// `HTTP 404 from http://…: words`.
    private func describe(_ answer: TestAnswer) -> String {
        let record = answer.record
        let place = answer.redirectedTo.isEmpty ? url : answer.redirectedTo
        var text: String
        if record.status == 0 {
            text = "\(answer.error) (\(place))"
        } else {
            let isWrong = record.status == 200 ? " with an answer that is no completion" : ""
            text = "HTTP \(record.status) from \(place)\(isWrong)"
        }
        if record.flags.contains(.methodGet) { text += ", where a redirect made a GET of the POST" }
        return answer.words.isEmpty ? text : "\(text): \(answer.words)"
    }

    private static func error(_ kind: TestRequestErrorKind, _ what: String) -> TestRequestError {
        TestRequestError(kind, "the plan was not begun, because a test request failed: \(what) (--no-test-request leaves it out)")
    }
}
