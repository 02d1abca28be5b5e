import Testing

@testable import Statistics

@Suite struct WindowTotalsTests {
    /// One request at a time, by the formula, in whatever order they come.
    @Test(arguments: [100..<1_100, 7..<30, -50..<12_345] as [Range<Int64>]) func areTheSumsOfEachRequest(window: Range<Int64>) {
        var observations = Observations()
        var due = BlockTotals(window: window), good = due, succeeded = due, tokens = due
        var state: UInt64 = 1
        func draw(_ limit: Int64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 33) % limit
        }
        for _ in 0..<3_000 {
            let scheduled = window.lowerBound - 20 + draw(window.upperBound - window.lowerBound + 40)
            let (ended, brought) = (scheduled + draw(300), Int32(draw(50)))
            let outcome = Observation.Outcome(rawValue: UInt32(draw(3)))!
            observations.append(Observation(scheduled: scheduled, started: scheduled, ended: ended, tokens: brought, outcome: outcome))
            guard outcome != .interrupted else { continue }
            due.add(at: scheduled)
            guard outcome == .succeeded else { continue }
            good.add(at: scheduled)
            succeeded.add(at: ended)
            tokens.add(Double(brought), at: ended)
        }
        let totals = WindowTotals(observations, window: window)
        #expect(totals.due == due && totals.good == good && totals.succeeded == succeeded && totals.tokens == tokens)
    }

    @Test func aKeptRequestStandsForAsManyAsItsWeight() {
        var observations = Observations(most: 10)
        for instant in Int64(0)..<40 { observations.append(Observation(scheduled: instant, started: instant, ended: instant, tokens: 3)) }
        let totals = WindowTotals(observations, window: 0..<40)
        #expect(observations.weight == 4 && totals.due.total == 40 && totals.tokens.total == 120)
    }

    /// Blocks end where the next begins, also where the window is no multiple of them.
    @Test func theInstantsOfABlock() {
        for window in [0..<20, 3..<50, -7..<1_000] as [Range<Int64>] {
            for instant in window {
                let block = BlockTotals.block(of: instant, in: window)
                #expect(BlockTotals.instants(of: block, in: window).contains(instant))
            }
            #expect(BlockTotals.instants(of: 0, in: window).lowerBound == window.lowerBound)
            #expect(BlockTotals.instants(of: 19, in: window).upperBound == window.upperBound)
        }
    }
}
