// Values in their places by selection must be those that sorting puts there, whatever order they came in.

import Testing

@testable import Metrics

struct OrderStatisticsTests {
    enum Arrival: CaseIterable {
        case random, ascending, descending, organPipe, allEqual, fewDistinct, sawtooth

        func values(_ count: Int) -> [Double] {
            var random = SplitMix(state: UInt64(count))
            return (0..<count).map { index in
                switch self {
                case .random: Double(random.next() >> 11)
                case .ascending: Double(index)
                case .descending: Double(count - index)
                case .organPipe: Double(min(index, count - index))
                case .allEqual: 7
                case .fewDistinct: Double(random.next() % 3)
                case .sawtooth: Double(index % 17) - 8
                }
            }
        }
    }

    @Test(arguments: Arrival.allCases, [1, 2, 16, 17, 100, 1_000, 5_000])
    func placesRanksAsSortingDoes(arrival: Arrival, count: Int) {
        let values = arrival.values(count)
        let sorted = values.sorted()
        let some = Set([0, count / 2, count * 9 / 10, count * 99 / 100, count - 1]).sorted()
        for ranks in [some, [count / 3], Array(0..<count), []] {
            var placed = values
            placed.withUnsafeMutableBufferPointer { OrderStatistics.place(ranks[...], in: $0) }
            #expect(ranks.allSatisfy { placed[$0] == sorted[$0] })
            #expect(placed.sorted() == sorted, "nothing was lost")
        }
    }

    /// What is left of a part whose pivots turned out badly is sorted, sooner or later.
    @Test(arguments: Arrival.allCases, [0, 1, 2])
    func badPivotsChangeNothing(arrival: Arrival, allowed: Int) {
        let values = arrival.values(1_000)
        let sorted = values.sorted()
        var placed = values
        placed.withUnsafeMutableBufferPointer {
            OrderStatistics.place([10, 500, 990], in: $0, from: 0, to: 1_000, badPivotsLeft: allowed)
        }
        #expect([10, 500, 990].allSatisfy { placed[$0] == sorted[$0] })
    }
}
