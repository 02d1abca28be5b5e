import Testing

@testable import Statistics

@Suite struct RankedLatencyTests {
    @Test func everyRankIsThatOfTheSortedValues() {
        var numbers = SeededNumbers(9)
        // Every power of two, its neighbours, equal ones, zeros, and the largest there is.
        var values = (0..<62).flatMap { power in [-1, 0, 1].map { (Int64(1) << power) + $0 } } + [0, 0, 7, 7, 7, .max]
        values += (0..<500).map { _ in Int64.random(in: 0..<3_000_000_000, using: &numbers) }
        values.shuffle(using: &numbers)
        let sorted = values.sorted()
        LatencyColumns.with(scheduled: values.map { _ in 0 }, latency: values, window: 0..<1) { columns in
            let ranked = RankedLatencies(columns)
            #expect(ranked.count == values.count)
            #expect(ranked.latencies(at: Array(sorted.indices)) == sorted)
            let some = [400, 3, 3, 0, sorted.count - 1]
            #expect(ranked.latencies(at: some) == some.map { sorted[$0] })
            #expect(ranked.latencies(at: []).isEmpty)
        }
    }
}
