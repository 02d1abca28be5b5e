// The search as a value: servers whose capacity is known are searched for it, and what is asked of them is looked at.

import Testing

@testable import Statistics

@Suite struct CapacitySearchTests {
    private typealias Rules = CapacitySearch.Rules

    /// Plays a server that meets the objective up to `capacity`, and whose bound is proven up to `provable`.
    private func play(_ search: inout CapacitySearch, capacity: Double, provable: Double) -> CapacitySearch.Outcome? {
        for _ in 0..<100 {
            switch search.next {
            case .probe(let load, _): search.report(load <= capacity ? .met : .missed, spent: search.rules.probeSeconds)
            case .confirm(let load, let looks): search.report(load <= provable ? .met : .missed, spent: looks.last ?? 0)
            case .finished(let outcome): return outcome
            }
        }
        return nil
    }

    @Test(arguments: [3.0, 10, 37, 64, 1000, 0.37]) func findsTheCapacity(capacity: Double) throws {
        var search = CapacitySearch(Rules(start: 10, least: 0.01))
        guard case .confirmed(let load, false) = play(&search, capacity: capacity, provable: capacity) else { return #expect(Bool(false)) }
        let refused = try #require(search.lowestRefused)
        // Three digits are kept, which is 1 % at most.
        #expect(load <= capacity && load > capacity * 0.98 / 1.03 * 0.98, "\(load)")
        #expect(refused > capacity && refused <= capacity * 1.03 * 1.01, "\(refused)")
    }

    @Test func usersAreWhole() throws {
        for capacity in [1.0, 2, 5, 31] {
            var search = CapacitySearch(Rules(start: 8, isWhole: true))
            guard case .confirmed(let load, _) = play(&search, capacity: capacity, provable: capacity) else { return #expect(Bool(false)) }
            #expect(load.rounded() == load && load <= capacity && load >= (capacity * 0.95).rounded(.down), "\(load)")
        }
        // Not even one user.
        var search = CapacitySearch(Rules(start: 8, isWhole: true))
        #expect(play(&search, capacity: 0, provable: 0) == .refused && search.lowestRefused == 1)
    }

    @Test func aMissGoesLower() throws {
        var search = CapacitySearch(Rules(start: 10))
        guard case .confirmed(let load, _) = play(&search, capacity: 100, provable: 92) else { return #expect(Bool(false)) }
        #expect(load <= 92 && load > 92 * 0.965 && search.lowestRefused ?? 0 > load)
    }

    @Test func noMoreTriesThanTheLevelIsSharedBy() {
        var search = CapacitySearch(Rules(start: 10))
        var confirmations = 0
        for _ in 0..<100 {
            switch search.next {
            case .probe(let load, _): search.report(load <= 100 ? .met : .missed, spent: 75)
            case .confirm:
                confirmations += 1
                search.report(.missed, spent: 600)
            case .finished(let outcome):
                #expect(outcome == .refused && confirmations == CapacitySearch.tries)
                return
            }
        }
        #expect(Bool(false))
    }

    @Test func theLevelIsSharedByAllLooksOfAllTries() {
        #expect(close(Rules(start: 1).boundTail, 0.05 / 12, within: 1e-12))
        var rules = Rules(start: 1)
        (rules.confidence, rules.looks) = (0.9, [60])
        #expect(close(rules.boundTail, 0.1 / 6, within: 1e-12))
    }

    @Test func nothingIsEverMet() {
        var search = CapacitySearch(Rules(start: 10))
        #expect(play(&search, capacity: 0, provable: 0) == .refused)
        #expect(search.lowestRefused == CapacitySearch.shown(10.0 / 64, isWhole: false))
    }

    @Test func theBoundsAreKept() {
        var search = CapacitySearch(Rules(start: 10, least: 8, most: 30))
        #expect(play(&search, capacity: 1_000, provable: 1_000) == .confirmed(load: 30, isMost: true))
        search = CapacitySearch(Rules(start: 100, least: 8, most: 30))
        #expect(search.next == .probe(load: 30, seconds: 75))
        search = CapacitySearch(Rules(start: 10, least: 8, most: 30))
        #expect(play(&search, capacity: 7, provable: 7) == .refused && search.lowestRefused == 8)
    }

    @Test func aVoidProbeIsRepeatedAndNotForEver() {
        var search = CapacitySearch(Rules(start: 10))
        let first = search.next
        search.report(.void, spent: 75)
        #expect(search.next == first)
        for _ in 0..<3 { search.report(.void, spent: 75) }
        #expect(search.next == .finished(.generatorLimited(load: 10)))
    }

    /// The last thing that time is spent on is a confirmation.
    @Test func timeIsKeptForTheConfirmation() {
        var rules = Rules(start: 10)
        (rules.overheadSeconds, rules.budget) = (25, 900)
        var search = CapacitySearch(rules)
        var asked: [CapacitySearch.Step] = []
        loop: for _ in 0..<100 {
            asked.append(search.next)
            switch search.next {
            case .probe(let load, _): search.report(load <= 30 ? .met : .missed, spent: 100)
            case .confirm(_, let looks): search.report(.met, spent: looks[0] + 25)
            case .finished: break loop
            }
        }
        // 10, 20, 40, 30, 35: five probes, 500 s; one more would leave less than 325.
        #expect(asked.suffix(2) == [.confirm(load: 29.4, looks: [300]), .finished(.confirmed(load: 29.4, isMost: false))], "\(asked)")
        #expect(search.seconds <= 900 && search.secondsLeft == 0)
    }

    /// 20 users' connections are made in no time, thousands in more than is left.
    @Test func timeIsKeptForWhatGrowsWithTheLoad() {
        var rules = Rules(start: 10)
        (rules.overheadSeconds, rules.budget) = (5, 900)
        var search = CapacitySearch(rules)
        search.report(.met, spent: 100)
        #expect(search.next == .probe(load: 20, seconds: 75))
        search.expect(overheadSeconds: 120)
        search.report(.met, spent: 200)
        // 600 s are left: a probe and half a confirmation are 75 + 120 + 300 + 120.
        #expect(search.next == .confirm(load: 19.6, looks: [300]))
    }

    @Test func tooLittleTimeIsSaid() {
        var rules = Rules(start: 10)
        rules.budget = 300
        var search = CapacitySearch(rules)
        search.report(.met, spent: 75)
        #expect(search.next == .finished(.outOfTime))
    }

    /// 600 requests for a p95, and 73 for chance: of one a second 673 s, of two users only once it is known how many they bring.
    @Test func fewRequestsTakeLonger() {
        var rules = Rules(start: 1, most: 1)
        rules.neededRequests = 600
        var search = CapacitySearch(rules)
        #expect(search.next == .probe(load: 1, seconds: 100))
        search.report(.met, spent: 100)
        #expect(search.next == .confirm(load: 1, looks: [337, 673]))
        rules.isWhole = true
        search = CapacitySearch(rules)
        #expect(search.next == .probe(load: 1, seconds: 75))
        search.learn(requestsPerSecond: 0.5, at: 1)
        search.report(.met, spent: 75)
        #expect(search.next == .confirm(load: 1, looks: [673, 1346]))
    }

    @Test func whatIsLoadedIsWhatIsSaid() {
        for (load, shown) in [(19.999, 19.9), (0.3, 0.3), (1_234.5, 1_230), (7, 7), (0.012345, 0.0123), (100, 100)] {
            #expect(CapacitySearch.shown(load, isWhole: false) == shown)
        }
        #expect(CapacitySearch.shown(7.9, isWhole: true) == 7 && CapacitySearch.shown(0.5, isWhole: true) == 1)
    }
}
