import Testing

@testable import Statistics

@Suite struct WindowTests {
    private struct Golden: Decodable {
        struct Case: Decodable { let name: String, perSecond: [Double], expected: Expected }
        struct Expected: Decodable { let cutSeconds: Int, atLimit: Bool, guardedSeconds: Int }
        let cases: [Case]
    }

    @Test func mser5MatchesTheReference() throws {
        for golden in try Fixtures.decode("mser5", as: Golden.self).cases {
            let cut = MSER5.cut(golden.perSecond)
            #expect(cut.seconds == golden.expected.cutSeconds, "\(golden.name)")
            #expect(cut.atLimit == golden.expected.atLimit, "\(golden.name)")
            #expect(MSER5.guarded(golden.perSecond, cut: cut.seconds) == golden.expected.guardedSeconds, "\(golden.name)")
        }
    }

    @Test func nothingToCut() {
        #expect(MSER5.cut([]).seconds == 0)
        #expect(MSER5.cut([1, 2, 3]).seconds == 0)
        #expect(MSER5.cut([Double](repeating: 4, count: 100)).seconds == 0)
        #expect(MSER5.guarded([], cut: 5) == 0)
    }

    /// 20 s at twice the level of the 180 s after them, with a little noise.
    private func settling(_ head: Double, seed: UInt64) -> [Double] {
        var numbers = SeededNumbers(seed)
        return (0..<200).map { ($0 < 20 ? head : 1) + Double.random(in: -0.01...0.01, using: &numbers) }
    }

    @Test func steadyStart() {
        let flat = settling(1, seed: 1), warm = settling(2, seed: 2)
        let byLatency = SteadyWindow(meanLogLatency: warm, inFlight: flat, p99: 2, duration: 200)
        #expect(byLatency == SteadyWindow(from: 20, to: 198, start: .latencySettled, end: .drain, isUnsettled: false))
        let byFlight = SteadyWindow(meanLogLatency: flat, inFlight: warm, p99: 2, duration: 200)
        #expect(byFlight.from == 20 && byFlight.start == .inFlightSettled)
        let byP99 = SteadyWindow(meanLogLatency: flat, inFlight: flat, p99: 2, duration: 200)
        #expect(byP99 == SteadyWindow(from: 4, to: 198, start: .twiceP99, end: .drain, isUnsettled: false))
        let slow = SteadyWindow(meanLogLatency: flat, inFlight: flat, p99: 60, duration: 200)
        #expect(slow == SteadyWindow(from: 100, to: 150, start: .halfOfRun, end: .quarterOfRun, isUnsettled: false))
    }

    @Test func warmUpAsAsked() {
        let thirty = SteadyWindow(meanLogLatency: [], inFlight: [], p99: 9, duration: 200, warmUp: .seconds(30))
        #expect(thirty == SteadyWindow(from: 30, to: 200, start: .asked, end: .endOfRun, isUnsettled: false))
        let none = SteadyWindow(meanLogLatency: [], inFlight: [], p99: 9, duration: 200, warmUp: .none)
        #expect(none.from == 0 && none.to == 200)
        #expect(SteadyWindow(meanLogLatency: [], inFlight: [], p99: 9, duration: 20, warmUp: .seconds(30)).from == 20)
    }

    @Test func aTrendNeverSettles() {
        let trend = (0..<200).map { 200 - Double($0) }
        #expect(SteadyWindow(meanLogLatency: trend, inFlight: trend, p99: 1, duration: 200).isUnsettled)
    }

    /// Answers after 2 s at 20 requests a second: the server is empty at first and full after two, and 20 s are too few to say more.
    @Test func aShortRunThatFillsTheServerHasSettled() {
        let inFlight = [20, 40] + [Double](repeating: 41, count: 18)
        let window = SteadyWindow(meanLogLatency: [Double](repeating: 0.7, count: 20), inFlight: inFlight, p99: 2, duration: 20)
        #expect(window == SteadyWindow(from: 5, to: 18, start: .inFlightSettled, end: .drain, isUnsettled: false))
    }

    @Test func firstRepeatOfTheCorpus() {
        let window = SteadyWindow(meanLogLatency: [], inFlight: [], p99: 10, duration: 200)
        #expect(window.firstRepeat(prompts: 1_000, requestsPerSecond: 10) == 100)
        #expect(window.firstRepeat(prompts: 100, requestsPerSecond: 10) == nil)
        #expect(window.firstRepeat(prompts: 10_000, requestsPerSecond: 10) == nil)
        #expect(window.firstRepeat(prompts: 10, requestsPerSecond: 0) == nil)
    }

    @Test func overload() throws {
        let grown = try #require(Overload(inFlight: (0..<400).map { 30 + Double($0) }, requests: 2_000))
        #expect(grown.first == 79.5 && grown.last == 379.5)
        #expect(grown.text == "OVERLOADED: the queue grew for the whole run (from 80 to 380); these percentiles depend on the run's length")
        #expect(Overload(inFlight: [2, 2, 4, 4], requests: 2_000) == nil)
        #expect(Overload(inFlight: [200, 200, 280, 280], requests: 2_000) == nil)
        #expect(Overload(inFlight: [0, 0, 0, 0], requests: 0) == nil)
        #expect(Overload(inFlight: [1, 2], requests: 3) == nil)
        // Chance: 3 and 5 are one number of a Poisson distribution, 12 and 40 are not.
        #expect(Overload(inFlight: [3, 4, 4, 5], requests: 60) == nil)
        #expect(Overload(inFlight: [12, 20, 30, 40], requests: 60) != nil)
    }

    @Test func meanLogLatencyCarriesOverEmptySeconds() {
        let second: Int64 = 1_000_000_000
        let series = LatencyColumns.with(
            scheduled: [second, second + 5, 3 * second, 9 * second], latency: [second, second, 2 * second, 7], window: 0..<5 * second
        ) { PerSecond.meanLogLatency($0) }
        #expect(series.count == 5)
        #expect(zip(series, [0, 0, 0, 0.6931471805599453, 0.6931471805599453]).allSatisfy { close($0, $1, within: 1e-12) })
        #expect(LatencyColumns.with(scheduled: [], latency: [], window: 0..<second) { PerSecond.meanLogLatency($0) }.isEmpty)
    }

    @Test func inFlightAtEachSecond() {
        let second: Int64 = 1_000_000_000
        let started = [-5, 0, second / 2, 3 * second], ended = [second * 3 / 2, second, 10 * second, 3 * second + 1]
        var observations = Observations()
        for (started, ended) in zip(started, ended) {
            observations.append(Observation(scheduled: started, started: started, ended: ended))
        }
        let inFlight = PerSecond.inFlight(observations, window: 0..<5 * second)
        #expect(inFlight == [2, 1, 2, 1, 1])
    }
}
