// Windows of requests whose truth is made up, judged by their values and by bounds; and what a probe of them comes to.

import Base
import Generator
import Glibc
import Scenarios
import Statistics
import Testing

@testable import Metrics

@Suite struct CapacityJudgeTests {
    private static func threshold(_ metric: String, _ condition: String) throws -> Threshold {
        Threshold(metric: metric, expression: try #require(ThresholdExpression(condition)))
    }

    private static func plan(_ thresholds: [Threshold], request: RequestObjective? = nil) -> Plan {
        Plan(
            scenario: "s",
            executor: .constantArrivalRate(rate: 10, timeUnit: .seconds(1), duration: .seconds(1), preAllocatedVUs: 1, maxVUs: 1),
            target: RequestTarget(url: "http://h/"), objectives: Objectives(thresholds: thresholds, request: request))
    }

    /// Twenty requests a second for 100 s; every 25th takes 1,900 ms, the others 500 to 1,499, spread evenly.
    private static func statistics(_ judge: CapacityJudge, slow: Double = 1_900, failedEvery: Int? = nil) -> RunStatistics {
        var run = RunStatistics(
            labels: ["short", "long"], texts: TextTable(), mainURL: Samples.url, objectives: Objectives(thresholds: judge.thresholds))
        let records = (0..<2_000).map { index -> RunRecord in
            let latency = index % 25 == 0 ? slow : 500 + Double(index * 7_919 % 1_000)
            var record = Samples.request(at: Double(index) * 50, latency: latency)
            if let failedEvery, index % failedEvery == 1 {
                record.status = 503
                record.flags.remove(.hasChoices)
            }
            return record
        }
        records.withUnsafeBufferPointer { run.consume($0) }
        return run
    }

    private static let window: Range<Int64> = 20_000_000_000..<100_000_000_000

    @Test func valuesDecideASearch() throws {
        let judge = try CapacityJudge(Self.plan([try Self.threshold("e2e_latency_ms", "p(95)<1500")]), labels: nil)
        #expect(judge.objectives.map(\.text) == ["e2e_latency_ms: p(95)<1500", "success_rate: rate>=0.99"])
        let findings = judge.findings(Self.statistics(judge), window: Self.window, tail: nil)
        let p95 = try #require(findings[0].figure)
        // 4 % take 1,900, so that the 95th of a hundred is among the longest of the others.
        #expect(p95.value > 1_480 && p95.value < 1_500 && findings[0].isMet && findings[0].bound == nil)
        #expect(findings[1].figure?.value == 1 && findings[1].isMet)
        let slower = try CapacityJudge(Self.plan([try Self.threshold("e2e_latency_ms", "p(97)<1500")]), labels: nil)
        #expect(slower.findings(Self.statistics(slower), window: Self.window, tail: nil).map(\.isMet) == [false, true])
    }

    /// The value meets it and the bound does not: nothing is confirmed.
    @Test func boundsDecideAConfirmation() throws {
        let tail = 0.05 / 12
        func finding(_ condition: String) throws -> CapacityFinding {
            let judge = try CapacityJudge(Self.plan([try Self.threshold("e2e_latency_ms", condition)]), labels: nil)
            return judge.findings(Self.statistics(judge), window: Self.window, tail: tail)[0]
        }
        let close = try finding("p(95)<1500")
        #expect(close.figure?.value ?? 0 < 1_500 && close.bound ?? 0 >= 1_500 && !close.isMet)
        let far = try finding("p(90)<1480")
        #expect(far.isMet && far.bound ?? .infinity < 1_480 && far.bound ?? 0 > far.figure?.value ?? 0, "\(far)")
        let mean = try finding("avg>900")
        #expect(mean.isMet && mean.bound ?? 0 < mean.figure?.value ?? 0)
        // Too few beyond it: no bound, and the reason.
        let rare = try finding("p(99.9)<5000")
        #expect(!rare.isMet && rare.bound == nil && rare.missing?.contains("values beyond it") == true, "\(rare)")
    }

    /// The nearest to its limit, in one unit: latency over its limit, and failures over those that are allowed.
    @Test func theStrainIsThatOfTheNearest() throws {
        let judge = try CapacityJudge(
            Self.plan([
                try Self.threshold("e2e_latency_ms", "p(90)<2000"), try Self.threshold("success_rate", "rate>0.9"),
                try Self.threshold("e2e_latency_ms", "avg>10"),
            ]), labels: nil)
        let statistics = Self.statistics(judge, failedEvery: 20)
        let findings = judge.findings(statistics, window: Self.window, tail: 0.01)
        let strain = try #require(judge.strain(findings, seconds: 80, tail: 0.01))
        func close(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) < 1e-9 }
        let values = findings.compactMap(\.figure?.value)
        #expect(close(strain.value, log(values[0] / 2_000)) && log(values[0] / 2_000) > log((1 - values[1]) / 0.1))
        let bound = try #require(findings[0].bound)
        #expect(close(strain.spread ?? 0, log(bound / values[0]) / Confidence.confirming(tail: 0.01).z) && strain.seconds == 80)
        // Without bounds, as a probe is judged; half as many failures allowed: that one is nearer.
        let strict = try CapacityJudge(
            Self.plan([try Self.threshold("e2e_latency_ms", "p(90)<2000"), try Self.threshold("success_rate", "rate>0.945")]), labels: nil)
        let probe = strict.findings(Self.statistics(strict, failedEvery: 20), window: Self.window, tail: nil)
        let found = try #require(strict.strain(probe, seconds: 80, tail: nil))
        #expect(close(found.value, log((1 - values[1]) / 0.055)) && found.spread == nil)
        // Nothing but what is implied.
        #expect(judge.strain([], seconds: 80, tail: nil) == nil)
    }

