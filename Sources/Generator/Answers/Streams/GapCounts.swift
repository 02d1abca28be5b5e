// How often gaps of which length came in one answer. Buckets are those of the run's histograms, so that counts of requests, shards
// and tasks add up to exactly what one histogram of all gaps would hold. 0.4 kB for an answer of a hundred chunks, and never
// more than the buckets there are: 30,000 from a microsecond to a quarter of an hour.

/// Which of the histograms' buckets a duration falls into (`Histogram` of Metrics: 1,024 for each power of two, of milliseconds).
package enum DurationBucket {
    /// Durations that are not positive are in bucket 0.
    package static func of(nanoseconds: Int64) -> UInt32 {
        nanoseconds <= 0 ? 0 : UInt32(truncatingIfNeeded: (Double(nanoseconds) / 1e6).bitPattern >> 42)
    }

    /// Above every bucket: that of infinity.
    package static let end: UInt32 = UInt32(truncatingIfNeeded: Double.infinity.bitPattern >> 42)
}

/// A sparse histogram.
struct GapCounts: Equatable {
    /// In order of arrival, until there are enough to be worth sorting.
    private var fresh: [UInt32] = []
    private var sorted: [(bucket: UInt32, count: UInt32)] = []

    static let freshLimit = 256

    mutating func add(_ nanoseconds: Int64) {
        fresh.append(DurationBucket.of(nanoseconds: nanoseconds))
        if fresh.count >= Self.freshLimit { sort() }
    }

    /// Buckets ascending, with how often each occurred.
    mutating func counts() -> [(bucket: UInt32, count: UInt32)] {
        sort()
        return sorted
    }

    private mutating func sort() {
        guard !fresh.isEmpty else { return }
        fresh.sort()
        var merged: [(bucket: UInt32, count: UInt32)] = []
        merged.reserveCapacity(sorted.count + fresh.count)
        func put(_ bucket: UInt32, _ count: UInt32) {
            if let last = merged.indices.last, merged[last].bucket == bucket {
                merged[last].count &+= count
            } else {
                merged.append((bucket, count))
            }
        }
        var old = sorted[...]
        for bucket in fresh {
            while let next = old.first, next.bucket <= bucket {
                put(next.bucket, next.count)
                old = old.dropFirst()
            }
            put(bucket, 1)
        }
        for next in old { put(next.bucket, next.count) }
        sorted = merged
        fresh.removeAll(keepingCapacity: true)
    }

    static func == (left: Self, right: Self) -> Bool {
        var (left, right) = (left, right)
        return left.counts().elementsEqual(right.counts()) { $0 == $1 }
    }
}
