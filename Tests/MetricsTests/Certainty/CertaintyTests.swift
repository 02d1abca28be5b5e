// Runs whose truth is made up, and what is said about them: windows, intervals, verdict, cause.

import Base
import Foundation
import Generator
import Scenarios
import Statistics
import Testing

@testable import Metrics

struct CertaintyTests {
    /// A run of `seconds` at 20 requests a second; what each request does is up to the closures.
    struct Made {
        var seconds = 60.0
        var rate = 20.0
        var executor: Executor?
        var warmUp = WarmUpRule.automatic
        /// Milliseconds, by instant in seconds.
        var latency: (Double, inout SeededRandomness) -> Double = { _, random in 300 * (0.5 + random.next()) }
        /// Milliseconds between due and started, by instant in seconds.
        var lateness: (Double) -> Double = { _ in 0.1 }
        var isInterrupted: (Double) -> Bool = { _ in false }
        var dropped = 0
        var hasSchedule = true
        var samples: [GeneratorSample]?
        /// After the load, for what is in flight.
        var draining = 2.0

        var context: RunContext {
            var context = Samples.context(plannedArrivals: hasSchedule ? Int(seconds * rate) : nil)
            context.plan = PlanDescription(
                Plan(
                    scenario: "demo",
                    executor: executor
                        ?? .constantArrivalRate(
                            rate: Int(rate), timeUnit: .seconds(1), duration: .milliseconds(Int64(seconds * 1000)), preAllocatedVUs: 50,
                            maxVUs: 1000),
                    target: RequestTarget(url: Samples.url), warmUp: warmUp))
            return context
        }

        var outcome: RunOutcome { RunOutcome(.completed, duration: Int64((seconds + draining) * 1e9), endedUnixNanoseconds: 0) }

        var records: [RunRecord] {
            var random = SeededRandomness(seed: 7)
            let requests = (0..<Int(seconds * rate)).map { index in
                let due = Double(index) / rate
                var record = Samples.request(at: due * 1000 + lateness(due), latency: latency(due, &random), label: UInt16(index % 2))
                record.scheduled = Samples.nanoseconds(due * 1000)
                if isInterrupted(due) { record.flags = [.final, .endsIteration, .interrupted] }
                return record
            }
            let drops = (0..<dropped).map { index in
                var record = RunRecord(kind: .dropped)
                record.scheduled = Samples.nanoseconds(seconds * 1000 * Double(index) / Double(dropped))
                record.end = record.scheduled
                return record
            }
            return requests + drops
        }

        var result: RunResult {
            let quiet = stride(from: 1, through: Int(seconds), by: 1).map { sample($0) }
            return RunResult(
                statistics: RunStatisticsTests.statistics(records, samples: samples ?? quiet, context: context), context: context,
                outcome: outcome)
        }

