// A server that is waited for before the load begins, asked from where the load will come from. `sml` asks from a login
// node or a laptop; where that proves nothing about the cluster's network, the job asks instead.

import Base
import HTTPClient
import Health
import LibcurlClient
import Scenarios

/// The server did not answer for the model in time.
struct ServerNotReady: CommandError {
    var description: String
    var exitCode: Int32 { ExitStatus.temporary.rawValue }
}

/// Decisions of the wait: when to ask again and what to say.
struct ServerWait: Sendable {
    enum Step: Sendable, Equatable {
        case ready
        case probe(after: Duration)
        case giveUp
    }

    struct Decision: Sendable, Equatable {
        var step: Step
        var line: String?
    }

    static let interval = Duration.seconds(5)
    static let reminder = Duration.seconds(60)

    private let limit: Duration
    /// Without a model's name any answer will do: what the requests ask for is not known.
    private let takesAnyAnswer: Bool
    private var said: (health: ModelHealth, at: Duration)?

    init(limit: Duration, takesAnyAnswer: Bool) {
        self.limit = limit
        self.takesAnyAnswer = takesAnyAnswer
    }

    /// - Parameter elapsed: since the wait began.
    mutating func decide(_ health: ModelHealth, elapsed: Duration) -> Decision {
        if isReady(health) {
            return Decision(
                step: .ready, line: said == nil ? nil : "the server answers after \(elapsed.components.seconds) s; the load begins")
        }
        guard elapsed < limit else { return Decision(step: .giveUp) }
        let step = Step.probe(after: min(Self.interval, limit - elapsed))
        if let said, said.health == health, elapsed - said.at < Self.reminder { return Decision(step: step) }
        said = (health, elapsed)
        return Decision(step: step, line: "waiting for the server: \(health.description)")
    }

    private func isReady(_ health: ModelHealth) -> Bool {
        if case .unreachable = health { return false }
        return health == .healthy || takesAnyAnswer
    }

    /// Waits for the server of `resolved`.
    ///
    /// - Throws: ``ServerNotReady`` at the limit.
    static func wait(
        for resolved: ResolvedRun, limit: Duration, environment: [String: String], say: (String) -> Void
    ) async throws {
        let target = resolved.plan.target
        let path = "/v1/chat/completions"
        let url = target.url.hasSuffix(path) ? String(target.url.dropLast(path.count)) : target.url
        let probe = HealthProbe(
            client: HTTPClient(userAgent: Product.userAgent, trust: TrustStore(CertificateAuthorities(environment))), serverURL: url,
            apiKey: target.apiKey, model: resolved.model ?? "")
        var wait = ServerWait(limit: limit, takesAnyAnswer: resolved.model?.isEmpty ?? true)
        let start = ContinuousClock.now
        while true {
            let health = try await probe()
            let decision = wait.decide(health, elapsed: ContinuousClock.now - start)
            if let line = decision.line { say(line) }
            switch decision.step {
            case .ready: return
            case .giveUp:
                throw ServerNotReady(
                    description:
                        "the server was not ready within \(DurationGrammar.format(limit)): \(health.description); no request was sent")
            case .probe(let pause): try await Task.sleep(for: pause)
            }
        }
    }
}
