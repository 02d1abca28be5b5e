// A series of measured values and its quantiles. k6 keeps every value for ever, so its memory and the time to sort
// grow with the run; ours equals k6's arithmetic exactly while a series is small and then turns into a histogram.

/// Minimum, maximum, sum, count and percentiles of numbers added one at a time (k6 §6.2, docs/METRICS.md "Trend").
///
/// Up to ``exactLimit`` values percentiles are exactly k6's. Beyond it they are within 0.05 % of the exact ones for
/// ever, in bounded memory. Minimum, maximum and count stay exact, the sum is a running sum of doubles. Merging gives
/// what one trend of all values would have given (the sum up to rounding), in whatever order parts are merged.
package struct Trend: Sendable, Equatable {
    /// Values kept one by one. 5,000 are 40 kB and their percentiles are found in 0.02 ms, so that the 250 trends of a
    /// small run fit 10 MB and a snapshot of them in a tenth of a second; at 5,000 values p99 rests on 50 of them, far
    /// from the error of the histogram being the larger one.
    package static let exactLimit = 5000

    package private(set) var count = 0
    package private(set) var sum = 0.0
    private var smallest = Double.infinity
    private var largest = -Double.infinity
    /// Zeros are only counted: connect and TLS times are zero on every reused connection.
    private var zeros = 0
    /// Non-zero values in order of arrival, empty once `histogram` has taken over.
    private var values: [Double] = []
    private var histogram = Histogram()

    package init() {}

    /// 0 when empty, as k6.
    package var min: Double { count == 0 ? 0 : smallest }
    /// 0 when empty, as k6.
    package var max: Double { count == 0 ? 0 : largest }
    /// Sum / count; 0 when empty.
    package var average: Double { count == 0 ? 0 : sum / Double(count) }
    package var isEmpty: Bool { count == 0 }
    /// Whether percentiles are exact.
    package var isExact: Bool { count <= Self.exactLimit }

    /// Adds a value. Numbers that are not finite are ignored, as k6 ignores what is not a number.
    package mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        count &+= 1
        sum += value
        if value < smallest { smallest = value }
        if value > largest { largest = value }
        if count > Self.exactLimit && !values.isEmpty { spill() }
        if value.magnitude < Double.leastNormalMagnitude {
            zeros &+= 1
        } else if count <= Self.exactLimit {
            values.append(value)
        } else {
            histogram.add(value)
        }
    }

    /// Adds a value as often as it occurred.
    package mutating func add(_ value: Double, times: Int) {
        guard value.isFinite, times > 0 else { return }
        guard count + times > Self.exactLimit else {
            for _ in 0..<times { add(value) }
            return
        }
        count += times
        sum += value * Double(times)
        if value < smallest { smallest = value }
        if value > largest { largest = value }
        if !values.isEmpty { spill() }
        if value.magnitude < Double.leastNormalMagnitude {
            zeros += times
        } else {
            histogram.add(value, times: UInt64(times))
        }
    }

    /// Adds everything `other` has seen.
    package mutating func merge(_ other: Trend) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        count += other.count
        sum += other.sum
        smallest = Swift.min(smallest, other.smallest)
        largest = Swift.max(largest, other.largest)
        zeros += other.zeros
        if isExact {
            values.append(contentsOf: other.values)
        } else {
            spill()
            for value in other.values { histogram.add(value) }
            histogram.merge(other.histogram)
        }
    }

    /// All of `parts` together.
    package static func merged(_ parts: some Sequence<Trend>) -> Trend {
        var whole = Trend()
        for part in parts { whole.merge(part) }
        return whole
    }

    /// Calls `body` with values ascending and how often each occurred: the values themselves while exact, the middles
    /// of the histogram's buckets afterwards.
    package func forEachValue(_ body: (_ value: Double, _ count: UInt64) -> Void) {
        walk { value, count in
            body(value, count)
            return true
        }
    }

    /// Percentiles for `percents` (0…100), in that order, by one pass over the values.
    ///
    /// k6 §6.2: position x = p/100·(n−1) among the sorted values, linear interpolation between its neighbours; 0 when
    /// there is no value.
    package func percentiles(_ percents: [Double]) -> [Double] {
        guard count > 0 else { return percents.map { _ in 0 } }
        let positions = percents.map { Swift.max(0, Swift.min(100, $0)) / 100 * Double(count - 1) }
        let ranks = Set(positions.flatMap { [Int($0.rounded(.down)), Int($0.rounded(.up))] }).sorted()
        let at = orderStatistics(ranks)
        return positions.map { position in
            let low = at[Int(position.rounded(.down))] ?? 0
            let high = at[Int(position.rounded(.up))] ?? 0
            return low + (high - low) * (position - position.rounded(.down))
        }
    }

    /// One percentile; see ``percentiles(_:)``.
    package func percentile(_ percent: Double) -> Double { percentiles([percent])[0] }

    /// The seven statistics of k6's summary and SML's series, and the count.
    package var statistics: TrendStatistics {
        let percents = percentiles([50, 90, 95, 99])
        return TrendStatistics(
            count: count, min: min, avg: average, med: percents[0], p90: percents[1], p95: percents[2],
            p99: percents[3], max: max)
    }

    private mutating func spill() {
        for value in values { histogram.add(value) }
        values = []
    }

    /// The values at ascending ranks (0 is the smallest value).
    private func orderStatistics(_ ranks: [Int]) -> [Int: Double] {
        var found = isExact ? exactOrderStatistics(ranks) : histogramOrderStatistics(ranks)
        // Both ends are known exactly; a bucket's middle may lie outside them.
        for (rank, value) in found { found[rank] = Swift.min(Swift.max(value, smallest), largest) }
        if found[0] != nil { found[0] = smallest }
        if found[count - 1] != nil { found[count - 1] = largest }
        return found
    }

    private func exactOrderStatistics(_ ranks: [Int]) -> [Int: Double] {
        // The zeros, which are not among the values, stand between the negative ones and the others.
        let zeroRanks = smallest < 0 ? values.count { $0 < 0 } : 0
        let isZero = { (rank: Int) in rank >= zeroRanks && rank < zeroRanks + zeros }
        let place = { (rank: Int) in rank < zeroRanks ? rank : rank - zeros }
        var placed = values
        placed.withUnsafeMutableBufferPointer {
            OrderStatistics.place(ranks.filter { !isZero($0) }.map(place)[...], in: $0)
        }
        return Dictionary(uniqueKeysWithValues: ranks.map { ($0, isZero($0) ? 0 : placed[place($0)]) })
    }

    private func histogramOrderStatistics(_ ranks: [Int]) -> [Int: Double] {
        var found: [Int: Double] = [:]
        var next = ranks.startIndex
        var passed = 0
        walk { value, count in
            passed += Int(count)
            while next < ranks.endIndex && ranks[next] < passed {
                found[ranks[next]] = value
                next += 1
            }
            return next < ranks.endIndex
        }
        return found
    }

    private func walk(_ body: (Double, UInt64) -> Bool) {
        var zerosLeft = zeros > 0
        func step(_ value: Double, _ count: UInt64) -> Bool {
            if zerosLeft && value > 0 {
                zerosLeft = false
                guard body(0, UInt64(zeros)) else { return false }
            }
            return body(value, count)
        }
        var stopped = false
        if isExact {
            for value in values.sorted() where !stopped { stopped = !step(value, 1) }
        } else {
            histogram.forEachBucket { value, count in
                stopped = !step(value, count)
                return !stopped
            }
        }
        if zerosLeft && !stopped { _ = body(0, UInt64(zeros)) }
    }
}

/// What k6 reports of a trend, in the unit of the values.
package struct TrendStatistics: Sendable, Equatable {
    package var count: Int
    package var min, avg, med, p90, p95, p99, max: Double

    package init(
        count: Int, min: Double, avg: Double, med: Double, p90: Double, p95: Double, p99: Double, max: Double
    ) {
        self.count = count
        self.min = min
        self.avg = avg
        self.med = med
        self.p90 = p90
        self.p95 = p95
        self.p99 = p99
        self.max = max
    }
}
