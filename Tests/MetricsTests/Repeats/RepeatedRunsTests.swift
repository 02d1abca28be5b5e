// What several runs say together: intervals that are known beforehand, runs that do not count, and the words for it.

import Base
import Generator
import Scenarios
import Statistics
import Testing

@testable import Metrics

@Suite struct RepeatedRunsTests {
    private static func run(_ number: Int, p95: Double, success: Double = 1, tokens: Double? = 1000) -> RepeatedRun {
        var result = RunResult(scenario: "demo")
        result.outcome = RunResult.Outcome(
            kind: .completed, reason: nil, durationSeconds: 60, started: "2026-01-01T00:00:00.000Z", ended: "", lostRecords: 0)
        var run = RepeatedRun(number: number, summary: "run-\(number)/summary.json", result: result)
        run.verdict = GeneratorVerdict(level: .valid, reasons: [])
        run.latency = [0.5: p95 / 2, 0.9: p95 * 0.9, 0.95: p95, 0.99: p95 * 2]
        run.requestsPerSecond = 20
        run.tokensPerSecond = tokens
        run.successRate = success
        return run
    }

    private static func all(_ runs: [RepeatedRun], asked: Int = 5) -> RepeatedRuns {
        RepeatedRuns(asked: asked, plan: RepeatedPlan(scenario: "demo", executor: "constant-vus", model: "org/m"), runs: runs)
    }

    private static let five = all([280, 290, 285, 275, 295].enumerated().map { run($0 + 1, p95: $1, success: 0.99 + 0.002 * Double($0)) })

