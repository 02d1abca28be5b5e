// Cells of durations against sorted values.

import Testing

@testable import Metrics

struct DurationCountsTests {
    @Test func cellsFollowEachOtherWithoutGapsAndAreASixteenthWide() {
        #expect(DurationCounts.cell(of: 1) == 160)
        #expect(DurationCounts.lowerBound(of: 160) == 1)
        for cell in 1..<DurationCounts.cells - 1 {
            let low = DurationCounts.lowerBound(of: cell)
            let high = DurationCounts.lowerBound(of: cell + 1)
            #expect(DurationCounts.cell(of: low) == cell && DurationCounts.cell(of: high.nextDown) == cell)
            #expect(high / low <= 1.0625)
        }
    }

    @Test(arguments: [0, -3, 1e-9, 1e9, 1e300]) func everythingHasACell(value: Double) {
        var counts = DurationCounts()
        counts.add(milliseconds: value)
        #expect(counts.total == 1)
        #expect((0..<DurationCounts.cells).contains(counts.first))
    }

    @Test func percentilesAreThoseOfTheValuesToTheWidthOfACell() {
        var random = SplitMix(state: 3)
        let values = (0..<5_000).map { _ in
            let root = Double.random(in: 1..<40, using: &random)
            return root * root
        }
        var (counts, other, trend) = (DurationCounts(), DurationCounts(), Trend())
        for (index, value) in values.enumerated() {
            if index % 3 == 0 { other.add(milliseconds: value) } else { counts.add(milliseconds: value) }
            trend.add(value)
        }
        counts.merge(other)
        #expect(counts.total == 5_000)
        let shares = [0, 0.01, 0.5, 0.9, 0.99, 0.999, 1]
        for (found, exact) in zip(counts.percentiles(shares), trend.percentiles(shares.map { $0 * 100 })) {
            #expect(abs(found / exact - 1) < 0.0625)
        }
        // Shortest and longest are no cell's.
        #expect(abs(counts.shortest! - trend.min) < 0.001 && abs(counts.longest! - trend.max) < 0.001)
        #expect(counts == DurationCounts(trend))
        #expect(DurationCounts().percentiles([0.5]).isEmpty)
    }
}
