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
    private let sleep: @Sendable (Duration) async throws -> Void
    private var token: AccessToken?

    /// - Parameters:
    ///   - base: ends in `/v2`, no slash.
    ///   - trace: receives a line for each call, for `--verbose`.
    ///   - sleep: the pause between tries; a test need not wait.
    init(
        base: String, credentials: FirecRESTCredentials, http: HTTPClient, policy: RetryPolicy = RetryPolicy(),
        trace: (@Sendable (String) -> Void)? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.base = base
        self.credentials = credentials
        self.http = http
        self.policy = policy
        self.trace = trace
        self.sleep = sleep
    }

    /// The answer to `call`, if it is a success; retried as the policy says.
    ///
    /// - Throws: ``FirecRESTError``; `CancellationError`.
    @discardableResult func send(_ call: FirecRESTCall) async throws -> HTTPResponse {
        var state = RetryState(policy: policy, repeating: call.repeating)
        while true {
            let request = call.request(base: base, authorization: try await authorization())
            let outcome = try await exchange(request, shown: call.shown)
            switch state.decide(event(outcome)) {
            case .done: return try final(outcome, call)
            case .renewToken:
                guard case .client = credentials else { return try final(outcome, call) }
                token = nil
            case .retry(let pause):
                try await wait(pause)
            case .unknownOutcome: throw FirecRESTError.unknownOutcome(call: call.shown, reason: reason(outcome))
            case .giveUp(let reason): throw FirecRESTError.rateLimited(reason)
            }
        }
    }

    /// A line for `--verbose` between the calls.
    func note(_ line: String) { trace?(line) }

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
                isRefusal: FirecRESTErrorBody(answer).refusal != nil)
        }
    }

    private func final(_ outcome: Result<HTTPResponse, HTTPFailure>, _ call: FirecRESTCall) throws -> HTTPResponse {
        switch outcome {
        case .failure(let error): throw FirecRESTError.notReached(call: call.shown, reason: hide(error.message))
        case .success(let answer):
            if answer.isSuccess { return answer }
            let body = FirecRESTErrorBody(answer)
            if let refusal = body.refusal { throw FirecRESTError.slurmRefused(hide(refusal)) }
            throw FirecRESTError.status(call: call.shown, status: answer.status, message: hide(body.message))
        }
    }

    private func reason(_ outcome: Result<HTTPResponse, HTTPFailure>) -> String {
        switch outcome {
        case .failure(let error): hide(error.message)
        case .success(let answer): "\(answer.status): \(hide(FirecRESTErrorBody(answer).message))"
        }
    }

    private func hide(_ text: String) -> String {
        Redactor(secrets: credentials.secrets + [token?.value]).line(text, limit: 500)
    }

    private func wait(_ pause: Duration) async throws {
        trace?("waiting \(pause.components.seconds) s")
        try await sleep(pause)
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
        var state = RetryState(policy: policy, repeating: .harmless)
        while true {
            let outcome = try await exchange(request, shown: "POST token")
            switch state.decide(event(outcome)) {
            case .retry(let pause): try await wait(pause)
            case .giveUp(let reason): throw FirecRESTError.rateLimited(reason)
            case .done, .renewToken, .unknownOutcome:
                guard case .success(let answer) = outcome else {
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