    @Test func whatFailsQuicklyIsNotFast() throws {
        let judge = try CapacityJudge(Self.plan([try Self.threshold("e2e_latency_ms", "p(90)<1480")]), labels: nil)
        let findings = judge.findings(Self.statistics(judge, failedEvery: 20), window: Self.window, tail: 0.01)
        // 80 of 1,599: the first that is due in the window is the 401st.
        #expect(findings.map(\.isMet) == [true, false] && findings[1].figure?.value == 1_519.0 / 1_599)
    }

    @Test func figuresOfNoRequestAreRefused() throws {
        let metric = try Self.threshold("http_reqs", "rate>10")
        let error = #expect(throws: ConfigurationError.self) { try CapacityJudge(Self.plan([metric]), labels: nil) }
        #expect(error?.description.contains("is not a figure of single requests") == true)
        let unknown = try Self.threshold("latency", "p(95)<10")
        #expect(throws: ConfigurationError.self) { try CapacityJudge(Self.plan([unknown]), labels: nil) }
    }

    @Test func howManyRequestsABoundNeeds() throws {
        func needed(_ metric: String, _ condition: String) throws -> Int {
            try CapacityJudge(Self.plan([try Self.threshold(metric, condition)]), labels: nil).neededRequests(tail: 0.005)
        }
        #expect(try needed("e2e_latency_ms", "p(95)<2000") == 601 && needed("e2e_latency_ms", "p(99)<2000") == 3_001)
        #expect(try needed("e2e_latency_ms", "avg<2000") == 60)
        // 1.5 · 2.5758² · 99.
        #expect(try needed("success_rate", "rate>0.99") == 987)
    }

    // MARK: Probes

    private static func probe(
        _ phase: CapacityProbe.Phase, condition: String, kind: RunOutcome.Kind = .completed, slow: Double = 1_900,
        watching: CapacityWatching = CapacityWatching(), tail: Double? = nil, verdict: GeneratorVerdict? = nil, promptsBefore: Int = 0
    ) throws -> CapacityProbe {
        let judge = try CapacityJudge(plan([try threshold("e2e_latency_ms", condition)]), labels: nil)
        var probe = CapacityProbe(number: 4, phase: phase, asked: 20, summary: "probe-4/summary.json")
        var outcome = Samples.outcome
        (outcome.kind, outcome.duration) = (kind, 102_000_000_000)
        outcome.reason = kind == .completed ? nil : "SIGTERM"
        var result = RunResult(scenario: "s")
        if let verdict {
            result.certainty = Certainty(
                warmUp: "20s", full: WindowFigures(statistics(judge, slow: slow).observations, window: 0..<100_000_000_000), steady: nil,
                overload: nil, firstRepeat: nil, stages: [], verdict: RunVerdict(run: verdict, percentiles: [], cause: nil))
        }
        var context = Samples.context()
        context.corpus = CorpusDescription(file: "c", prompts: 2_500)
        probe.take(
            statistics(judge, slow: slow), context: context, outcome: outcome, result: result, watching: watching, judge: judge,
            warmUp: 20_000_000_000, load: 100_000_000_000, tail: tail, promptsBefore: promptsBefore)
        return probe
    }

    @Test func theFiguresOfAProbe() throws {
        let probe = try Self.probe(.search, condition: "p(95)<1500", promptsBefore: 1_500)
        #expect(probe.decision == .met && probe.reason == nil && probe.looks.count == 1)
        // Without the last p99, 1.9 s.
        #expect(probe.from == 20 && abs(probe.to - 98.1) < 0.01 && abs(probe.achieved - 20) < 0.1)
        #expect(probe.requests == 1_562 && abs(probe.inFlight.mean - 20) < 2, "\(probe.inFlight)")
        #expect(probe.latency.map(\.p) == [0.5, 0.95, 0.99])
        // 2,000 sent after 1,500 of 2,500: the second half is there already.
        #expect(probe.repeatedShare == 0.5)
    }

