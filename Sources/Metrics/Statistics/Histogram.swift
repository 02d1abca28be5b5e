// Counts of values in buckets whose width is a fixed share of the value, so that a quantile is right to 0.05 %
// however many values there are and whatever their range. The bucket of a number is read off its own bits (sign,
// exponent, ten bits of mantissa): no logarithm, no configured range, and two histograms add bucket by bucket.

/// A log-linear histogram of non-zero finite numbers. Merging is exact and does not depend on order.
struct Histogram: Sendable, Equatable {
    /// 2^10 buckets per power of two: a bucket's midpoint is at most 2^-11 = 0.049 % from any value in it.
    private static let mantissaBits = 10
    private static let slots = 1 << mantissaBits
    private static let shift = 52 - mantissaBits

    /// One page of 1,024 counts (8 KiB) per power of two seen, empty for those in between that were not. Latencies
    /// from 1 µs to 10 min span 30 pages; every double there is would need 32 MiB, which bounds the memory.
    private var pages: [[UInt64]] = []
    private var firstPage = 0

    /// Buckets in ascending order of value: negative magnitudes mirrored below zero. Magnitudes under 2^-1022 have
    /// key 0; ``Trend`` counts them as zeros.
    static func key(of value: Double) -> Int {
        let magnitude = Int(truncatingIfNeeded: value.magnitude.bitPattern >> UInt64(shift))
        return value < 0 ? -magnitude : magnitude
    }

    /// The middle of a bucket.
    static func midpoint(of key: Int) -> Double {
        let low = Double(bitPattern: UInt64(key.magnitude) << UInt64(shift))
        let high = Double(bitPattern: UInt64(key.magnitude + 1) << UInt64(shift))
        let middle = low + (Swift.min(high, .greatestFiniteMagnitude) - low) / 2
        return key < 0 ? -middle : middle
    }

    @inline(__always)
    mutating func add(_ value: Double, times: UInt64 = 1) {
        let key = Self.key(of: value)
        let index = (key >> Self.mantissaBits) &- firstPage
        if index < 0 || index >= pages.count || pages[index].isEmpty {
            openPage(key >> Self.mantissaBits)
        }
        pages[(key >> Self.mantissaBits) &- firstPage][key & (Self.slots - 1)] &+= times
    }

    mutating func merge(_ other: Histogram) {
        for (index, page) in other.pages.enumerated() where !page.isEmpty {
            openPage(other.firstPage + index)
            for slot in page.indices { pages[other.firstPage + index - firstPage][slot] += page[slot] }
        }
    }

    /// Calls `body` for every non-empty bucket, values ascending; stops when it returns `false`.
    func forEachBucket(_ body: (_ value: Double, _ count: UInt64) -> Bool) {
        for (index, page) in pages.enumerated() {
            let base = (firstPage + index) << Self.mantissaBits
            for slot in page.indices where page[slot] != 0 {
                guard body(Self.midpoint(of: base + slot), page[slot]) else { return }
            }
        }
    }

    private mutating func openPage(_ page: Int) {
        if pages.isEmpty { firstPage = page }
        if page < firstPage {
            pages.insert(contentsOf: repeatElement([], count: firstPage - page), at: 0)
            firstPage = page
        }
        while page - firstPage >= pages.count { pages.append([]) }
        if pages[page - firstPage].isEmpty {
            pages[page - firstPage] = [UInt64](repeating: 0, count: Self.slots)
        }
    }
}
