import Testing

@testable import Statistics

@Suite struct TextTests {
    @Test func figures() {
        #expect(Figures.text(1_234_567.5, decimals: 0) == "1,234,568")
        #expect(Figures.text(-0.04, decimals: 1) == "0.0")
        #expect(Figures.text(-1_234.06, decimals: 1) == "-1,234.1")
        #expect(Figures.text(9.996, decimals: 2) == "10.00")
        #expect(Figures.text(.nan, decimals: 2) == "nan")
        #expect(Figures.percent(0.0609) == "6.1" && Figures.percent(0.0004) == "0.04" && Figures.percent(0) == "0.0")
        #expect([0.5, 0.9, 0.95, 0.99, 0.999].map(Figures.percentile) == ["p50", "p90", "p95", "p99", "p99.9"])
        #expect(Figures.clock(12.9) == "00:12" && Figures.clock(3_723) == "1:02:03")
        #expect([32.0, 4.9, 0.5, 0.04, 0].map { Figures.decimals(width: $0) } == [0, 1, 1, 3, 3])
        #expect([999.0, 1_000, 6_091, 12_000].map { Figures.decimals(width: $0) } == [0, -1, -1, -2])
        #expect(Figure(value: 12_345, low: 9_812, high: 15_903).text(unit: " ms") == "12,350 ms (9,810–15,900)")
        #expect(Figure(value: 12_345, low: 9_812, high: 15_903).shortText == "12,350")
        // One bound supports no more digits than its distance.
        #expect(Figure(value: 12_345, low: 9_812).text(isBounded: true) == "12,350 (at least 9,810)")
        #expect(Figure(value: 99.9912, high: 99.9999).text(isBounded: true) == "100.0 (at most 100.0)")
        #expect((Figure(value: 5_120, low: 5_080, high: 5_160) / 8).text() == "640 (635–645)")
    }

    private func intervals(_ value: Double, _ low: Int64?, _ high: Int64?, effective: Double, count: Int = 6_000) -> LatencyIntervals {
        let interval = PercentileInterval(
            p: 0.95, count: count, value: value * 1e6, low: low.map { $0 * 1_000_000 }, high: high.map { $0 * 1_000_000 },
            effectiveCount: effective, lowShare: 0, highShare: 1, variances: [])
        return LatencyIntervals(intervals: [interval], count: count, seconds: 300, p99Seconds: 1)
    }

    @Test func percentileLines() {
        func line(_ intervals: LatencyIntervals) -> String { intervals.text(intervals.intervals[0]) }
        #expect(line(intervals(285.3, 271, 303, effective: 900)) == "p95 285 ms (271–303)")
        #expect(line(intervals(1_234, 1_010, 1_900, effective: 70)) == "p95 1,234 ms (1,010–1,900, few independent events: 3)")
        #expect(line(intervals(1_234, 1_010, nil, effective: 900)) == "p95 1,234 ms (at least 1,010)")
        #expect(line(intervals(1_234, nil, 1_900, effective: 900)) == "p95 1,230 ms (at most 1,900)")
        #expect(line(intervals(1_234, nil, nil, effective: 900)) == "p95 1,234 ms (no bound on either side)")
        #expect(
            line(intervals(1_234, 1_010, 1_900, effective: 900, count: 240))
                == "p95 1,234 ms  (no interval: 12 values beyond it, 30 needed; about 8 more minutes at this rate)")
        #expect(
            NoInterval.shortBlocks(moreSeconds: 20.2).text == "too short for latencies this long; about 21 more seconds")
        #expect(NoInterval.fewTailEvents(3.9).text == "3 independent events beyond it, 5 needed")
    }

    private func estimate(_ mean: Double, spread: Double) throws -> RatioEstimate {
        try #require(RatioEstimate((0..<10).map { mean + ($0 % 2 == 0 ? spread : -spread) }))
    }

    @Test func comparisonLines() throws {
        let slower = try estimate(0.0592, spread: 0.03), faster = try estimate(-0.0592, spread: 0.03)
        #expect(slower.text("p95", isDifferent: true) == "p95: B is 6.1 % slower (3.7–8.5)")
        #expect(faster.text("p95", isDifferent: true) == "p95: B is 5.7 % faster (3.6–7.9)")
        #expect(slower.text("requests/s", isDifferent: true, quantity: .rate) == "requests/s: B is 6.1 % higher (3.7–8.5)")
        #expect(faster.text("requests/s", isDifferent: true, quantity: .rate) == "requests/s: B is 5.7 % lower (3.6–7.9)")
        #expect(
            try estimate(0, spread: 0.03).text("p95", isDifferent: false)
                == "p95: no difference found; one of 3.2 % or more would have been (80 % of the time)")
        #expect(ComparisonNote.lateBlocks(3, of: 20) == "3 of 20 blocks left out in both arms: the generator was late")
    }
}
