// All durations of a run by size, from which a summary can draw its distributions: percentiles alone are seven points of a
// curve whose shape is what one looks for.

/// Counts of the run's durations, of succeeded requests.
package struct Distributions: Sendable, Equatable {
    /// Labels that have their own; the most frequent ones.
    package static let mostLabels = 32

    /// End − started.
    package var latency = DurationCounts()
    /// End − scheduled; empty in a closed loop.
    package var fromSchedule = DurationCounts()
    package var firstToken = DurationCounts()
    package var timePerToken = DurationCounts()
    /// End − started by prompt label, in the order of the corpus.
    package var labels: [Label] = []

    package struct Label: Sendable, Equatable {
        package var name: String
        package var latency: DurationCounts
    }

    package init() {}
}

extension Distributions {
    /// Nil without a succeeded request.
    init?(_ run: RunStatistics) {
        guard run.labels.contains(where: { !$0.successLatency.isEmpty }) else { return nil }
        latency = DurationCounts(run.overall(\.successLatency))
        fromSchedule = DurationCounts(run.overall(\.successFromSchedule))
        firstToken = DurationCounts(Trend.merged(run.labels.lazy.map { $0.trend(of: .ttft) }))
        timePerToken = DurationCounts(Trend.merged(run.labels.lazy.map { $0.trend(of: .timePerToken) }))
        let frequent = run.labels.indices.filter { !run.labels[$0].successLatency.isEmpty }
            .sorted { (run.labels[$1].successLatency.count, $0) < (run.labels[$0].successLatency.count, $1) }
            .prefix(Self.mostLabels).sorted()
        labels = frequent.map { Label(name: run.labels[$0].label, latency: DurationCounts(run.labels[$0].successLatency)) }
    }
}
