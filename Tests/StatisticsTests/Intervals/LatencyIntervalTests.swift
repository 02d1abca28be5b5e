import Testing

@testable import Statistics

@Suite struct LatencyIntervalTests {
    private struct Golden: Decodable {
        struct Case: Decodable { let name: String, t0, t1: Double, times, values: [Double], expected: [Expected] }
        struct Expected: Decodable {
            let p: Double, n: Int, quantile: Double, low, high: Double?
            let nEff, tailEvents, pLow, pHigh: Double
            let varianceByBlocks: [String: Double]
        }
        let cases: [Case]
    }

    @Test func matchesTheReference() throws {
        for golden in try Fixtures.decode("intervals", as: Golden.self).cases {
            let measured = measure(
                Fixtures.nanoseconds(golden.times), golden.values.map { Int64(($0 * 1e6).rounded()) },
                Fixtures.nanoseconds(golden.t0)..<Fixtures.nanoseconds(golden.t1), golden.expected.map(\.p))
            for (interval, expected) in zip(try #require(measured).intervals, golden.expected) {
                #expect(interval.count == expected.n)
                #expect(close(interval.value / 1e6, expected.quantile, within: 1e-10), "\(golden.name)")
                #expect(interval.low.map { Double($0) / 1e6 } == expected.low, "\(golden.name) p\(expected.p)")
                #expect(interval.high.map { Double($0) / 1e6 } == expected.high, "\(golden.name) p\(expected.p)")
                #expect(close(interval.effectiveCount, expected.nEff))
                #expect(close(interval.tailEvents, expected.tailEvents))
                #expect(close(interval.lowShare, expected.pLow) && close(interval.highShare, expected.pHigh))
                for (blocks, variance) in zip(BlockTotals.blockCounts, interval.variances) {
                    #expect(close(variance, expected.varianceByBlocks["\(blocks)"]!, within: 1e-9))
                }
            }
        }
    }

    @Test func nothingInTheWindow() {
        #expect(measure([], [], 0..<100) == nil)
        #expect(measure([100, 200], [5, 5], 0..<100) == nil)
    }

    @Test func oneRequestHasNoBounds() throws {
        let interval = try #require(measure([10], [5], 0..<100)?.intervals.first)
        #expect(interval.value == 5 && interval.low == nil && interval.high == nil)
    }

    @Test func onlyTheWindowCounts() throws {
        let inside = measure([0, 10, 20, 30], [1, 2, 3, 4], 0..<40)
        let more = measure([0, 10, 20, 30, 40, -1], [1, 2, 3, 4, 1000, 1000], 0..<40)
        #expect(try #require(inside).intervals == #require(more).intervals)
    }

    @Test func orderDoesNotMatter() throws {
        var (times, values) = stream(requests: 2_000, seed: 1)
        let window: Range<Int64> = 0..<2_000_000
        let first = try #require(measure(times, values, window))
        times.reverse()
        values.reverse()
        #expect(try #require(measure(times, values, window)).intervals == first.intervals)
    }

    @Test func unitsDoNotMatter() throws {
        let (times, values) = stream(requests: 2_000, seed: 2)
        let first = try #require(measure(times, values, 0..<2_000_000)).intervals
        let second = try #require(measure(times, values.map { $0 * 1_000 }, 0..<2_000_000)).intervals
        for (a, b) in zip(first, second) {
            #expect(close(a.value * 1_000, b.value, within: 1e-12))
            #expect(a.low.map { $0 * 1_000 } == b.low && a.high.map { $0 * 1_000 } == b.high)
        }
    }

    /// The bounds enclose the percentile, percentiles and their bounds rise with p, and a lower level is narrower.
    @Test(arguments: 3...12) func boundsEnclose(seed: UInt64) throws {
        let (times, values) = stream(requests: 5_000, seed: seed)
        let measured = try #require(measure(times, values, 0..<5_000_000))
        for interval in measured.intervals {
            if let low = interval.low { #expect(Double(low) <= interval.value) }
            if let high = interval.high { #expect(Double(high) >= interval.value) }
            #expect(interval.effectiveCount <= 5_000)
        }
        #expect(zip(measured.intervals, measured.intervals.dropFirst()).allSatisfy { $0.value <= $1.value })
        let narrow = try #require(measure(times, values, 0..<5_000_000, confidence: Confidence(tail: 0.1)))
        for (wide, narrow) in zip(measured.intervals, narrow.intervals) {
            #expect(wide.highShare >= narrow.highShare && wide.lowShare <= narrow.lowShare)
        }
    }

    @Test func boundsNarrowAsIndependentRequestsGrow() throws {
        var widths: [Double] = []
        for requests in [500, 5_000, 50_000] {
            let (times, values) = stream(requests: requests, seed: 5)
            let interval = try #require(measure(times, values, 0..<Int64(requests) * 1_000)).intervals[0]
            widths.append(interval.highShare - interval.lowShare)
        }
        #expect(widths[0] > widths[1] && widths[1] > widths[2])
    }

    /// A shared memory never makes an interval narrower, and leaves the commonest tail as it is.
    @Test(arguments: 20...25) func sharedMemory(seed: UInt64) throws {
        let (times, values) = stream(requests: 3_000, seed: seed)
        let own = try #require(measure(times, values, 0..<3_000_000)).intervals
        let shared = try #require(measure(times, values, 0..<3_000_000, memory: .shared)).intervals
        #expect(own[..<2] == shared[..<2])
        let sizes = own.map(\.effectiveCount)
        #expect(shared[2].effectiveCount == min(sizes[1], sizes[2]) && shared[3].effectiveCount == sizes[1...3].min())
        for (own, shared) in zip(own, shared) {
            #expect(own.value == shared.value && own.lowShare >= shared.lowShare && own.highShare <= shared.highShare)
        }
    }

    private func measure(
        _ scheduled: [Int64], _ latency: [Int64], _ window: Range<Int64>, _ percentiles: [Double] = LatencyIntervals.percentiles,
        confidence: Confidence = .twoSided95, memory: LatencyIntervals.Memory = .own
    ) -> LatencyIntervals? {
        LatencyColumns.with(scheduled: scheduled, latency: latency, window: window) {
            LatencyIntervals($0, percentiles: percentiles, confidence: confidence, memory: memory)
        }
    }

    /// Independent latencies of 50 ms and a long tail, a microsecond apart.
    private func stream(requests: Int, seed: UInt64) -> ([Int64], [Int64]) {
        var numbers = SeededNumbers(seed)
        return (
            (0..<Int64(requests)).map { $0 * 1_000 },
            (0..<requests).map { _ in Int64(50e6 / (1 - Double.random(in: 0..<0.999, using: &numbers)).squareRoot()) }
        )
    }
}
