// The judgement on the generator as a result shows it.

/// Shares of late things, and whether the generator kept up.
package struct Punctuality: Sendable, Equatable {
    /// Share of late heartbeats, starts and sends, 0…1, by the names in ``KeptUp/parts``; absent without a thing.
    package var lateShare: [String: Double] = [:]
    /// Nil when there is nothing to judge by.
    package var keptUp: Bool?
    /// What was late: `loop`, `starts`, `sends`.
    package var reasons: [String] = []
    /// A thing later than this is late, milliseconds.
    package var limitMilliseconds = milliseconds(KeptUp.limit)

    package init() {}

    /// - Parameter verdict: decides; what was late is told only of a run it calls late.
    init(_ found: KeptUp, verdict: RunVerdict?) {
        for part in found.parts { lateShare[part.name] = part.share.share }
        keptUp = verdict.map { !$0.isLate } ?? found.verdict
        reasons = keptUp == false ? found.reasons : []
    }

    /// All parts, in the order in which they are shown.
    static let parts = KeptUp().parts.map(\.name)
}