    /// Mean of logarithms ln(284.912), their deviation 0.02775, t(0.975, 4) = 2.7764: ± 3.446 %.
    @Test func theIntervalIsThatOfStudentOverLogarithms() throws {
        let p95 = try #require(Self.five.latency(0.95))
        let (low, high) = (try #require(p95.figure.low), try #require(p95.figure.high))
        #expect(abs(p95.figure.value - 284.9122) < 0.001 && abs(low - 275.2623) < 0.001 && abs(high - 294.9005) < 0.001)
        #expect(abs(try #require(p95.spread) - 0.0277505) < 0.000001 && p95.runs == 5)
        // The same in proportion.
        #expect(abs(try #require(Self.five.latency(0.5)?.figure.high) - high / 2) < 1e-9)
    }

    @Test func figuresThatDoNotDifferHaveNoInterval() {
        #expect(Self.five.requestsPerSecond?.figure == Figure(value: 20))
        #expect(Self.all([Self.run(1, p95: 3)]).latency(0.95)?.figure == Figure(value: 3))
        #expect(Self.five.requestsPerSecond?.spread == 0)
        #expect(Self.all([]).latency(0.95) == nil)
        // No logarithm of a run in which nothing succeeded.
        let none = Self.all([Self.run(1, p95: 3, success: 0), Self.run(2, p95: 3, success: 1)])
        #expect(none.successRate?.figure == Figure(value: 0.5))
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var late = Self.run(5, p95: 9_000)
        late.verdict = GeneratorVerdict(level: .invalid, reasons: [.meanRelativeLateness(0.3)])
        let all = Self.all(Array(Self.five.runs.prefix(4)) + [late])
        let read = try #require(ReadRepeats(document: all.document))
        #expect(read.verdict == "4 of 5 VALID" && read.runs == 5 && read.scenario == "demo" && read.model == "org/m")
        #expect(read.started == "2026-01-01T00:00:00.000Z" && read.latency.p95 == all.latency(0.95)?.figure)
        #expect(read.requestsPerSecond == all.requestsPerSecond?.figure && read.successRate == all.successRate?.figure)
        #expect(ReadRepeats(document: .object([("metrics", .object([]))])) == nil)
        #expect(ReadRepeats(path: "/nonexistent/repeats.json") == nil)
    }

    @Test func aShareIsNeverMoreThanAll() throws {
        let rate = try #require(Self.five.successRate)
        #expect(abs(try #require(rate.figure.high) - 0.997930) < 0.000001)
        let wide = Self.all([Self.run(1, p95: 3, success: 0.9), Self.run(2, p95: 3, success: 1)])
        #expect(wide.successRate?.figure.high == 1)
    }

    @Test func runsThatMeasuredSomethingElseAreLeftOut() {
        var late = Self.run(2, p95: 9_000)
        late.verdict = GeneratorVerdict(level: .invalid, reasons: [.meanRelativeLateness(0.3)])
        var cut = Self.run(3, p95: 1)
        (cut.outcome, cut.reason) = (.interrupted, "SIGTERM")
        var overloaded = Self.run(4, p95: 50_000, tokens: 900)
        overloaded.isOverloaded = true
        let all = Self.all([Self.run(1, p95: 280), late, cut, overloaded])
        #expect(all.counted.map(\.number) == [1, 4])
        // How long answers took of a growing queue is the run's length, how many came is not.
        #expect(all.latency(0.95)?.runs == 1 && all.tokensPerSecond?.runs == 2)
        let text = all.textBlock(color: false)
        for line in [
            "=== LLM Load Test: 4 of 5 runs of one plan ===", "  verdict      VALID in 3, INVALID in 1\n",
            "run 2 is left out: its verdict is INVALID: it measured its generator\n", "run 3 is left out: it was interrupted (SIGTERM)\n",
            "run 4 is OVERLOADED: only its rates count\n", "95 % intervals over 2 runs, changes between them covered; 5 runs or more",
        ] { #expect(text.contains(line), "\(line) in \(text)") }
    }

    @Test func theBlock() {
        var all = Self.five
        all.plan.server = ServerSize(replicas: 2, gpus: 8)
        #expect(
            all.textBlock(color: false) == """
                === LLM Load Test: 5 of 5 runs of one plan ===

                  verdict      VALID in all 5 runs
                  scenario     demo (constant-vus), model org/m

                  success      99.4 % (99.0–99.8)
                  rate         20.0/s succeeded
                  tokens/s     1,000 output, 500 per replica, 125 per GPU
                  latency      p50 142 ms (138–147), p95 285 ms (275–295), p99 570 ms (551–590)
                               95 % intervals over 5 runs, changes between them covered
                  spread       p50 2.8 %, p95 2.8 %, p99 2.8 % from run to run (std. dev.)

                  run  verdict  success, %  requests/s  tokens/s  p50, ms  p95, ms  p99, ms
                  1      VALID       99.00        20.0     1,000      140      280      560
                  2      VALID       99.20        20.0     1,000      145      290      580
                  3      VALID       99.40        20.0     1,000      143      285      570
                  4      VALID       99.60        20.0     1,000      138      275      550
                  5      VALID       99.80        20.0     1,000      148      295      590

                """)
        let screen = all.textBlock(color: false, screen: TerminalScreen(rows: 22, columns: 80))
        #expect(screen == all.textBlock(color: false))
    }

    @Test func theDocument() throws {
        let document = try JSON.parse(Self.five.jsonData())
        let repeats = try #require(document["repeats"])
        #expect(repeats["schema"]?.integer == 1 && repeats["asked"]?.integer == 5 && repeats["scenario"]?.text == "demo")
        #expect(repeats["runs"]?.elements.map { $0[path: "latency_ms", "p95"]?.number } == [280, 290, 285, 275, 295])
        #expect(repeats["runs"]?.elements.first?["summary"]?.text == "run-1/summary.json")
        let p95 = try #require(repeats[path: "between", "latency_ms", "p95"])
        #expect(abs((p95["low"]?.number ?? 0) - 275.2623) < 0.001 && p95["runs"]?.integer == 5)
        #expect(repeats[path: "between", "requests_per_second", "low"] == .null)
        // No reader of summaries takes it for one.
        #expect(throws: SummaryError.self) { try Summary(jsonData: Self.five.jsonData(), path: "repeats.json") }
    }

    /// What stands for a run is what its own summary says.
    @Test func aRunIsTakenFromItsResult() throws {
        let result = CertaintyTests.Made(seconds: 60).result
        let run = RepeatedRun(number: 1, summary: "s", result: try Summary(jsonData: Summary(result).jsonData(), path: "s").result)
        #expect(run.isLeftOut == nil && run.outcome == .completed && run.successRate == 1 && run.promptSeed == 1)
        #expect(run.latency[0.95] == result.certainty?.steady?.figures.latency.first { $0.p == 0.95 }?.figure.value)
        #expect(run.tokensPerSecond == result.certainty?.steady?.figures.tokensPerSecond.value)
        #expect(run.line.hasPrefix("VALID, 100.00 % succeeded, p95 4"))
    }
}
