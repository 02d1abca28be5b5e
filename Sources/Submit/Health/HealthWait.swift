// When to ask again, what to say and when to give up while a model comes up: decisions only, no clock and no socket.

/// Fed with what each probe found and when; answers what to print and what to do next.
package struct HealthWait: Sendable {
    package enum Step: Sendable, Equatable {
        case ready
        case probe(after: Duration)
        case giveUp
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

    private let timeout: Duration
    private var last: ModelHealth?
    private var lastLineAt = Duration.zero

    package init(timeout: Duration = standardTimeout) {
        self.timeout = timeout
    }

    /// - Parameter elapsed: since the wait began, at the end of the probe.
    package mutating func decide(_ health: ModelHealth, elapsed: Duration) -> Decision {
        if health == .healthy { return Decision(step: .ready, line: "Model health is HEALTHY.") }
        let left = timeout - elapsed
        guard left > .zero else {
            return Decision(
                step: .giveUp, line: "Model health is \(health.description); gave up after \(Self.seconds(elapsed)) s.")
        }
        // The last probe is at the limit, not up to an interval before it.
        return Decision(step: .probe(after: min(Self.interval, left)), line: line(health, elapsed: elapsed))
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
