import Testing

@testable import Statistics

@Suite struct CapacitySearchTests {
    /// Plays a server that meets the objective up to `capacity`, and whose bound is proven up to `provable`.
    private func play(_ search: inout CapacitySearch, capacity: Double, provable: Double) -> CapacitySearch.Outcome? {
        for _ in 0..<100 {
            switch search.next {
            case .probe(let rate, _): search.report(rate <= capacity ? .met : .missed)
            case .confirm(let rate, _): search.report(bound: rate <= provable ? 0.9 : 1.1, objective: 1)
            case .finished(let outcome): return outcome
            }
        }
        return nil
    }

    @Test(arguments: [3.0, 10, 37, 64, 1000]) func findsTheCapacity(capacity: Double) throws {
        var search = CapacitySearch(startRate: 10)
        guard case .confirmed(let rate, let refused?) = play(&search, capacity: capacity, provable: capacity) else {
            return #expect(Bool(false))
        }
        #expect(rate <= capacity && rate > capacity * 0.97 / 1.05 * 0.999)
        #expect(refused > capacity && refused <= capacity * 1.05 * 1.001)
    }

    @Test func aMissGoesThreePerCentLower() {
        var search = CapacitySearch(startRate: 10)
        guard case .confirmed(let rate, let refused?) = play(&search, capacity: 100, provable: 92) else { return #expect(Bool(false)) }
        #expect(rate <= 92 && rate > 92 * 0.97 && close(refused, rate / 0.97, within: 1e-12))
    }

    @Test func fiveTriesAtMost() {
        var search = CapacitySearch(startRate: 10)
        guard case .refused(let refused)? = play(&search, capacity: 100, provable: 0) else { return #expect(Bool(false)) }
        // Below 97 % of what was met at least, four steps lower.
        #expect(refused > 100 / 1.05 * 0.97 * 0.88 && refused < 97 * 0.886)
    }

    @Test func nothingIsEverMet() {
        var search = CapacitySearch(startRate: 10)
        #expect(play(&search, capacity: 0, provable: 0) != nil)
        guard case .finished(.refused) = search.next else { return #expect(Bool(false)) }
    }

    @Test func aSuspectProbeIsRepeatedAndNotForEver() {
        var search = CapacitySearch(startRate: 10)
        let first = search.next
        search.report(.suspect)
        #expect(search.next == first)
        for _ in 0..<3 { search.report(.suspect) }
        #expect(search.next == .finished(.generatorLimited(rate: 10)))
    }

    @Test func theLevelIsSharedByAllLooks() {
        #expect(close(CapacitySearch.boundTail, 0.005, within: 1e-12))
        var search = CapacitySearch(startRate: 10)
        while case .probe(let rate, _) = search.next { search.report(rate <= 10 ? .met : .overloaded) }
        let probed = search.seconds
        let confirming = search.next
        search.report(bound: 2, objective: 1)
        #expect(search.next == confirming)
        search.report(bound: 0.9, objective: 1)
        guard case .finished(.confirmed) = search.next else { return #expect(Bool(false)) }
        #expect(search.seconds == probed + 600)
    }
}
