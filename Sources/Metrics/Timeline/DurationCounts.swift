// Durations of one step of a run's timeline, counted by size. Sixteen cells for each factor of two are narrow enough for a
// picture (a percentile is right to 3.1 %, two pixels of a chart of three decades) and few enough to keep a day of them: the
// trends' own histograms have 1,024. The shortest and the longest are kept as they were, so that no picture hides a spike.

/// Counts of durations, milliseconds. Two add up to what one of all would have counted, in any order.
package struct DurationCounts: Sendable, Equatable {
    package static let cellsPerOctave = 16
    /// Below 2^-10 ms, a microsecond, everything is in the first cell; from 2^22 ms, 70 minutes, in the last.
    private static let lowestExponent = -10
    package static let cells = 32 * cellsPerOctave
    private static let firstKey = (1023 + lowestExponent) * cellsPerOctave

    /// The cell that ``counts`` begins with.
    package private(set) var first = 0
    package private(set) var counts: [UInt32] = []
    /// The shortest and the longest, microseconds; ``least`` is above ``most`` while there is none.
    package private(set) var least: Int64 = .max
    package private(set) var most: Int64 = 0

    package init() {}

    /// Of a document; nil when it fits no histogram.
    init?(first: Int, counts: [UInt32], least: Int64, most: Int64) {
        guard first >= 0, first + counts.count <= Self.cells, least >= 0, least <= most else { return nil }
        (self.first, self.counts, self.least, self.most) = (first, counts, least, most)
    }

    package var isEmpty: Bool { counts.isEmpty }
    package var total: UInt64 { counts.reduce(0) { $0 + UInt64($1) } }
    /// Milliseconds; nil without a duration.
    package var shortest: Double? { isEmpty ? nil : Double(least) / 1e3 }
    package var longest: Double? { isEmpty ? nil : Double(most) / 1e3 }

    package static func cell(of milliseconds: Double) -> Int {
        guard milliseconds > 0 else { return 0 }
        // Sign, exponent and four bits of mantissa.
        return min(max(0, Int(milliseconds.bitPattern >> 48) - firstKey), cells - 1)
    }

    /// Where a cell begins, milliseconds; the next one begins where it ends.
    package static func lowerBound(of cell: Int) -> Double { Double(bitPattern: UInt64(cell + firstKey) << 48) }

    @inline(__always)
    package mutating func add(milliseconds: Double, times: UInt32 = 1) {
        guard milliseconds.isFinite, times > 0 else { return }
        let microseconds = Int64((min(max(0, milliseconds), 1e15) * 1e3).rounded())
        least = min(least, microseconds)
        most = max(most, microseconds)
        add(cell: Self.cell(of: milliseconds), times)
    }

    private mutating func add(cell: Int, _ times: UInt32) {
        if counts.isEmpty { first = cell }
        if cell < first {
            counts.insert(contentsOf: repeatElement(0, count: first - cell), at: 0)
            first = cell
        }
        while cell - first >= counts.count { counts.append(0) }
        let (sum, overflow) = counts[cell - first].addingReportingOverflow(times)
        counts[cell - first] = overflow ? .max : sum
    }

    package mutating func merge(_ other: DurationCounts) {
        guard !other.isEmpty else { return }
        least = min(least, other.least)
        most = max(most, other.most)
        for (index, count) in other.counts.enumerated() where count > 0 { add(cell: other.first + index, count) }
    }

    /// Cells ascending: where each begins and ends, milliseconds, and its count.
    package func forEachCell(_ body: (_ low: Double, _ high: Double, _ count: UInt64) -> Void) {
        for (index, count) in counts.enumerated() where count > 0 {
            body(Self.lowerBound(of: first + index), Self.lowerBound(of: first + index + 1), UInt64(count))
        }
    }

    /// Percentiles for `shares` (0…1), milliseconds, as ``Trend`` defines them but for the width of a cell; empty without a
    /// duration.
    package func percentiles(_ shares: [Double]) -> [Double] {
        let total = total
        guard total > 0, let shortest, let longest else { return [] }
        return shares.map { share in
            let position = min(max(0, share), 1) * Double(total - 1)
            let low = value(atRank: position.rounded(.down), of: Double(total), shortest, longest)
            let part = position - position.rounded(.down)
            // Between two values that are far apart, as in a second with three answers, lies more than a cell.
            return part == 0 ? low : low + part * (value(atRank: position.rounded(.up), of: Double(total), shortest, longest) - low)
        }
    }

    /// The value of a rank, 0 for the shortest: evenly spread within its cell.
    private func value(atRank rank: Double, of total: Double, _ shortest: Double, _ longest: Double) -> Double {
        if rank <= 0 { return shortest }
        if rank >= total - 1 { return longest }
        var passed = 0.0
        for (index, count) in counts.enumerated() where count > 0 {
            if rank < passed + Double(count) {
                let low = Self.lowerBound(of: first + index)
                let high = Self.lowerBound(of: first + index + 1)
                return min(max(low + (high - low) * (rank - passed + 0.5) / Double(count), shortest), longest)
            }
            passed += Double(count)
        }
        return longest
    }
}

extension DurationCounts {
    /// What a trend of milliseconds has seen.
    init(_ trend: Trend) {
        self.init()
        guard !trend.isEmpty else { return }
        trend.forEachValue { value, count in add(milliseconds: value, times: UInt32(clamping: count)) }
        least = Int64((min(max(0, trend.min), 1e15) * 1e3).rounded())
        most = Int64((min(max(0, trend.max), 1e15) * 1e3).rounded())
    }
}
