// Trends against k6's own numbers, and against brute force over values of several shapes.

import Foundation
import Testing

@testable import Metrics

struct TrendTests {
    private struct Golden: Decodable {
        var values: [Double]
        var stats: [String: Double]
    }

    @Test func equalsK6OnEveryGoldenVector() throws {
        let vectors = try JSONDecoder().decode([Golden].self, from: Fixtures.data("percentiles.json"))
        #expect(vectors.count >= 8)
        for vector in vectors {
            var trend = Trend()
            vector.values.forEach { trend.add($0) }
            let ours = trend.statistics
            #expect(ours.min == vector.stats["min"])
            #expect(ours.avg == vector.stats["avg"])
            #expect(ours.med == vector.stats["med"])
            #expect(ours.p90 == vector.stats["p(90)"])
            #expect(ours.p95 == vector.stats["p(95)"])
            #expect(ours.p99 == vector.stats["p(99)"])
            #expect(ours.max == vector.stats["max"])
            #expect(ours.count == vector.values.count)
        }
    }

    @Test func emptyIsZero() {
        #expect(Trend().statistics == TrendStatistics(count: 0, min: 0, avg: 0, med: 0, p90: 0, p95: 0, p99: 0, max: 0))
    }

    @Test func ignoresWhatIsNotFinite() {
        var trend = Trend()
        [Double.nan, .infinity, -.infinity, 3].forEach { trend.add($0) }
        #expect(trend.count == 1)
        #expect(trend.percentile(50) == 3)
    }

    /// Shapes of measured data: uniform, exponential, log-normal over nine decades, mostly zero, signed, constant.
    enum Shape: String, CaseIterable { case uniform, exponential, wide, mostlyZero, signed, constant }

    static func vector(_ shape: Shape, count: Int, seed: UInt64) -> [Double] {
        var random = SplitMix(state: seed)
        return (0..<count).map { _ in
            let unit = Double.random(in: 0..<1, using: &random)
            switch shape {
            case .uniform: return 10 + 100 * unit
            case .exponential: return -50 * log(1 - unit)
            case .wide: return exp((unit - 0.5) * 20)
            case .mostlyZero: return unit < 0.97 ? 0 : unit * 5
            case .signed: return (unit - 0.5) * 200
            case .constant: return 51
            }
        }
    }

    static func bruteForce(_ values: [Double], _ percent: Double) -> Double {
        let sorted = values.sorted()
        let x = percent / 100 * Double(sorted.count - 1)
        let low = sorted[Int(x.rounded(.down))]
        let high = sorted[Int(x.rounded(.up))]
        return low + (high - low) * (x - x.rounded(.down))
    }

    @Test(arguments: Shape.allCases, [1, 2, 17, 4_999, 5_000, 5_001, 60_000])
    func percentilesMatchBruteForce(shape: Shape, count: Int) {
        let values = Self.vector(shape, count: count, seed: UInt64(count) &* 31 &+ 7)
        var trend = Trend()
        values.forEach { trend.add($0) }
        for percent in [0, 0.5, 10, 50, 90, 95, 99, 99.9, 100] {
            let expected = Self.bruteForce(values, percent)
            let ours = trend.percentile(percent)
            if count <= Trend.exactLimit {
                #expect(ours == expected)
            } else {
                // Interpolating between a negative and a positive neighbour can cancel; compare with the neighbours.
                let scale = max(abs(expected), shape == .signed ? 0.1 : 0)
                #expect(abs(ours - expected) <= 0.0005 * scale, "\(shape) p\(percent): \(ours) for \(expected)")
            }
        }
        #expect(trend.min == values.min())
        #expect(trend.max == values.max())
        #expect(trend.count == count)
        #expect(abs(trend.sum - values.reduce(0, +)) <= 1e-9 * values.map(abs).reduce(1, +))
    }

    @Test(
        arguments: Shape.allCases,
        [[100, 200, 300], [2_000, 2_999, 1], [2_500, 2_501], [10, 30_000], [30_000, 40_000]])
    func mergeIsTheUnionInAnyOrder(shape: Shape, sizes: [Int]) {
        let parts = sizes.enumerated().map { Self.vector(shape, count: $1, seed: UInt64($0 + 3)) }
        var whole = Trend()
        parts.joined().forEach { whole.add($0) }
        let trends = parts.map { part in
            var trend = Trend()
            part.forEach { trend.add($0) }
            return trend
        }
        let percents = [0, 1, 50, 90, 95, 99, 100].map(Double.init)
        for order in [trends, trends.reversed()] {
            let merged = Trend.merged(order)
            #expect(merged.percentiles(percents) == whole.percentiles(percents))
            #expect(merged.count == whole.count)
            #expect(merged.min == whole.min)
            #expect(merged.max == whole.max)
            #expect(abs(merged.sum - whole.sum) <= 1e-12 * max(1, abs(whole.sum) * 1e3))
        }
    }

    @Test func valuesComeOutAscendingAndComplete() {
        for count in [1_000, 20_000] {
            var trend = Trend()
            (Self.vector(.signed, count: count, seed: 5) + [0, 0]).forEach { trend.add($0) }
            var last = -Double.infinity
            var total: UInt64 = 0
            trend.forEachValue { value, count in
                #expect(value >= last)
                last = value
                total += count
            }
            #expect(total == UInt64(count + 2))
        }
    }
}

/// A seeded generator, so that a failing vector fails again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
