import Testing

@testable import Statistics

@Suite struct RateIntervalTests {
    @Test func aSteadyRateIsCertain() {
        var totals = BlockTotals(window: 0..<20_000_000_000)
        for number in 0..<2_000 { totals.add(at: Int64(number) * 10_000_000) }
        let rate = totals.rate()
        #expect(rate == Interval(value: 100, low: 100, high: 100))
    }

    /// Only the variance over 5 blocks sees that one half had twice the rate of the other.
    @Test func theLargestOfTheBlockCountsDecides() {
        var totals = BlockTotals(window: 0..<20_000_000_000)
        for second in 0..<20 { totals.add(second < 10 ? 10 : 20, at: Int64(second) * 1_000_000_000) }
        // Sums 40, 40, 60, 80, 80 over 5 blocks: squares 1,600; V = 5/4 · 1,600 = 2,000; t(4) · √V = 124.17.
        #expect(close(totals.variances[0], 2_000))
        let rate = totals.rate()
        #expect(close(rate.value, 15) && close(rate.high - 15, 124.1664 / 20, within: 1e-5))
    }

    @Test func outsideTheWindowNothingCounts() {
        var totals = BlockTotals(window: 100..<200)
        for instant: Int64 in [99, 100, 199, 200] { totals.add(at: instant) }
        #expect(totals.total == 2)
        #expect(totals.rate().low == 0)
    }

    @Test func shares() throws {
        var whole = BlockTotals(window: 0..<1_000)
        let none = whole
        #expect(none.share(of: whole) == nil)
        for instant: Int64 in 0..<1_000 { whole.add(at: instant) }
        // Wilson of 1,000 of 1,000: n/(n + z²).
        let all = try #require(whole.share(of: whole))
        #expect(all.value == 1 && all.high == 1 && close(all.low, 1_000 / 1_003.841459))
        let nothing = try #require(none.share(of: whole))
        #expect(nothing.value == 0 && nothing.low == 0 && close(nothing.high, 3.841459 / 1_003.841459))
        var spread = none, bunched = none
        for instant: Int64 in 0..<1_000 where instant % 10 == 0 { spread.add(at: instant) }
        for instant: Int64 in 0..<100 { bunched.add(at: instant) }
        let even = try #require(spread.share(of: whole)), uneven = try #require(bunched.share(of: whole))
        #expect(even.value == 0.1 && uneven.value == 0.1)
        #expect(uneven.high - uneven.low > 5 * (even.high - even.low))
    }
}
