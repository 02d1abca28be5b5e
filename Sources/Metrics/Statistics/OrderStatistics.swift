// A few order statistics of many values, without sorting all of them. A summary wants eight ranks of each of some thirty
// series, a push wants them every five seconds: sorting was a sixth of what our own code cost a request. The ranks of
// four percentiles of 5,000 random values: 0.27 ms by sorting, 0.02 ms by placing.

/// Places the values of chosen ranks as sorting would (quickselect: Hoare, "Algorithm 65: Find", CACM 4(7), 1961), for
/// several ranks at once: a part of the values is looked into only while a rank falls into it. Linear in the number
/// of values for a fixed number of ranks; when pivots turn out badly the part is sorted instead, so that no order of
/// arrival costs more than n log n.
enum OrderStatistics {
    /// Parts this short are sorted by insertion.
    private static let shortPart = 16

    /// Moves values about until `values[rank]`, for each of `ranks` (ascending, inside `values`), is what it would be
    /// if all were sorted. The values must not contain NaN.
    static func place(_ ranks: ArraySlice<Int>, in values: UnsafeMutableBufferPointer<Double>) {
        let halvings = Int.bitWidth - values.count.leadingZeroBitCount
        place(ranks, in: values, from: 0, to: values.count, badPivotsLeft: halvings)
    }

    /// The same for the part `from..<to`, which is sorted when more than `badPivotsLeft` pivots were bad.
    static func place(
        _ ranks: ArraySlice<Int>, in values: UnsafeMutableBufferPointer<Double>, from: Int, to: Int,
        badPivotsLeft: Int
    ) {
        guard !ranks.isEmpty else { return }
        let count = to - from
        guard count > shortPart else { return insertionSort(values, from: from, to: to) }
        guard badPivotsLeft > 0 else { return values[from..<to].sort() }
        let (lowEnd, highStart) = partition(values, from: from, to: to, around: pivot(of: values, from: from, to: to))
        // Less than an eighth on one side, as happens to the median of three in one case of twelve.
        let isBad = min(lowEnd - from, to - highStart) < count / 8
        let left = badPivotsLeft - (isBad ? 1 : 0)
        let below = ranks.partitioningIndex { $0 >= lowEnd }
        let above = ranks.partitioningIndex { $0 >= highStart }
        place(ranks[..<below], in: values, from: from, to: lowEnd, badPivotsLeft: left)
        place(ranks[above...], in: values, from: highStart, to: to, badPivotsLeft: left)
    }

    /// The median of first, middle and last.
    private static func pivot(of values: UnsafeMutableBufferPointer<Double>, from: Int, to: Int) -> Double {
        let (a, b, c) = (values[from], values[from + (to - from) / 2], values[to - 1])
        return max(min(a, b), min(max(a, b), c))
    }

    /// Hoare's partition, which stops at values equal to the pivot on both sides: many equal latencies still part in
    /// the middle. Afterwards nothing before `lowEnd` is above the pivot, nothing from `highStart` on below it, and
    /// what is between is equal to it.
    private static func partition(
        _ values: UnsafeMutableBufferPointer<Double>, from: Int, to: Int, around pivot: Double
    ) -> (lowEnd: Int, highStart: Int) {
        var low = from
        var high = to - 1
        while true {
            while values[low] < pivot { low += 1 }
            while values[high] > pivot { high -= 1 }
            if low >= high { break }
            values.swapAt(low, high)
            low += 1
            high -= 1
        }
        // They met at a value equal to the pivot, or passed each other.
        return low == high ? (low, low + 1) : (high + 1, low)
    }

    private static func insertionSort(_ values: UnsafeMutableBufferPointer<Double>, from: Int, to: Int) {
        guard to - from > 1 else { return }
        for index in from + 1..<to {
            let value = values[index]
            var hole = index
            while hole > from, values[hole - 1] > value {
                values[hole] = values[hole - 1]
                hole -= 1
            }
            values[hole] = value
        }
    }
}

extension ArraySlice<Int> {
    /// Where the first element stands that satisfies `belongsAbove`, which none before and all after it do.
    fileprivate func partitioningIndex(where belongsAbove: (Int) -> Bool) -> Int {
        // Eight ranks at most: a walk.
        firstIndex(where: belongsAbove) ?? endIndex
    }
}
