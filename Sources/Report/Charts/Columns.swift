// A run of any length in as many columns as a chart has pixels. A column stands for everything that happened in its time: the
// mean with least and most, or the percentiles of all its durations. Taking every n-th value would be shorter, and would hide
// the one second that matters.

import Metrics
import Statistics

/// A value that has one number a step: its mean over a column, and its ends.
package struct ColumnValue: Sendable, Equatable {
    package var mean, least, most: Double
}

/// The durations of a column, milliseconds.
package struct Band: Sendable, Equatable {
    package var count: UInt64
    package var least, p50, p95, p99, most: Double
    package static let shares = [0.5, 0.95, 0.99]
}

/// The steps of a timeline in at most so many columns.
package struct Columns: Sendable {
    /// What a chart is wide.
    package static let usual = 480

    package let timeline: Timeline
    /// Steps to a column.
    private let group: Int
    /// The timeline's, but for a last one so short that a rate of it says nothing: it is part of the one before.
    private let steps: [Timeline.Bucket]
    /// Where each column ends, seconds; the last one where the timeline does.
    package let ends: [Double]
    package let seconds: Double

    package init(_ timeline: Timeline, seconds: Double, most: Int = Self.usual) {
        self.timeline = timeline
        let width = Double(timeline.width)
        var buckets = timeline.buckets
        // The last step is cut by the end of the run.
        let end = max(seconds, Double(max(0, buckets.count - 1)) * width + 1e-3)
        if buckets.count > 1, end - Double(buckets.count - 1) * width < width / 2 {
            let last = buckets.removeLast()
            buckets[buckets.count - 1].merge(last)
        }
        let (count, group) = (buckets.count, max(1, (buckets.count + most - 1) / most))
        ends = stride(from: group, to: count + group, by: group).map { $0 >= count ? end : Double($0) * width }
        steps = buckets
        self.group = group
        self.seconds = end
    }

    package var count: Int { ends.count }
    package func start(_ column: Int) -> Double { column == 0 ? 0 : ends[column - 1] }
    /// The middles, where points stand.
    package var middles: [Double] { ends.indices.map { (start($0) + ends[$0]) / 2 } }

    private func steps(_ column: Int) -> ArraySlice<Timeline.Bucket> {
        steps[column * group..<min(steps.count, (column + 1) * group)]
    }

    /// Everything of a column as one step.
    package func merged(_ column: Int) -> Timeline.Bucket {
        var steps = steps(column)
        guard var whole = steps.popFirst() else { return Timeline.Bucket() }
        for step in steps { whole.merge(step) }
        return whole
    }

    /// A count per second.
    package func rate(_ count: (Timeline.Bucket) -> UInt64) -> [ColumnValue] {
        ends.indices.map { column in
            let length = max(1e-3, ends[column] - start(column))
            let counts = steps(column).map(count)
            let width = Double(timeline.width)
            // Of the last step as long as it was.
            let rates = counts.enumerated().map { index, count in
                let begin = Double(column * group + index) * width
                return Double(count) / (column * group + index == steps.count - 1 ? max(1e-3, seconds - begin) : width)
            }
            return ColumnValue(
                mean: Double(counts.reduce(0, &+)) / length, least: rates.min() ?? 0, most: rates.max() ?? 0)
        }
    }

    /// A number of each step; nil where no step of the column has one.
    package func value(_ number: (Timeline.Bucket) -> Double?) -> [ColumnValue?] {
        ends.indices.map { column in
            let values = steps(column).compactMap(number)
            guard let least = values.min(), let most = values.max() else { return nil }
            return ColumnValue(mean: values.reduce(0, +) / Double(values.count), least: least, most: most)
        }
    }

    /// Percentiles, to the width of a cell; least and most exactly.
    package func bands(_ durations: KeyPath<Timeline.Bucket, DurationCounts>) -> [Band?] {
        ends.indices.map { column in
            var all = DurationCounts()
            for step in steps(column) { all.merge(step[keyPath: durations]) }
            guard let least = all.shortest, let most = all.longest else { return nil }
            let found = all.percentiles(Band.shares)
            return Band(count: all.total, least: least, p50: found[0], p95: found[1], p99: found[2], most: most)
        }
    }

    /// The same from the requests themselves: exact up to 5,000 in a column, to 0.05 % beyond.
    package func bands(_ observations: Observations) -> [Band?] {
        var trends = [Trend](repeating: Trend(), count: count)
        let nanoseconds = Double(group) * Double(timeline.width) * 1e9
        observations.forEach { one in
            guard one.outcome == .succeeded else { return }
            let column = min(trends.count - 1, max(0, Int(Double(max(0, one.scheduled)) / nanoseconds)))
            trends[column].add(Double(one.latency) / 1e6)
        }
        return trends.map { trend in
            guard !trend.isEmpty else { return nil }
            let found = trend.percentiles(Band.shares.map { $0 * 100 })
            return Band(
                count: UInt64(trend.count * observations.weight), least: trend.min, p50: found[0], p95: found[1], p99: found[2],
                most: trend.max)
        }
    }
}
