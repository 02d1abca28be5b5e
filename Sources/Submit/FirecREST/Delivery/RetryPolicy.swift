// When a call is sent again: decisions only, from what came back and what has been waited already. The server's wish
// to wait (429) is honoured, an outage is borne, and what a repetition will hardly mend is tried a few times; each as
// `Patience` says, and only where twice is harmless.

import HTTPClient

/// How patient a client is with one call.
struct RetryPolicy: Sendable, Equatable {
    /// What is waited where a 429 does not say; pyfirecrest's number.
    static let rateLimitPause = Duration.seconds(10)

    /// With 429.
    var rate = Patience.standard
    /// With a server, a gateway or an SSH connection that is down: 408, 424, 502, 503, 504, no answer.
    var outage = Patience.standard
    /// With 500, which is what this very call does to the server, and with a host that never answered at all.
    var trouble = Patience.brief

    /// For a check that should say what is wrong now.
    static let brief = RetryPolicy(rate: Patience.brief, outage: Patience.brief)
    /// For a look that is repeated by whoever looks.
    static let oneLook = RetryPolicy(outage: .zero, trouble: .zero)
}

/// The course of one call.
struct RetryState: Sendable {
    enum Event: Sendable, Equatable {
        /// `retryAfter` as asked for in a header; `complaint` when a command of SLURM failed.
        case answer(status: Int, retryAfter: Duration?, complaint: SlurmComplaint?)
        case failure(HTTPFailure.Kind)
    }

    enum Decision: Sendable, Equatable {
        /// The answer is final, good or bad.
        case done
        case retry(after: Duration, isWorthSaying: Bool)
        /// The token was not accepted; a new one may be.
        case renewToken(after: Duration)
        /// Whether it was carried out is unknown; look before sending it again.
        case unknownOutcome
        case giveUp(String)
    }

    /// Between a new token that is refused too and the last one.
    private static let renewalPause = Duration.seconds(2)

    private let repeating: FirecRESTCall.Repeating
    private let isKnown: Bool
    private var rate: Patience
    private var outage: Patience
    private var trouble: Patience
    private var renewals = 0

    /// - Parameter isKnown: whether this server has answered us well before.
    init(policy: RetryPolicy, repeating: FirecRESTCall.Repeating, isKnown: Bool = true) {
        self.repeating = repeating
        self.isKnown = isKnown
        rate = Patience(limit: policy.rate)
        outage = Patience(limit: policy.outage)
        trouble = Patience(limit: min(policy.trouble, policy.outage))
    }

    mutating func decide(_ event: Event, at now: Duration) -> Decision {
        switch event {
        case .answer(status: 401, _, _): return unauthorized()
        case .answer(status: 429, let asked, _): return rateLimited(asked ?? RetryPolicy.rateLimitPause, now)
        case .answer(_, _, .refused): return .done
        // Never carried out.
        case .answer(_, _, .unreachable): return Self.again(&outage, now)
        case .answer(_, _, .lost): return Self.transient(&outage, now, repeating)
        case .answer(status: 408, _, _), .answer(status: 424, _, _), .answer(status: 501..., _, _):
            return Self.transient(&outage, now, repeating)
        case .answer(status: 500, _, _): return Self.transient(&trouble, now, repeating)
        case .answer: return .done
        case .failure(.notReached): return isKnown ? Self.again(&outage, now) : Self.again(&trouble, now)
        case .failure(.timedOut), .failure(.interrupted), .failure(.other):
            return isKnown ? Self.transient(&outage, now, repeating) : Self.transient(&trouble, now, repeating)
        case .failure(.untrusted), .failure(.cancelled), .failure(.tooLong), .failure(.notWritten): return .done
        }
    }

    /// Refused before anything was done. A second refusal is not about age; where we were welcome before, the session is
    /// opened once more, because a server that restarts may not know its own tokens yet.
    private mutating func unauthorized() -> Decision {
        guard renewals < (isKnown ? 2 : 1) else { return .done }
        renewals += 1
        return .renewToken(after: renewals == 1 ? .zero : Self.renewalPause)
    }

    private mutating func rateLimited(_ asked: Duration, _ now: Duration) -> Decision {
        let waited = rate.silence(at: now)
        switch rate.failed(at: now, asked: asked) {
        case .again(let pause, let isWorthSaying): return .retry(after: pause, isWorthSaying: isWorthSaying)
        case .over:
            return .giveUp("asks to wait \(max(1, asked.components.seconds)) s, after \(waited.components.seconds) s of waiting already")
        }
    }

    private static func transient(_ patience: inout Patience, _ now: Duration, _ repeating: FirecRESTCall.Repeating) -> Decision {
        repeating == .harmless ? again(&patience, now) : .unknownOutcome
    }

    private static func again(_ patience: inout Patience, _ now: Duration) -> Decision {
        switch patience.failed(at: now) {
        case .again(let pause, let isWorthSaying): .retry(after: pause, isWorthSaying: isWorthSaying)
        case .over: .done
        }
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
