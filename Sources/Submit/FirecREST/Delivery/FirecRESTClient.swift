// Carries out FirecREST calls: token, sending, waiting between tries. What to do after each answer is `RetryState`'s
// decision.

import Glibc
import HTTPClient
import Base
import Scenarios

/// A connection to one FirecREST. Calls are sent one after the other, as a run needs them.
actor FirecRESTClient {
    private let base: String
    private let credentials: FirecRESTCredentials
    private let http: HTTPClient
    private let policy: RetryPolicy
    private let trace: (@Sendable (String) -> Void)?
    private let notice: (@Sendable (String) -> Void)?
    private let clock: WaitClock
    private var token: AccessToken?
    /// Whether there was an answer that is a success: then it is the right server, and our credentials are good.
    private var isKnown = false

    /// - Parameters:
    ///   - base: ends in `/v2`, no slash.
    ///   - trace: receives a line for each call, for `--verbose`.
    ///   - notice: receives what whoever waits should know: that the server asks to wait, that it does not answer.
    init(
        base: String, credentials: FirecRESTCredentials, http: HTTPClient, policy: RetryPolicy = RetryPolicy(),
        trace: (@Sendable (String) -> Void)? = nil, notice: (@Sendable (String) -> Void)? = nil, clock: WaitClock = .real
    ) {
        self.base = base
        self.credentials = credentials
        self.http = http
        self.policy = policy
        self.trace = trace
        self.notice = notice
        self.clock = clock
    }

    /// The answer to `call`, if it is a success; retried as the policy says.
    ///
    /// - Throws: ``FirecRESTError``; `CancellationError`.
    @discardableResult func send(_ call: FirecRESTCall) async throws -> HTTPResponse {
        var state = RetryState(policy: call.isOneLook ? .oneLook : policy, repeating: call.repeating, isKnown: isKnown)
        var silence: Duration?
        while true {
            let request = call.request(base: base, authorization: try await authorization())
            let outcome = try await exchange(request, shown: call.shown)
            switch state.decide(event(outcome), at: clock.now()) {
            case .done:
                let answer = try final(outcome, call)
                if let silence { notice?("FirecREST answers again after \((clock.now() - silence).components.seconds) s") }
                isKnown = true
                return answer
            case .renewToken(let pause):
                if case .apiKey = credentials {
                    // It cannot be renewed; but a gateway that restarts may know it again.
                    guard isKnown else { return try final(outcome, call) }
                    if pause == .zero { continue }
                }
                token = nil
                if pause > .zero { try await wait(pause) }
            case .retry(let pause, let isWorthSaying):
                if isWorthSaying {
                    silence = silence ?? clock.now()
                    notice?(Self.said(outcome, of: call, pause: pause, reason: reason(outcome)))
                }
                try await wait(pause)
            case .unknownOutcome:
                throw FirecRESTError.unknownOutcome(call: call.shown, reason: reason(outcome), isUntried: Self.isUntried(outcome))
            case .giveUp(let reason): throw FirecRESTError.rateLimited(reason)
            }
        }
    }

    private static func isUntried(_ outcome: Result<HTTPResponse, HTTPFailure>) -> Bool {
        if case .success(let answer) = outcome { FirecRESTErrorBody(answer).isUntried } else { false }
    }

    /// What somebody who waits reads.
    private static func said(
        _ outcome: Result<HTTPResponse, HTTPFailure>, of call: FirecRESTCall, pause: Duration, reason: String
    ) -> String {
        let name = call.shown.prefix { $0 != "?" }
        guard case .success(let answer) = outcome else { return "FirecREST not reached for \(name): \(reason); trying again" }
        if answer.status == 429 { return "FirecREST asks to wait \(pause.components.seconds) s" }
        return "FirecREST answers \(reason) (\(name)); trying again"
    }

    /// A line for `--verbose` between the calls.
    func note(_ line: String) { trace?(line) }

    /// On the clock of the pauses.
    func now() -> Duration { clock.now() }

    /// A line for whoever waits.
    func tell(_ line: String) { notice?(line) }

    /// Sends to a presigned URL: no credentials of ours, and the URL, which is one itself, is shown nowhere.
    ///
    /// - Parameter shown: what `--verbose` calls it.
    func sendPresigned(_ request: HTTPRequest, shown: String) async throws -> Result<HTTPResponse, HTTPFailure> {
        try await exchange(request, shown: shown)
    }

    private func exchange(_ request: HTTPRequest, shown: String) async throws -> Result<HTTPResponse, HTTPFailure> {
        let start = ContinuousClock.now
        let result: Result<HTTPResponse, HTTPFailure>
        do throws(HTTPFailure) {
            result = .success(try await http.send(request))
        } catch {
            if error.kind == .cancelled { throw CancellationError() }
            result = .failure(error)
        }
        if let trace {
            let outcome =
                switch result {
                case .success(let answer): "\(answer.status)"
                case .failure(let error): hide(error.message)
                }
            trace("\(shown) → \(outcome) (\(Int((ContinuousClock.now - start) / .milliseconds(1))) ms)")
        }
        return result
    }

    private func event(_ outcome: Result<HTTPResponse, HTTPFailure>) -> RetryState.Event {
        switch outcome {
        case .failure(let error): .failure(error.kind)
        case .success(let answer):
            .answer(
                status: answer.status, retryAfter: RetryAfter.read(answer, now: time(nil)),
                complaint: FirecRESTErrorBody(answer).complaint)
        }
    }

    private func final(_ outcome: Result<HTTPResponse, HTTPFailure>, _ call: FirecRESTCall) throws -> HTTPResponse {
        switch outcome {
        case .failure(let error): throw FirecRESTError.notReached(call: call.shown, reason: hide(error.message))
        case .success(let answer):
            if answer.isSuccess { return answer }
            let body = FirecRESTErrorBody(answer)
            if case .refused(let sentence)? = body.complaint { throw FirecRESTError.slurmRefused(hide(sentence)) }
            throw FirecRESTError.status(call: call.shown, status: answer.status, message: hide(body.explained))
        }
    }

    private func reason(_ outcome: Result<HTTPResponse, HTTPFailure>) -> String {
        switch outcome {
        case .failure(let error): hide(error.message)
        case .success(let answer): "\(answer.status): \(hide(FirecRESTErrorBody(answer).explained))"
        }
    }

    private func hide(_ text: String) -> String {
        Redactor(secrets: credentials.secrets + [token?.value]).line(text, limit: 500)
    }

    /// On the clock of the pauses between tries.
    func pause(_ duration: Duration) async throws { try await wait(duration) }

    private func wait(_ pause: Duration) async throws {
        trace?("waiting \(pause.components.seconds) s")
        try await clock.sleep(pause)
    }

    // MARK: Authorization

    private func authorization() async throws -> HTTPRequest.Header {
        switch credentials {
        case .apiKey(let key): return .init("X-API-Key", key)
        case .client(let id, let secret, let uri):
            if let token, token.isFresh(at: .now) { return .init("Authorization", "Bearer \(token.value)") }
            let fresh = try await newToken(AccessToken.request(uri: uri, id: id, secret: secret))
            token = fresh
            return .init("Authorization", "Bearer \(fresh.value)")
        }
    }

    private func newToken(_ request: HTTPRequest) async throws -> AccessToken {
        var state = RetryState(policy: policy, repeating: .harmless, isKnown: isKnown)
        while true {
            let outcome = try await exchange(request, shown: "POST token")
            switch state.decide(event(outcome), at: clock.now()) {
            case .retry(let pause, let isWorthSaying):
                if isWorthSaying { notice?("the token server: \(reason(outcome)); trying again") }
                try await wait(pause)
            case .giveUp(let reason): throw FirecRESTError.rateLimited("the token server \(reason)")
            case .done, .renewToken, .unknownOutcome:
                guard case .success(let answer) = outcome, answer.status < 500, answer.status != 408 else {
                    // An outage of theirs says nothing about our credentials.
                    throw FirecRESTError.notReached(call: "the token server", reason: reason(outcome))
                }
                guard answer.isSuccess else {
                    // Keycloak's `error_description` says which of the two is wrong.
                    throw FirecRESTError.tokenRefused("the token server answered \(answer.status): \(hide(answer.text))")
                }
                do throws(UnexpectedAnswer) {
                    return try AccessToken(answer, receivedAt: .now)
                } catch {
                    throw FirecRESTError.tokenRefused("\(error)")
                }
            }
        }
    }
}