    @Test func aMissSaysWhatMissed() throws {
        let probe = try Self.probe(.search, condition: "p(99)<1500")
        #expect(probe.decision == .missed && probe.limiting?.condition == "p(99)<1500")
        #expect(probe.reason?.hasPrefix("e2e_latency_ms: p(99)<1500: 1,900") == true, "\(probe.reason ?? "")")
        let bound = try Self.probe(.confirm, condition: "p(95)<1500", tail: 0.05 / 12)
        #expect(bound.decision == .missed && bound.reason?.contains("not excluded") == true, "\(bound.reason ?? "")")
    }

    @Test func whatTheGeneratorSpoiltCountsForNothing() throws {
        let late = GeneratorVerdict(level: .invalid, reasons: [.meanRelativeLateness(0.3)])
        let void = try Self.probe(.search, condition: "p(95)<1500", verdict: late)
        #expect(void.decision == .void && void.generator == .invalid && void.reason?.hasPrefix("the generator was late") == true)
        // Users that were all busy are the server's doing.
        let full = GeneratorVerdict(level: .invalid, reasons: [.atCap(share: 0.5)])
        #expect(try Self.probe(.search, condition: "p(95)<1500", verdict: full).decision == .missed)
        let suspect = GeneratorVerdict(level: .suspect, reasons: [.meanRelativeLateness(0.01)])
        #expect(try Self.probe(.search, condition: "p(95)<1500", verdict: suspect).decision == .met)
        #expect(try Self.probe(.search, condition: "p(95)<1500", kind: .interrupted).decision == .void)
    }

    /// Quick enough for as long as the probe lasts, and slower with every second.
    @Test func aGrowingQueueIsNoCapacity() {
        func growth(perSecond: Double, rate: Int) -> Overload? {
            var observations = Observations()
            for index in 0..<rate * 100 {
                let at = Double(index) / Double(rate)
                let (due, end) = (Int64(at * 1e9), Int64((at + 1 + perSecond * at) * 1e9))
                observations.append(Observation(scheduled: due, started: due, ended: end))
            }
            return CapacityProbe.growth(observations, window: Self.window)
        }
        #expect(growth(perSecond: 0.03, rate: 20) != nil && growth(perSecond: 0, rate: 20) == nil)
        // Of so few requests a few more are no queue.
        #expect(growth(perSecond: 0.03, rate: 1) == nil)
    }

    @Test func whatWasDecidedOnTheWay() throws {
        var watching = CapacityWatching()
        watching.growth = GrowthGuard.Growth(first: 8, last: 140, seconds: 20)
        watching.decidedAt = 101_000_000_000
        let left = try Self.probe(.search, condition: "p(95)<1500", kind: .stopped, watching: watching)
        #expect(left.decision == .overloaded && left.overload == .init(at: 101, first: 8, last: 140, leftAfter: 1))
        #expect(left.reason == "requests in flight grew from 8.00 to 140")

        watching = CapacityWatching()
        let met = CapacityFinding(
            selector: "e2e_latency_ms", condition: "p(95)<1500", figure: Figure(value: 1_400), bound: 1_450, isMet: true)
        watching.looks = [.init(seconds: 40, objectives: [met], isMet: true)]
        watching.decidedAt = 61_000_000_000
        let confirmed = try Self.probe(.confirm, condition: "p(95)<1500", kind: .stopped, watching: watching, tail: 0.05 / 12)
        #expect(confirmed.decision == .met && confirmed.objectives == [met] && confirmed.looks.count == 1)

        // Left because no later look could confirm; what its end cut off is no fault of the server's, and the reason stays.
        var missed = met
        (missed.bound, missed.isMet) = (1_800, false)
        watching.looks = [.init(seconds: 40, objectives: [missed], isMet: false)]
        let cut = GeneratorVerdict(level: .invalid, reasons: [.atCap(share: 0.5)])
        let hopeless = try Self.probe(
            .confirm, condition: "p(95)<1500", kind: .stopped, watching: watching, tail: 0.05 / 12, verdict: cut)
        #expect(hopeless.decision == .missed && hopeless.looks.count == 1)
        #expect(hopeless.reason == "e2e_latency_ms: p(95)<1500: 1,400, and up to 1,800 not excluded", "\(hopeless.reason ?? "")")
    }
}
