// When a call is sent again: decisions only, from what came back and what has been waited already. The server's wish
// to wait (429) is honoured up to a budget; trouble on the way is tried again a few times where twice is harmless.

import HTTPClient

/// How patient a client is.
struct RetryPolicy: Sendable {
    /// The most one call waits because the server asked it to, all waits together.
    var rateLimitBudget = Duration.seconds(300)
    /// What is waited where a 429 does not say; pyfirecrest's number.
    var rateLimitDefault = Duration.seconds(10)
    /// After 5xx, 408, 424 and broken connections. 15 s in all: a restart of the server is ridden out.
    var transientPauses: [Duration] = [.seconds(1), .seconds(2), .seconds(4), .seconds(8)]
}

/// The course of one call.
struct RetryState: Sendable {
    enum Event: Sendable, Equatable {
        /// `retryAfter` as asked for in a header; `isRefusal` when a command of SLURM said no.
        case answer(status: Int, retryAfter: Duration?, isRefusal: Bool)
        case failure(HTTPFailure.Kind)
    }

    enum Decision: Sendable, Equatable {
        /// The answer is final, good or bad.
        case done
        case retry(after: Duration)
        /// The token was not accepted; a new one may be.
        case renewToken
        /// Whether it was carried out is unknown; look before sending it again.
        case unknownOutcome
        case giveUp(String)
    }

    private let policy: RetryPolicy
    private let repeating: FirecRESTCall.Repeating
    private var waitedForRate = Duration.zero
    private var transients = 0
    private var hasRenewed = false

    init(policy: RetryPolicy, repeating: FirecRESTCall.Repeating) {
        self.policy = policy
        self.repeating = repeating
    }

    mutating func decide(_ event: Event) -> Decision {
        switch event {
        case .answer(status: 401, _, _):
            // Refused before anything was done. A second refusal is not about age.
            guard !hasRenewed else { return .done }
            hasRenewed = true
            return .renewToken
        case .answer(status: 429, let asked, _): return rateLimited(asked ?? policy.rateLimitDefault)
        case .answer(_, _, isRefusal: true): return .done
        case .answer(status: 408, _, _), .answer(status: 424, _, _), .answer(status: 500..., _, _): return transient()
        case .answer: return .done
        case .failure(.notReached): return again()
        case .failure(.timedOut), .failure(.interrupted), .failure(.other): return transient()
        case .failure(.untrusted), .failure(.cancelled), .failure(.tooLong), .failure(.notWritten): return .done
        }
    }

    private mutating func rateLimited(_ asked: Duration) -> Decision {
        // A date in the past, or a zero, must not become a busy loop.
        let pause = max(asked, .seconds(1))
        guard waitedForRate + pause <= policy.rateLimitBudget else {
            let asked = pause.components.seconds
            let waited = waitedForRate.components.seconds
            return .giveUp(
                "asks to wait \(asked) s, after \(waited) s of waiting already; the limit is "
                    + "\(policy.rateLimitBudget.components.seconds) s")
        }
        waitedForRate += pause
        return .retry(after: pause)
    }

    private mutating func transient() -> Decision {
        guard repeating == .harmless else { return .unknownOutcome }
        return again()
    }

    private mutating func again() -> Decision {
        guard transients < policy.transientPauses.count else { return .done }
        defer { transients += 1 }
        return .retry(after: policy.transientPauses[transients])
    }
}

enum RetryAfter {
    /// From `Retry-After` in seconds or as a date, else from `RateLimit-Reset` in seconds.
    static func read(_ response: HTTPResponse, now: Int) -> Duration? {
        if let text = response.header("retry-after") {
            if let seconds = Int(text), seconds >= 0 { return .seconds(seconds) }
            if let date = HTTPDate.secondsSince1970(text) { return .seconds(max(0, date - now)) }
        }
        guard let seconds = response.header("ratelimit-reset").flatMap({ Int($0) }), seconds >= 0 else { return nil }
        return .seconds(seconds)
    }
}
