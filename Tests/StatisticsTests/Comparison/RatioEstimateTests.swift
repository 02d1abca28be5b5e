import Glibc
import Testing

@testable import Statistics

@Suite struct RatioEstimateTests {
    private struct Golden: Decodable {
        struct Case: Decodable { let name: String, differences: [Double], expected: Expected }
        struct Expected: Decodable { let blocks: Int, mean, r, se, t, ratio, low, high, mde: Double }
        struct Raw: Decodable {
            struct Answer: Decodable { let differences: [Double], result: Expected }
            let t0, t1: Double, blocks: Int, times, a, b: [Double], expected: [String: Answer]
        }
        let cases: [Case], raw: Raw
    }

    private func check(_ estimate: RatioEstimate, _ expected: Golden.Expected, _ name: String) {
        #expect(estimate.blocks == expected.blocks)
        for (ours, theirs) in [
            (estimate.mean, expected.mean), (estimate.correlation, expected.r), (estimate.standardError, expected.se),
            (estimate.t, expected.t), (estimate.ratio, expected.ratio), (estimate.low, expected.low), (estimate.high, expected.high),
            (estimate.detectable, expected.mde),
        ] { #expect(close(ours, theirs, within: 1e-7), "\(name): \(ours) \(theirs)") }
    }

    @Test func matchesTheReference() throws {
        let golden = try Fixtures.decode("compare", as: Golden.self)
        for golden in golden.cases { check(try #require(RatioEstimate(golden.differences)), golden.expected, golden.name) }
        let raw = golden.raw
        for (p, answer) in raw.expected {
            let differences = differences(raw, a: raw.a, b: raw.b, p: Double(p)!)
            #expect(zip(differences, answer.differences).allSatisfy { close($0 ?? .nan, $1, within: 1e-9) })
            check(try #require(RatioEstimate(differences.compactMap(\.self))), answer.result, "raw p\(p)")
        }
    }

    private func differences(_ raw: Golden.Raw, a: [Double], b: [Double], p: Double) -> [Double?] {
        let window = Fixtures.nanoseconds(raw.t0)..<Fixtures.nanoseconds(raw.t1)
        func with<Result>(_ values: [Double], _ body: (LatencyColumns) -> Result) -> Result {
            LatencyColumns.with(
                scheduled: Fixtures.nanoseconds(raw.times), latency: values.map { Int64(($0 * 1e6).rounded()) }, window: window, body)
        }
        return with(a) { a in with(b) { BlockDifferences.differences(a: a, b: $0, p: p, blocks: raw.blocks) } }
    }

    @Test func swappingTheArmsInvertsTheRatio() throws {
        let raw = try Fixtures.decode("compare", as: Golden.self).raw
        let forth = try #require(RatioEstimate(differences(raw, a: raw.a, b: raw.b, p: 0.95).map { $0! }))
        let back = try #require(RatioEstimate(differences(raw, a: raw.b, b: raw.a, p: 0.95).map { $0! }))
        #expect(close(forth.ratio * back.ratio, 1, within: 1e-12))
        #expect(close(forth.low * back.high, 1, within: 1e-12) && close(forth.high * back.low, 1, within: 1e-12))
        #expect(close(forth.detectable, back.detectable, within: 1e-12) && close(forth.probability, back.probability, within: 1e-12))
    }

    @Test func emptyBlocksHaveNoDifference() {
        let differences = LatencyColumns.with(scheduled: [1, 11, 21], latency: [5, 5, 0], window: 0..<40) { a in
            LatencyColumns.with(scheduled: [1, 21], latency: [10, 5], window: 0..<40) {
                BlockDifferences.differences(a: a, b: $0, p: 0.5, blocks: 4)
            }
        }
        #expect(differences[0].map { close($0, 0.6931471805599453, within: 1e-12) } == true)
        #expect(differences[1...] == [nil, nil, nil])
    }

    @Test func probabilities() throws {
        #expect(RatioEstimate([]) == nil && RatioEstimate([0.1]) == nil)
        #expect(try #require(RatioEstimate([Double](repeating: 0, count: 8))).probability == 1)
        // All alike and not 0: a sign test.
        #expect(try #require(RatioEstimate([Double](repeating: 0.02, count: 8))).probability == 1.0 / 128)
        let estimate = try #require(RatioEstimate([0.1, 0.02, 0.05, 0.07, 0.03, 0.01, 0.08, 0.04]))
        // t = 4.537 with 7 degrees.
        #expect(0.002 < estimate.probability && estimate.probability < 0.003)
    }

    @Test func whatChanceExplainsIsTakenOut() throws {
        let chances = [0.03, -0.02, 0.05, 0.01, -0.04, 0.02, -0.01, 0.0]
        let noise = [0.001, -0.002, 0.0015, -0.001, 0.002, -0.0015, 0.0005, -0.0005]
        let differences = zip(chances, noise).map { 0.03 + 1.5 * $0 + $1 }
        let plain = try #require(RatioEstimate(differences)), without = try #require(RatioEstimate(differences, without: chances))
        #expect(close(without.mean, Self.intercept(differences, chances), within: 1e-12) && abs(without.mean - 0.03) < 0.001)
        #expect(without.standardError < plain.standardError / 10 && without.low < exp(0.03) && exp(0.03) < without.high)
        // Nothing to explain: the plain estimate; too few to fit a line: none.
        #expect(RatioEstimate(differences, without: [Double](repeating: 0.1, count: 8)) == plain)
        #expect(RatioEstimate([0.1, 0.2, 0.3], without: [0, 1, 2]) == nil)
        // More than chance: no line is prolonged to where nothing was measured.
        #expect(RatioEstimate(differences, without: chances.map { $0 + 0.2 }) == plain)
    }

    /// By the normal equations, n·Σxy and the like.
    private static func intercept(_ y: [Double], _ x: [Double]) -> Double {
        let n = Double(x.count)
        let (sx, sy) = (x.reduce(0, +), y.reduce(0, +))
        let (sxx, sxy) = (x.reduce(0) { $0 + $1 * $1 }, zip(x, y).reduce(0) { $0 + $1.0 * $1.1 })
        return (sy * sxx - sx * sxy) / (n * sxx - sx * sx)
    }

    @Test func theToleranceIsTested() throws {
        let estimate = try #require(RatioEstimate([0.1, 0.02, 0.05, 0.07, 0.03, 0.01, 0.08, 0.04]))
        #expect(estimate.probability(beyond: 0) == estimate.probability)
        #expect(estimate.probability(beyond: 0.03) > estimate.probability && estimate.probability(beyond: 0.2) == 1)
        #expect(try #require(RatioEstimate([Double](repeating: 0.02, count: 8))).probability(beyond: 0.01) == 1.0 / 128)
    }

    @Test func timesAsLongToFind() throws {
        let estimate = try #require(RatioEstimate([0.1, 0.02, 0.05, 0.07, 0.03, 0.01, 0.08, 0.04]))
        #expect(close(estimate.timesAsLong(toFind: estimate.detectable), 1, within: 1e-12))
        #expect(estimate.timesAsLong(toFind: 0.01) > 12 && estimate.timesAsLong(toFind: 0.01) < 14)
    }
}
