// What a page of two sides is made of: the comparison as its document has it, and the runs of both sides for the charts.

import Metrics
import Statistics

/// Two sides to look at.
package struct ComparisonReport: Sendable {
    let comparison: ReadComparison
    /// As many runs of the one as of the other.
    let a, b: [RunReport]

    /// Of runs that were compared.
    package init?(_ comparison: Comparison, a: [ComparedRun], b: [ComparedRun]) {
        guard let read = ReadComparison(comparison.document) else { return nil }
        self.comparison = read
        self.a = a.map { RunReport($0.result, called: $0.name) }
        self.b = b.map { RunReport($0.result, called: $0.name) }
    }

    /// Of a run of two arms; nil for any other.
    init?(arms result: RunResult) {
        guard result.lanes.count == 2, let read = result.comparison?.read else { return nil }
        comparison = read
        a = [Self.arm(result.lanes[0])]
        b = [Self.arm(result.lanes[1])]
    }

    static func arm(_ lane: LaneResult) -> RunReport { RunReport(lane.result, called: "arm \(lane.name)") }

    var sides: [(letter: String, runs: [RunReport])] { [("A", a), ("B", b)] }

    /// What a side is called in legends.
    static func name(_ letter: String, _ runs: [RunReport]) -> String {
        guard let first = runs.first else { return letter }
        return "\(letter): \(first.name)" + (runs.count > 1 ? " and \(runs.count - 1) more" : "")
    }
}
