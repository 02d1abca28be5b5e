// The time of two sides in columns that both share. Timelines of long runs have wider steps than those of short ones, always by a
// power of two, so that the narrower ones fit into columns made for the widest.

import Metrics

/// Columns over the time since each run's start.
struct CommonTime {
    /// What a chart of two sides is wide.
    static let usual = 240

    /// Seconds a column.
    private let column: Double
    /// Where each column ends, seconds.
    let ends: [Double]

    var seconds: Double { ends.last ?? 0 }
    var middles: [Double] { ends.indices.map { (start($0) + ends[$0]) / 2 } }
    private func start(_ index: Int) -> Double { index == 0 ? 0 : ends[index - 1] }

    /// Nil where nothing has a timeline.
    init?(_ runs: [RunReport], most: Int) {
        let timelines = runs.compactMap(\.result.timeline).filter { !$0.buckets.isEmpty }
        guard let width = timelines.map(\.width).max() else { return nil }
        let length = timelines.map { Int64($0.buckets.count) * $0.width }.max() ?? width
        let steps = Int((length + width - 1) / width)
        let group = max(1, (steps + most - 1) / most)
        column = Double(group) * Double(width)
        var count = (steps + group - 1) / group
        let end = runs.map(\.seconds).max() ?? 0
        // A last column so short that a rate of it says nothing is part of the one before.
        if count > 1, end - Double(count - 1) * column < column / 2 { count -= 1 }
        let column = column
        let last = max(end, Double(count - 1) * column + 1e-3)
        ends = (1...count).map { $0 < count ? Double($0) * column : last }
    }

    /// All that happened in each column, of all runs of a side together.
    func columns(_ side: [RunReport]) -> [Timeline.Bucket] {
        var columns = [Timeline.Bucket](repeating: Timeline.Bucket(), count: ends.count)
        for timeline in side.compactMap(\.result.timeline) {
            for (index, step) in timeline.buckets.enumerated() {
                columns[min(columns.count - 1, Int(timeline.start(of: index) / column))].merge(step)
            }
        }
        return columns
    }

    /// Per second, the mean of the side's runs.
    func rate(_ side: [RunReport], _ count: (Timeline.Bucket) -> UInt64) -> [Double] {
        columns(side).enumerated().map { index, step in
            Double(count(step)) / max(1e-9, ends[index] - start(index)) / Double(max(1, side.count))
        }
    }
}
