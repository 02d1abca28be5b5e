// What a page is made of: a run's result, from a summary alone, and where its records are at hand what only they tell exactly.

import Metrics
import Statistics

/// One run of a report.
package struct RunReport: Sendable {
    package let result: RunResult
    /// The requests one by one; nil where there is a summary only.
    package let observations: Observations?
    /// What the page calls it.
    package let name: String
    /// What its charts are wide; less of a page of many runs, which is to stay small.
    var mostColumns = Columns.usual

    /// - Parameter name: what it is called when it has no run label, such as its file.
    package init(_ result: RunResult, name: String, observations: Observations? = nil) {
        self.result = result
        let label = result.run?.runLabel ?? ""
        self.name = label.isEmpty ? name : label
        self.observations = observations
    }

    /// Called `name`, whatever its run label is.
    init(_ result: RunResult, called name: String) {
        self.result = result
        self.name = name
        observations = nil
    }

    /// From records files: one, or all of one run's tasks.
    ///
    /// - Throws: `RecordFileError`, `MergeError`.
    package init(records paths: [String]) throws {
        let (summary, observations) = try SummaryBuilder.rebuildWithRequests(fromRecords: paths)
        self.init(summary.result, name: paths.first ?? "", observations: observations)
    }

    /// The length of what is drawn, seconds.
    var seconds: Double { result.seconds }

    /// Requests for one were planned; else users ask again when they are answered.
    var isOpenLoop: Bool { result.timeline?.buckets.contains { $0.asked > 0 } ?? false }

    func columns(_ most: Int) -> Columns? { result.timeline.map { Columns($0, seconds: seconds, most: most) } }

    /// The parts of the run that its figures are about.
    var spans: [Chart.Span] {
        guard let certainty = result.certainty else { return [] }
        if !certainty.stages.isEmpty {
            return certainty.stages.map { stage in
                let name = stage.isPlateau ? "\(stage.target)" : "\(stage.startTarget) → \(stage.target)"
                return Chart.Span(from: stage.figures.from, to: stage.figures.to, label: name, kind: .stage)
            }
        }
        guard let steady = certainty.steady?.figures else { return [] }
        var spans = [Chart.Span(from: steady.from, to: steady.to, label: "steady", kind: .steady)]
        if steady.from > 0 { spans.append(Chart.Span(from: 0, to: steady.from, label: "warm-up", kind: .warmUp)) }
        if steady.to < seconds { spans.append(Chart.Span(from: steady.to, to: seconds, label: "draining", kind: .drain)) }
        return spans
    }

    var marks: [Chart.Mark] {
        var marks: [Chart.Mark] = []
        if let at = result.certainty?.firstRepeat { marks.append(Chart.Mark(at: at, label: "prompts repeat")) }
        return marks
    }
}
