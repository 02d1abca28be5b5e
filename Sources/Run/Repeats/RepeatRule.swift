// When a series of runs of one plan ends, and with which exit code: decisions only. A run that did not meet a threshold, whose
// generator was late, or whose series are not all delivered says nothing about the next one; what broke a run would break the
// others too.

import Base

struct RepeatRule: Sendable {
    private var kept: Set<ExitStatus> = []
    private var ending: Int32?

    /// In the order in which one run would have them.
    private static let harmless: [ExitStatus] = [.rule, .invalid, .seriesMissing, .done]

    /// Takes in the exit code of a run. Returns whether the next one may begin.
    ///
    /// - Parameter isCompleted: it carried out its plan: a rule that was broken was a threshold, and stopped nothing.
    mutating func takes(_ code: Int32, isCompleted: Bool) -> Bool {
        guard let status = ExitStatus(rawValue: code), Self.harmless.contains(status), isCompleted || status != .rule else {
            ending = code
            return false
        }
        kept.insert(status)
        return true
    }

    /// Of all runs together: the end of the one that ended the series, or else the gravest.
    var code: Int32 {
        ending ?? (Self.harmless.first { kept.contains($0) } ?? .done).rawValue
    }
}
