// The verdict out of the requests and the samples of a run (docs/STATISTICS.md, "Verdict on the generator").

import Generator
import Statistics

extension RunVerdict {
    /// - Parameters:
    ///   - window: what the percentiles are of, nanoseconds.
    ///   - inFlight: one value a second from the run's zero on.
    ///   - lost: requests that were due and of which no record is left.
    init(_ run: RunStatistics, context: RunContext, window: Range<Int64>, inFlight: [Double], lost: Double) {
        let observations = run.observations
        let hasSchedule = context.plannedArrivals != nil
        let percentiles = LatencyIntervals.percentiles
        let latencies = LatencyColumns(observations, window: window).quantiles(percentiles)
        let median = max(latencies.first ?? 0, Lateness.shortestLatency)
        let counts = Counts(observations, window: window)
        let seconds = Double(window.upperBound - window.lowerBound) / 1e9
        // As many as there would be if no answer were quicker than the shortest that counts.
        let least = Double(counts.all) / seconds * Lateness.shortestLatency / 1e9
        let due = Double(counts.all) + Double(run.dropped(in: window)) + lost
        let unmeasured = Double(counts.interrupted) + Double(run.dropped(in: window)) + lost
        var figures = GeneratorFigures(
            meanRelativeLateness: nil, relativeReadLateness: run.vitals.readDelay / max(1e9, run.vitals.nanoseconds) * 1e9 / median,
            backlog: nil,
            meanInFlight: max(least, Self.mean(inFlight, in: window)), unmeasuredShare: due > 0 ? unmeasured / due : 0,
            atCapShare: run.vitals.atCapShare(users: hasSchedule ? context.plan.maxVUs : nil))
        if hasSchedule {
            figures.meanRelativeLateness = Lateness.meanRelative(observations, window: window, medianLatency: median)
            figures.backlog = Lateness.backlog(observations, from: KeptUp.firstWave, until: window.upperBound)
            let fromSchedule = LatencyColumns(observations, from: .scheduled, window: window).quantiles(percentiles)
            figures.shifts = zip(percentiles, zip(fromSchedule, latencies)).map { p, values in
                (p, (values.0 - values.1) / max(values.1, Lateness.shortestLatency))
            }
        }
        let verdict = figures.verdict()
        self.init(
            run: verdict, percentiles: percentiles.map { Percentile(p: $0, verdict: figures.verdict(p: $0)) },
            cause: verdict.level == .valid ? nil : run.vitals.cause)
    }

    private struct Counts {
        var all = 0, interrupted = 0

        init(_ observations: Observations, window: Range<Int64>) {
            observations.forEach { one in
                guard window.contains(one.scheduled) else { return }
                all += observations.weight
                if one.outcome == .interrupted { interrupted += observations.weight }
            }
        }
    }

    private static func mean(_ inFlight: [Double], in window: Range<Int64>) -> Double {
        let first = min(inFlight.count, Int(window.lowerBound / 1_000_000_000))
        let end = max(first, min(inFlight.count, Int(window.upperBound / 1_000_000_000)))
        return end > first ? inFlight[first..<end].reduce(0, +) / Double(end - first) : 0
    }
}

extension RunStatistics {
    /// Arrivals due in `window` that were dropped, to the second or what a bucket of the timeline holds.
    fileprivate func dropped(in window: Range<Int64>) -> UInt64 {
        let width = timeline.width * 1_000_000_000
        return timeline.buckets.indices.reduce(0) { total, index in
            window.contains(Int64(index) * width) ? total + timeline.buckets[index].dropped : total
        }
    }
}
