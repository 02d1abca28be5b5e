// When to ask again, what to say and when to give up while a model comes up: decisions only, no clock and no socket.

import Health

/// Fed with what each probe found and when; answers what to print and what to do next.
package struct HealthWait: Sendable {
    package enum Step: Sendable, Equatable {
        case ready
        case probe(after: Duration)
        case giveUp
        /// Nothing will come of waiting; the error says why.
        case end(SubmitError)
    }

    package struct Decision: Sendable, Equatable {
        package var step: Step
        /// A line for the user, or nothing: the wait is quiet while nothing changes.
        package var line: String?
    }

    /// SML's numbers.
    package static let interval = Duration.seconds(10)
    package static let reminder = Duration.seconds(300)
    package static let standardTimeout = Duration.seconds(1_000_000)

    /// An answer that waiting does not change is believed when it has come this often over this long: gateways have
    /// moments too.
    static let finalLooks = 3
    static let finalSpan = Duration.seconds(20)

    private let timeout: Duration
    private let isLaunched: Bool
    /// Of answers that waiting does not change, one after the other: how many, and since when.
    private var final: (count: Int, since: Duration)?
    private var last: ModelHealth?
    private var lastLineAt = Duration.zero

    /// - Parameter isLaunched: the model was launched for this test: its server, or the path to it, is still to come.
    package init(timeout: Duration = standardTimeout, isLaunched: Bool = false) {
        self.timeout = timeout
        self.isLaunched = isLaunched
    }

    /// - Parameter elapsed: since the wait began, at the end of the probe.
    package mutating func decide(_ health: ModelHealth, elapsed: Duration) -> Decision {
        if health == .healthy { return Decision(step: .ready, line: "Model health is HEALTHY.") }
        if let error = endless(health, elapsed: elapsed) { return Decision(step: .end(error), line: nil) }
        let left = timeout - elapsed
        guard left > .zero else {
            return Decision(
                step: .giveUp, line: "Model health is \(health.description); gave up after \(Self.seconds(elapsed)) s.")
        }
        // The last probe is at the limit, not up to an interval before it.
        return Decision(step: .probe(after: min(Self.interval, left)), line: line(health, elapsed: elapsed))
    }

    /// Why the wait would have no end.
    private mutating func endless(_ health: ModelHealth, elapsed: Duration) -> SubmitError? {
        let error: SubmitError
        switch health {
        case .notResponding(401, _), .notResponding(403, _):
            error = .refused("the server refuses the API key: \(health.description)")
        case .notResponding(300..<400, _):
            error = .notServed("the server sends its clients elsewhere: \(health.description); give that address as server URL")
        case .notResponding(405, _) where !isLaunched, .notResponding(410, _) where !isLaunched, .notFound where !isLaunched:
            error = .notServed("there is no OpenAI-compatible server at this URL: \(health.description)")
        default:
            final = nil
            return nil
        }
        let since = final?.since ?? elapsed
        let count = (final?.count ?? 0) + 1
        final = (count, since)
        return count >= Self.finalLooks && elapsed - since >= Self.finalSpan ? error : nil
    }

    private mutating func line(_ health: ModelHealth, elapsed: Duration) -> String? {
        defer { last = health }
        if health != last {
            lastLineAt = elapsed
            return "Model health is \(health.description); waiting quietly..."
        }
        guard elapsed - lastLineAt >= Self.reminder else { return nil }
        lastLineAt = elapsed
        return "Model health is still \(health.description) after \(Self.seconds(elapsed)) s."
    }

    private static func seconds(_ duration: Duration) -> Int64 { duration.components.seconds }
}
