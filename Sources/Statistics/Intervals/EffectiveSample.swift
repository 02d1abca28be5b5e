// How many independent requests a correlated sample is worth, and the band of shares that this many leave possible.

import Glibc

enum EffectiveSample {
    /// The number of independent values whose share p would be as uncertain as the measured `halfWidth` (of the share); at
    /// most `count`, since a lucky arrangement of blocks proves nothing.
    static func size(count: Int, p: Double, halfWidth: Double, z: Double) -> Double {
        halfWidth > 0 ? min(Double(count), p * (1 - p) * z * z / (halfWidth * halfWidth)) : Double(count)
    }

    /// For each percentile the smallest size among p90, p95, p99 up to it and its own. The variance of a rare event is itself
    /// badly known, and too small exactly when the event happened to be spread evenly.
    static func smallest(of sizes: [Double], _ percentiles: [Double]) -> [Double] {
        zip(sizes, percentiles).map { size, p in
            zip(sizes, percentiles).reduce(size) { least, other in
                [0.9, 0.95, 0.99].contains(other.1) && other.1 <= p ? min(least, other.0) : least
            }
        }
    }

    /// Wilson's interval for a share p seen in `size` independent values (JASA 22, 1927, 209–212). Unlike the textbook one
    /// it stays within 0…1 and keeps its level near the ends, where percentiles are.
    static func wilson(p: Double, size: Double, z: Double) -> (low: Double, high: Double) {
        let square = z * z
        let middle = (p + square / (2 * size)) / (1 + square / size)
        let half = z * (p * (1 - p) / size + square / (4 * size * size)).squareRoot() / (1 + square / size)
        return (middle - half, middle + half)
    }
}
