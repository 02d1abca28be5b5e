// What a page is of: one run or several, and what several say together.

import Metrics

package struct ReportContents: Sendable {
    package var runs: [RunReport]
    /// Two sides that were compared; the page begins with it.
    package var comparison: ComparisonReport?
    /// Why two runs on one page are not.
    package var notCompared: String?
    /// Of several runs of one plan.
    package var repeats: RepeatedRuns?
    /// Of a search for a server's capacity.
    package var capacity: CapacityResult?

    package init(_ runs: [RunReport], comparison: ComparisonReport? = nil, repeats: RepeatedRuns? = nil) {
        self.runs = runs
        self.comparison = comparison
        self.repeats = repeats
    }

    /// More runs of one plan than this have no chapter each.
    private static let mostRepeats = 5
    /// What charts of more than two runs share, so that a page stays below 1 MB: at 120 columns each
    /// the page of five had 1,004 kB.
    private static let columnsOfAll = 480
    private static let fewestColumns = 80

    /// Of the runs that have one.
    var chapters: [RunChapter] {
        guard repeats == nil || runs.count <= Self.mostRepeats else { return [] }
        return runs.enumerated().map { index, run in
            var run = run
            run.mostColumns = runs.count > 2 ? max(Self.fewestColumns, Self.columnsOfAll / runs.count) : Columns.usual
            return RunChapter(run: run, prefix: runs.count == 1 ? "" : "r\(index + 1)-")
        }
    }

    /// Of a search; its probes have pages of their own.
    package init(_ capacity: CapacityResult) {
        self.init([])
        self.capacity = capacity
    }

    var title: String {
        if let capacity { return "Capacity: \(capacity.scenario.isEmpty ? capacity.runLabel : capacity.scenario)" }
        if let repeats { return "\(repeats.runs.count) runs of \(repeats.plan.scenario.isEmpty ? "one plan" : repeats.plan.scenario)" }
        if let comparison {
            return comparison.sides.map { ComparisonReport.name($0.letter, $0.runs) }.joined(separator: ", ")
        }
        return runs.count == 1 ? runs[0].name : "\(runs.count) load tests"
    }
}
