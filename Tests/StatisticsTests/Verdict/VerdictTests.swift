import Testing

@testable import Statistics

@Suite struct VerdictTests {
    private struct Golden: Decodable {
        struct Case: Decodable { let name: String, started: [Double], expected: Expected }
        struct Expected: Decodable { let meanRelative: Double, backlog: Int, inflight, backlogRelative: Double }
        let scheduled, latency: [Double], cases: [Case]
    }

    @Test func latenessMatchesTheReference() throws {
        let golden = try Fixtures.decode("lateness", as: Golden.self)
        let scheduled = Fixtures.nanoseconds(golden.scheduled)
        let median = try #require(Quantile.linear(0.5, ofSorted: golden.latency.sorted())) * 1e9
        for golden in golden.cases {
            let started = Fixtures.nanoseconds(golden.started)
            var observations = Observations()
            for (scheduled, started) in zip(scheduled, started) {
                observations.append(Observation(scheduled: scheduled, started: started, ended: started))
            }
            let mean = Lateness.meanRelative(observations, window: 0..<Int64.max, medianLatency: median)
            // Kept in whole microseconds.
            #expect(abs(try #require(mean) - golden.expected.meanRelative) * median < 1_000, "\(golden.name)")
            let backlog = Lateness.backlog(scheduled: scheduled.reversed(), started: started.shuffled(), until: .max)
            #expect(backlog == golden.expected.backlog, "\(golden.name)")
            let last = (started.max() ?? 0) + 1
            let coarse = Lateness.coarseBacklog(observations, from: 0, until: last)
            #expect(abs(coarse - backlog) <= max(1, backlog / 50), "\(golden.name): \(coarse), not \(backlog)")
            let relative = Double(backlog) / max(1, golden.expected.inflight)
            #expect(close(relative, golden.expected.backlogRelative), "\(golden.name)")
        }
    }

    @Test func backlogOnlyCountsUpToTheWindowsEnd() {
        #expect(Lateness.backlog(scheduled: [0, 1, 2, 3], started: [0, 10, 10, 10], until: 9) == 0)
        #expect(Lateness.backlog(scheduled: [0, 1, 2, 3], started: [0, 10, 10, 10], until: 10) == 2)
        #expect(Lateness.backlog(scheduled: [Int64](), started: [], until: 10) == 0)
    }

    private func figures(late: Double? = 0, backlog: Int? = 0) -> GeneratorFigures {
        GeneratorFigures(meanRelativeLateness: late, backlog: backlog, meanInFlight: 40)
    }

    @Test(arguments: [(0.003, 0), (0.0031, 1), (0.02, 1), (0.0201, 2)]) func lateness(share: Double, level: Int) {
        #expect(figures(late: share).verdict().level.rawValue == level)
    }

    @Test(arguments: [(0.001, 0), (0.0011, 1), (0.008, 1), (0.0081, 2)]) func answersReadLate(share: Double, level: Int) {
        var figures = figures(late: nil, backlog: nil)
        figures.relativeReadLateness = share
        #expect(figures.verdict().level.rawValue == level)
    }

    @Test(arguments: [(10, 0), (11, 1), (40, 1), (41, 2)]) func backlog(arrivals: Int, level: Int) {
        #expect(figures(backlog: arrivals).verdict().level.rawValue == level)
    }

    /// Fewer than one in flight on average count as one.
    @Test func backlogOfAnIdleServer() {
        let idle = GeneratorFigures(meanRelativeLateness: 0, backlog: 1, meanInFlight: 0.01)
        #expect(idle.verdict().reasons == [.relativeBacklog(1)])
        #expect(idle.verdict().level == .suspect)
    }

    @Test(arguments: [(0.01, 0), (0.011, 1), (0.05, 1), (0.051, 2)]) func shift(share: Double, level: Int) {
        var figures = figures()
        figures.shifts = [(0.5, 0), (0.95, share)]
        #expect(figures.verdict().level.rawValue == level && figures.verdict(p: 0.95).level.rawValue == level)
        #expect(figures.verdict(p: 0.5).level == .valid)
    }

    /// A share of dropped requests that p50 hardly notices may have been all of p99's tail.
    @Test func unmeasuredRequestsByPercentile() {
        var figures = figures()
        figures.unmeasuredShare = 0.003
        #expect(figures.verdict(p: 0.5).level == .suspect && figures.verdict(p: 0.95).level == .suspect)
        #expect(figures.verdict(p: 0.99).level == .invalid && figures.verdict().level == .invalid)
        #expect(figures.verdict().reasons.first == .unmeasured(p: 0.99, share: 0.003))
        figures.unmeasuredShare = 0.0005
        #expect(figures.verdict().level == .suspect && figures.verdict(p: 0.999).level == .invalid)
    }

    @Test(arguments: [(0.0, 0), (0.01, 1), (0.011, 2)]) func cap(share: Double, level: Int) {
        var figures = figures(late: nil, backlog: nil)
        figures.atCapShare = share
        #expect(figures.verdict().level.rawValue == level)
    }

    @Test func theGravestReasonComesFirst() {
        var figures = figures(late: 0.031, backlog: 20)
        figures.atCapShare = 0.005
        #expect(figures.verdict().reasons == [.meanRelativeLateness(0.031), .atCap(share: 0.005), .relativeBacklog(0.5)])
        #expect(figures.verdict().text == "INVALID: requests went out 3.1 % of the median latency late")
        #expect(self.figures().verdict().text == "VALID")
    }

    @Test func causes() throws {
        let causes = [
            Cause(kind: .heartbeat, seconds: 4.1, at: 12), Cause(kind: .throttling, seconds: 4, at: 12),
            Cause(kind: .runQueue, seconds: 5, at: 12), Cause(kind: .steal, seconds: 1, at: 3),
        ]
        #expect(Cause.main(of: []) == nil)
        #expect(Cause.main(of: [causes[3], causes[0]]) == causes[0])
        #expect(try #require(Cause.main(of: causes)).text == "the CPU was taken away for 4.0 s at 00:12: cgroup throttling")
    }
}
