// What became of one push, reduced to the four answers that matter to delivery: done, try again, try with less, do not
// try again.

/// Why a push did not succeed.
package enum PushFailure: String, Sendable, CaseIterable, Codable {
    /// No complete answer in time.
    case timeout
    /// No connection: name not found, refused, unreachable.
    case connection
    /// The connection ended before the answer did.
    case closed
    /// TLS could not be agreed on or the certificate is not accepted.
    case tls
    /// 429, the receiver wants us to slow down.
    case throttled
    /// 5xx.
    case serverError = "server-error"
    /// 3xx; never followed, since credentials could end up with somebody else.
    case redirected
    /// 413, the body is larger than the receiver takes.
    case tooLarge = "too-large"
    /// Any other status, almost always 4xx.
    case rejected
    /// The request could not be made or the answer is no HTTP.
    case other
}

struct PushOutcome: Sendable, Equatable {
    enum Verdict: Sendable, Equatable {
        case delivered
        /// Worth another attempt, not before `after` if the receiver said so.
        case retry(PushFailure, after: Duration?)
        /// Something in this request is not wanted; a part of it may be.
        case unacceptable(PushFailure)
        /// The same request would fail again, and any part of it as well.
        case refused(PushFailure)
    }

    var verdict: Verdict
    /// One line for people, without secrets.
    var message: String
    /// Bytes of the compressed body and of the protobuf in it.
    var compressedBytes = 0
    var uncompressedBytes = 0

    /// The verdict on an HTTP status. Success is any 2xx (k6 §7.1); 408 says itself that it is about time. 400 is what
    /// Prometheus, Mimir and VictoriaMetrics say when they do not like a series, 409 Thanos, 422 gateways.
    static func verdict(status: Int, retryAfter: Duration?) -> Verdict {
        switch status {
        case 200..<300: .delivered
        case 300..<400: .refused(.redirected)
        case 408: .retry(.timeout, after: retryAfter)
        case 400, 409, 422: .unacceptable(.rejected)
        case 413: .unacceptable(.tooLarge)
        case 429: .retry(.throttled, after: retryAfter)
        case 500..<600: .retry(.serverError, after: retryAfter)
        default: .refused(.rejected)
        }
    }
}