        var certainty: Certainty { get throws { try #require(result.certainty) } }
    }

    static func sample(
        _ second: Int, loopDelay: Double = 0.0001, readDelay: Double = 0, runQueue: Double = 0, throttled: Double = 0, users: UInt32 = 5
    ) -> GeneratorSample {
        GeneratorSample(
            time: Int64(second) * 1_000_000_000, virtualUsers: users, maxVirtualUsers: 1000, inFlight: 5, cpuTime: 0, residentBytes: 1,
            loopDelay: Int64(loopDelay * 1e9), beats: 50, readDelay: Int64(readDelay * 1e9), runQueueWait: Int64(runQueue * 1e9),
            throttled: Int64(throttled * 1e9))
    }

    @Test func aQuietRunIsValidAndHasIntervals() throws {
        let certainty = try Made(seconds: 300).certainty
        #expect(certainty.verdict?.run == GeneratorVerdict(level: .valid, reasons: []))
        #expect(certainty.verdict?.percentiles.count == 5 && certainty.verdict?.cause == nil && certainty.overload == nil)
        let steady = try #require(certainty.steady)
        #expect(steady.start == .twiceP99 && steady.end == .drain && !steady.isUnsettled)
        #expect(abs(steady.figures.from - 0.9) < 0.02 && abs(steady.figures.to - 299.55) < 0.02)
        // Uniform between 150 and 450 ms.
        for (p, truth) in zip([0.5, 0.9, 0.95, 0.99], [300.0, 420, 435, 447]) {
            let found = try #require(steady.figures.latency.first { $0.p == p })
            let (low, high) = (try #require(found.figure.low), try #require(found.figure.high))
            #expect(low < truth && truth < high && high - low < 20, "\(found.text)")
        }
        #expect(steady.figures.latency.last?.missing?.moreSeconds != nil)
        #expect(abs(steady.figures.requestsPerSecond.value - 20) < 0.1)
        #expect(try #require(steady.figures.requestsPerSecond.low) <= 20)
        #expect(abs(steady.figures.tokensPerSecond.value - 20 * 64) < 10)
        #expect(steady.figures.successRate?.value == 1 && steady.figures.successRate?.high == 1)
        #expect(certainty.full.requests == 6_000 && certainty.full.to == 302)
    }

    /// The percentiles of the full run are those that stand beside them in the summary.
    @Test func theFullRunAgreesWithItsTrends() throws {
        let result = Made().result
        let trend = try #require(result.metrics.trend(.endToEnd))
        let full = try #require(result.certainty?.full.latency)
        for (p, value) in [(0.5, trend.med), (0.9, trend.p90), (0.95, trend.p95), (0.99, trend.p99)] {
            let found = try #require(full.first { $0.p == p }).figure.value
            #expect(abs(found - (value ?? 0)) < 0.001 * found)
        }
    }

    @Test func isTheSameAfterASummary() throws {
        var late = Made(lateness: { $0 > 30 && $0 < 34 ? 1000 * (34 - $0) : 0.1 })
        late.samples = (1...60).map { Self.sample($0, loopDelay: $0 == 34 ? 4 : 0, throttled: $0 == 34 ? 3.9 : 0) }
        for made in [Made(), late, Made(seconds: 3), Made(warmUp: .fixed(.seconds(30))), Self.ramp, Self.overloaded] {
            let result = made.result
            #expect(result.certainty != nil)
            #expect(try Summary(jsonData: Summary(result).jsonData(), path: "s").result == result)
        }
        // An older document has none.
        #expect(CertaintyDocument.read(windows: nil, verdict: nil) == nil)
    }

    // MARK: Windows

    @Test func aColdStartIsCutOff() throws {
        let made = Made(seconds: 300, latency: { at, random in (at < 40 ? 900 : 300) * (0.9 + 0.2 * random.next()) })
        let certainty = try made.certainty
        let steady = try #require(certainty.steady)
        #expect([.latencySettled, .inFlightSettled].contains(steady.start))
        #expect((35...150).contains(steady.figures.from), "\(steady.figures.from)")
        let (cut, whole) = (steady.figures.latency[2].figure.value, certainty.full.latency[2].figure.value)
        #expect(abs(cut - 328) < 5 && whole > 800)
    }

    @Test func warmUpAsAsked() throws {
        let fixed = try Made(warmUp: .fixed(.seconds(30))).certainty
        #expect(fixed.warmUp == "30s" && fixed.steady?.figures.from == 30 && fixed.steady?.figures.to == 60)
        let none = try Made(warmUp: .fixed(.zero)).certainty
        #expect(none.warmUp == "none" && none.steady?.figures.from == 0 && none.steady?.start == .asked)
        // Shorter than its warm-up.
        #expect(try Made(seconds: 20, warmUp: .fixed(.seconds(30))).certainty.steady == nil)
    }

    private static var ramp: Made {
        let stages = [Stage(duration: .seconds(30), target: 20), Stage(duration: .seconds(120), target: 20)]
        return Made(
            seconds: 150,
            executor: .rampingArrivalRate(startRate: 2, timeUnit: .seconds(1), stages: stages, preAllocatedVUs: 50, maxVUs: 1000))
    }

    @Test func aRampHasPlateausAndNoSteadyState() throws {
        let certainty = try Self.ramp.certainty
        #expect(certainty.steady == nil && certainty.stages.count == 2)
        let (rising, plateau) = (certainty.stages[0], certainty.stages[1])
        #expect(!rising.isPlateau && rising.figures.to == 30 && rising.figures.latency.allSatisfy { $0.missing == .changingLoad })
        #expect(plateau.isPlateau && plateau.figures.from == 30 && plateau.figures.to == 150)
        #expect(plateau.figures.latency[1].figure.low != nil)
        #expect(certainty.headline == certainty.full)
        // 2 to 20 were asked for, 20 came each second, and each was there for 0.3 s on average: six at once (Little).
        #expect(rising.offeredPerSecond == 11 && plateau.offeredPerSecond == 20)
        #expect(abs((rising.startedPerSecond ?? 0) - 20) < 0.1 && abs((plateau.startedPerSecond ?? 0) - 20) < 0.1)
        #expect(abs((plateau.figures.inFlight?.mean ?? 0) - 6) < 0.1, "\(plateau)")
        let result = try Self.ramp.result
        let lines = Summary(result).textBlock(color: false).split(separator: "\n").map(String.init)
        let table = try #require(lines.firstIndex { $0.contains("by stage") })
        #expect(lines[table].hasSuffix("offered/s  started/s  in flight  p50 ms  p95 ms  p99 ms  tokens/s"))
        #expect(lines[table + 1].contains("2 -> 20") && lines[table + 1].contains("11.0") && lines[table + 2].contains("at 20"))
        #expect(lines[table...].contains { $0.contains("plateau") } && !lines.contains { $0.hasPrefix("  ramp ") })
        #expect(RunResult(document: Summary(result).document)?.certainty?.stages == result.certainty?.stages)
    }

    private static var overloaded: Made { Made(seconds: 120, latency: { at, _ in 300 + at * 250 }, draining: 30) }

    @Test func aQueueThatGrowsIsSaid() throws {
        let certainty = try Self.overloaded.certainty
        let overload = try #require(certainty.overload)
        #expect(overload.last > 1.5 * overload.first)
        #expect(try #require(certainty.steady).figures.latency.allSatisfy { $0.missing == .overloaded })
        #expect(certainty.full.latency.allSatisfy { $0.figure.low == nil && $0.missing == .overloaded })
        #expect(Summary(Self.overloaded.result).textBlock(color: false).contains("OVERLOADED: the queue grew"))
    }

    // MARK: Verdict

    @Test func aFreezeOfTheGeneratorIsInvalidAndNamesItsCause() throws {
        var made = Made(lateness: { $0 > 30 && $0 < 34 ? 1000 * (34 - $0) : 0.1 })
        made.samples = (1...60).map { $0 == 34 ? Self.sample($0, loopDelay: 4, runQueue: 4.1, throttled: 3.9) : Self.sample($0) }
        let verdict = try #require(made.certainty.verdict)
        #expect(verdict.run.level == .invalid && verdict.isLate)
        #expect(verdict.cause == Cause(kind: .throttling, seconds: 3.9, at: 33))
        let text = Summary(made.result).textBlock(color: false)
        #expect(text.contains("  verdict      INVALID: "))
        #expect(text.contains("the CPU was taken away for 3.9 s at 00:33: cgroup throttling"))
        #expect(made.result.punctuality.keptUp == false && made.result.punctuality.reasons.contains("starts"))
    }

    /// Nothing has a schedule, and only the absences of the loop tell.
    @Test func aStoppedClosedLoopIsInvalid() throws {
        var made = Made(executor: .constantVUs(vus: 6, duration: .seconds(60)), hasSchedule: false)
        made.samples = (1...60).map { Self.sample($0, loopDelay: $0 == 34 ? 4 : 0, readDelay: $0 == 34 ? 8 : 0) }
        let verdict = try #require(made.certainty.verdict)
        #expect(verdict.run.level == .invalid && verdict.cause?.kind == .heartbeat)
        guard case .readLate(let share)? = verdict.run.reasons.first else { return #expect(Bool(false)) }
        #expect(abs(share - 8 / 60.0 / 0.3) < 0.05)
        #expect(made.result.punctuality.keptUp == false)
        made.samples = nil
        #expect(try made.certainty.verdict?.run.level == .valid)
    }

    /// What a machine with three runnable processes on two cores did to a run of 10 s at 50/s against answers of 60 ms: 1.07 %
    /// of heartbeats 15 ms late, starts 0.3 ms late in the mean and 20 ms at most.
    @Test(arguments: [60.0, 2.0]) func aBusyMachineIsNotInvalid(milliseconds: Double) throws {
        var made = Made(seconds: 10, rate: 50, latency: { _, random in milliseconds * (0.9 + 0.2 * random.next()) })
        made.lateness = { at in Int(at * 50) % 100 == 7 ? 20 : 0.1 }
        made.samples = (1...10).map { Self.sample($0, loopDelay: 0.015, readDelay: 0.5 * 0.00011) }
        let verdict = try #require(made.certainty.verdict)
        #expect(verdict.run.level < .invalid, "\(verdict.run.text)")
        #expect(made.result.punctuality.keptUp == true)
    }

    /// With 5 of 6,000 dropped p50 is as good as ever; of p99.9 nearly all that was beyond it may be missing.
    @Test func droppedArrivalsDecideByPercentile() throws {
        let verdict = try #require(Made(seconds: 300, dropped: 5).certainty.verdict)
        #expect(verdict.run.level == .suspect && !verdict.isLate)
        #expect(verdict.percentiles.map(\.verdict.level) == [.suspect, .suspect, .suspect, .suspect, .invalid])
        #expect(try Made(seconds: 300, dropped: 60).certainty.verdict?.run.level == .invalid)
        // Nothing was late: a plan asked for more than it allows.
        #expect(Made(seconds: 300, dropped: 60).result.punctuality.keptUp == true)
    }

    /// Requests that the end of a run cuts off were due after the steady window.
    @Test func theEndOfARunIsNoFault() throws {
        let made = Made(isInterrupted: { $0 > 59.7 })
        #expect(try made.certainty.verdict?.run.level == .valid)
        #expect(try Made(isInterrupted: { $0 > 30 && $0 < 31 }).certainty.verdict?.run.level == .invalid)
    }

    @Test func allUsersBusy() throws {
        var made = Made()
        made.samples = (1...60).map { Self.sample($0, users: $0 < 50 ? 1000 : 7) }
        let reasons = try #require(made.certainty.verdict?.run.reasons)
        #expect(reasons == [.atCap(share: 49.0 / 60)])
        // In a closed loop all users are always busy.
        made.hasSchedule = false
        #expect(try made.certainty.verdict?.run.level == .valid)
    }

    @Test func nothingToJudgeBy() {
        #expect(Made(seconds: 0, samples: []).result.certainty == nil)
        let short = Made(seconds: 0.9, samples: []).result
        #expect(short.certainty?.verdict == nil && short.punctuality.keptUp == nil)
    }

    @Test func lostTasksCount() throws {
        let made = Made()
        var context = made.context
        context.plannedArrivals = 2_400
        let tasks = [TaskOutcome(index: 0, state: .complete), TaskOutcome(index: 1, state: .missing)]
        let certainty = try #require(
            Certainty(RunStatisticsTests.statistics(made.records), context: context, outcome: made.outcome, tasks: tasks))
        #expect(certainty.verdict?.run.level == .invalid)
    }
}

/// The same numbers in every run of the tests.
struct SeededRandomness {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    /// 0…1, uniform (Knuth's LCG, MMIX).
    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / Double(1 << 53)
    }
}
