// The search as a value: servers whose capacity is known are searched for it, and what is asked of them is looked at.

import Glibc
import Testing

@testable import Statistics

@Suite struct CapacitySearchTests {
    private typealias Rules = CapacitySearch.Rules

    /// Plays a server that meets the objective up to `capacity`, and whose bound is proven up to `provable`.
    private func play(_ search: inout CapacitySearch, capacity: Double, provable: Double) -> CapacitySearch.Outcome? {
        for _ in 0..<100 {
            switch search.next {
            case .probe(let load, _): search.report(load <= capacity ? .met : .missed, spent: search.rules.probeSeconds)
            case .confirm(let load, let looks): search.report(load <= provable ? .met : .missed, spent: looks.last?.seconds ?? 0)
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

    /// Whatever way a search takes, the levels of the confirmations on it that may be wrong add up to no more than promised: down through
    /// loads that do not meet the objectives, then up to the first that does not.
    @Test func allLevelsOfAWayTogetherAreThePromisedOne() {
        let rules = Rules(start: 1)
        func level(_ misses: Int, isAbove: Bool) -> Double {
            rules.looks.indices.reduce(0) { $0 + rules.tail(look: $1, misses: misses, isAbove: isAbove) }
        }
        for misses in 0..<CapacitySearch.tries {
            let down = (0..<misses).reduce(0) { $0 + level($1, isAbove: false) }
            #expect(down + level(misses, isAbove: false) < 0.05 + 1e-12)
            #expect(close(down + level(misses, isAbove: true), 0.05, within: 1e-12))
        }
        // 1, 2, 4 and 8 of 15, and half of it all at first.
        #expect(close(rules.tail(look: 3, misses: 0, isAbove: false), 0.025 * 8 / 15, within: 1e-12))
    }

    /// A server whose strain is known exactly at each load, 2·ln(load / 100), and to 1 % after 600 s.
    private func strain(_ load: Double, _ seconds: Double) -> CapacityStrain {
        CapacityStrain(value: 2 * log(load / 100), spread: 0.01 * (600 / seconds).squareRoot(), seconds: seconds)
    }

    @Test func theCurveSaysWhatIsTried() throws {
        var search = CapacitySearch(Rules(start: 10))
        var confirmations: [Double] = []
        loop: for _ in 0..<40 {
            switch search.next {
            case .probe(let load, let seconds):
                let point = CapacityStrain(value: 2 * log(load / 100), seconds: seconds)
                search.report(load < 100 ? .met : .missed, strain: point, spent: seconds)
            case .confirm(let load, let looks):
                confirmations.append(load)
                // Each at the first look whose bound is within the limit.
                let look = looks.first { -strain(load, $0.seconds).value >= strain(load, $0.seconds).spread! * 3 } ?? looks[3]
                search.report(load < 97 ? .met : .missed, strain: strain(load, look.seconds), spent: look.seconds)
            case .finished(let outcome):
                #expect(outcome == .confirmed(load: try #require(confirmations.last { $0 < 97 }), isMost: false))
                break loop
            }
        }
        // 4 % nearer than the limit first; then no further than the bound needs, and no misses on the way down.
        #expect(confirmations[0] > 96 && confirmations[0] < 98.5, "\(confirmations)")
        #expect(confirmations.count <= 3 && search.confirmed ?? 0 > 93, "\(confirmations)")
    }

    /// What is confirmed stands, whatever comes of the load above it.
    @Test func aHigherLoadIsTriedOnce() {
        func confirming() -> CapacitySearch {
            var search = CapacitySearch(Rules(start: 80))
            while case .probe(let load, let seconds) = search.next {
                let value = 2 * log(load / 100)
                search.report(value < 0 ? .met : .missed, strain: CapacityStrain(value: value, seconds: seconds), spent: seconds)
            }
            // Further below its limit than the probes had made believe.
            search.report(.met, strain: CapacityStrain(value: -0.2, spread: 0.002, seconds: 2_400), spent: 2_400)
            return search
        }
        var search = confirming()
        guard let first = search.confirmed, case .confirm(let higher, let looks) = search.next else { return #expect(Bool(false)) }
        #expect(higher >= 1.02 * first && higher <= 1.15 * first && close(looks[0].tail, 0.05 / 15, within: 1e-12))
        search.report(.missed, spent: 300)
        #expect(search.next == .finished(.confirmed(load: first, isMost: false)))
        // Which may be what a probe refused below it.
        #expect(search.lowestRefused ?? 0 > first && search.lowestRefused ?? 0 <= higher)
        search = confirming()
        for _ in 0..<4 { search.report(.void, spent: 300) }
        #expect(search.next == .finished(.confirmed(load: first, isMost: false)))
    }

    @Test func anUndecidedLookWaitsForALaterOneThatMayConfirm() {
        let looks = Rules(start: 1).looks.enumerated().map { index, seconds in
            CapacitySearch.Look(seconds: seconds, tail: Rules(start: 1).tail(look: index, misses: 0, isAbove: false))
        }
        func isHopeful(_ value: Double, spread: Double?, after look: Int) -> Bool {
            CapacityStrain(value: value, spread: spread, seconds: looks[look].seconds).isHopeful(Array(looks.dropFirst(look + 1)))
        }
        // After 2,400 s the bound is 2.2 · 0.03 / √8 = 0.024 above the value, which may be 0.03 better than it seems.
        #expect(isHopeful(-0.03, spread: 0.03, after: 0) && isHopeful(0, spread: 0.03, after: 0))
        #expect(!isHopeful(0.01, spread: 0.03, after: 0))
        // Half-way to the end there is less to hope for.
        #expect(!isHopeful(0, spread: 0.03, after: 2) && isHopeful(-0.02, spread: 0.03, after: 2))
        // Too few requests for a bound: the value decides. After the last look there is none.
        #expect(isHopeful(-0.001, spread: nil, after: 0) && !isHopeful(0.001, spread: nil, after: 0))
        #expect(!isHopeful(-1, spread: nil, after: 3) && !isHopeful(-1, spread: 0.1, after: 3))
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
            case .confirm(_, let looks): search.report(.met, spent: looks[0].seconds + 25)
            case .finished: break loop
            }
        }
        // 10, 20, 40, 30, 35: five probes, 500 s; one more would leave less than 325.
        let look = CapacitySearch.Look(seconds: 300, tail: rules.tail(look: 0, misses: 0, isAbove: false))
        #expect(asked.suffix(2) == [.confirm(load: 29.4, looks: [look]), .finished(.confirmed(load: 29.4, isMost: false))], "\(asked)")
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
        let look = CapacitySearch.Look(seconds: 300, tail: rules.tail(look: 0, misses: 0, isAbove: false))
        #expect(search.next == .confirm(load: 19.6, looks: [look]))
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
        #expect(seconds(search.next) == [337, 673, 1_346, 2_692])
        rules.isWhole = true
        search = CapacitySearch(rules)
        #expect(search.next == .probe(load: 1, seconds: 75))
        search.learn(requestsPerSecond: 0.5, at: 1)
        search.report(.met, spent: 75)
        #expect(seconds(search.next) == [673, 1_346, 2_692, 5_384])
    }

    private func seconds(_ step: CapacitySearch.Step) -> [Double] {
        if case .confirm(_, let looks) = step { looks.map(\.seconds) } else { [] }
    }

    /// Of a server that takes ten seconds to answer a minute says little: probes of 15 answers, looks after 60 and more.
    @Test func slowAnswersTakeLonger() {
        var search = CapacitySearch(Rules(start: 10, most: 10))
        search.learn(requestsPerSecond: 10, medianSeconds: 10, at: 10)
        #expect(search.probeStretch == 2 && search.next == .probe(load: 10, seconds: 150))
        search.report(.met, spent: 150)
        #expect(seconds(search.next) == [600, 1_200, 2_400, 4_800])
        search.learn(requestsPerSecond: 10, medianSeconds: 100, at: 10)
        #expect(search.probeStretch == 4 && seconds(search.next)[0] == 1_200)
        search.learn(requestsPerSecond: 10, medianSeconds: 0.2, at: 10)
        #expect(search.probeStretch == 1 && seconds(search.next)[0] == 300)
    }

    @Test func whatIsLoadedIsWhatIsSaid() {
        for (load, shown) in [(19.999, 19.9), (0.3, 0.3), (1_234.5, 1_230), (7, 7), (0.012345, 0.0123), (100, 100)] {
            #expect(CapacitySearch.shown(load, isWhole: false) == shown)
        }
        #expect(CapacitySearch.shown(7.9, isWhole: true) == 7 && CapacitySearch.shown(0.5, isWhole: true) == 1)
    }
}
