// Runs that are killed at random moments of their life: while they set up, ramp, drain and push for the last time.
// After SIGTERM the summary is there and agrees with the endpoint's own log; after SIGKILL the records file gives one.
//
// A few of each run with all other tests. `SML_KILL_RUNS=200,50` asks for that many (docs/RELIABILITY.md).

import Foundation
import Generator
import Metrics
import TestSupport
import Testing

@Suite(.serialized) struct KillTests {
    private static let counts: (term: Int, kill: Int) = {
        let words = (ProcessInfo.processInfo.environment["SML_KILL_RUNS"] ?? "").split(separator: ",").compactMap { Int($0) }
        return words.count == 2 ? (words[0], words[1]) : (12, 4)
    }()

    /// Where in its life a run is hit. Delays are random within the moment; seeded, so that a failure can be repeated.
    private enum Moment: String, CaseIterable {
        /// From the instant the process catches signals.
        case startUp = "start-up"
        case ramp, steady
        /// In flight requests are let finish while the signal is the second one.
        case drain
        /// The plan is over, a slow receiver gets the last push.
        case finalPush = "final push"
    }

    private struct Victim {
        let scratch: Scratch
        let endpoint: EndpointProcess
        let receiver: ScriptedReceiver
        let program: Program
    }

    /// 40 arrivals/s after a ramp of 1 s, answers after 20 to 250 ms, and every tenth request fails.
    private func start(_ moment: Moment) async throws -> Victim {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(
            ["--ttft", "uniform(20ms,250ms)", "--time-per-token", "0", "--fail", "status=500:0.1"], in: scratch)
        let receiver = try ScriptedReceiver([.slow(.milliseconds(moment == .finalPush ? 700 : 50))])
        let length = moment == .finalPush ? "1s" : "30s"
        let scenario = """
            {"executor": "ramping-arrival-rate", "startRate": 1, "preAllocatedVUs": 50, "maxVUs": 100,
             "stages": [{"duration": "1s", "target": 40}, {"duration": "\(length)", "target": 40}]}
            """
        let files = try scratch.stage(scenario, server: endpoint.url)
        let program = try Program(
            "sml-loadgen",
            files + ["--remote-write-url", receiver.url, "--quiet"] + (moment == .drain ? ["--drain", "5s"] : []), in: scratch,
            environment: ["K6_PROMETHEUS_RW_PUSH_INTERVAL": "500ms"])
        return Victim(scratch: scratch, endpoint: endpoint, receiver: receiver, program: program)
    }

    private func strike(_ victim: Victim, at moment: Moment, _ random: inout SplitMix) async throws {
        try await eventually("signals are caught") { catchesSignals(victim.program.processID) }
        // A random moment is what is tested; what is expected holds at any.
        func pause(_ range: ClosedRange<Int>) async throws {
            try await Task.sleep(for: .milliseconds(Int.random(in: range, using: &random)))
        }
        switch moment {
        case .startUp: try await pause(0...40)
        case .ramp: try await pause(40...1000)
        case .steady: try await pause(1000...2500)
        case .drain:
            try await pause(300...1500)
            victim.program.signal(SIGTERM)
            try await pause(0...200)
        case .finalPush:
            // The provisional summary marks the end of the plan.
            try await eventually("end of the plan") {
                FileManager.default.fileExists(atPath: victim.scratch.file("out/summary.json"))
                    || !victim.program.process.isRunning
            }
            try await pause(0...1000)
        }
    }

    @Test func everyTerminatedRunHasATrueSummary() async throws {
        var random = SplitMix(state: 20)
        var tally: [String: Int] = [:]
        for number in 0..<Self.counts.term {
            let moment = Moment.allCases[number % Moment.allCases.count]
            let victim = try await start(moment)
            try await strike(victim, at: moment, &random)
            let wasOver = !victim.program.process.isRunning
            victim.program.signal(SIGTERM)
            let code = try await victim.program.end(within: 20)
            let log = try await victim.endpoint.stop()
            // A plan that was over is complete, whatever came afterwards.
            #expect(code == (moment == .finalPush ? 0 : 105), "\(number) \(moment): \(victim.program.errors)")
            let results = try Results(directory: victim.scratch.file("out"))
            try agree(results, with: log, "\(number) \(moment)")
            let kind = results.summary[path: "sml", "outcome", "kind"]
            #expect(kind == .string(moment == .finalPush ? "completed" : "interrupted"))
            if moment != .finalPush {
                #expect(results.summary[path: "sml", "outcome", "reason"] == .string("SIGTERM"))
            }
            tally["\(moment.rawValue)\(wasOver ? " (already over)" : "")", default: 0] += 1
            tally["requests", default: 0] += results.requests.count
            tally["cut off", default: 0] += results.interrupted.count
            withExtendedLifetime(victim.receiver) {}
        }
        print("SIGTERM: \(Self.counts.term) runs, \(tally.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
    }

    /// Every finished request is in the log; what the log has beyond them, was being answered as we hung up.
    private func agree(_ results: Results, with log: [EndpointProcess.Entry], _ which: String) throws {
        #expect(results.count("sml", "counts", "finished") == results.requests.count, "\(which)")
        #expect(results.count("sml", "counts", "interrupted") == results.interrupted.count, "\(which)")
        // k6's member is absent without a sample.
        let exchanges = results.requests.isEmpty ? -1 : results.requests.count
        #expect(results.count("metrics", "http_reqs", "count") == exchanges, "\(which)")
        for status in [200, 500] {
            let finished = results.requests.count { Int($0.status) == status }
            let answered = log.count { $0.status == status }
            #expect(
                (finished...finished + results.interrupted.count).contains(answered),
                "\(which): \(finished) finished with \(status), \(answered) in the log")
        }
        #expect(results.requests.allSatisfy { [200, 500].contains($0.status) }, "\(which)")
        // Nothing the endpoint saw is unknown to us.
        #expect(log.count <= results.requests.count + results.interrupted.count, "\(which)")
        if results.interrupted.isEmpty { #expect(log.count == results.requests.count, "\(which)") }
    }

    @Test func everyKilledRunCanBeSummarized() async throws {
        var random = SplitMix(state: 50)
        var (kept, lost) = (0, 0)
        for number in 0..<Self.counts.kill {
            let victim = try await start(.steady)
            let records = victim.scratch.file("out/records.smlrec")
            try await eventually("a records file") {
                ((try? Data(contentsOf: URL(filePath: records)))?.count ?? 0) > 0
            }
            // A random moment, here too.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...3500, using: &random)))
            victim.program.signal(SIGKILL)
            #expect(try await victim.program.end() == 128 + SIGKILL)
            let log = try await victim.endpoint.stop()
            let run = try await Program.run("sml", ["loadtest", "summarize", records, "--json"], in: victim.scratch)
            #expect(run.code == 0, "\(number): \(run.errors)")
            let summary = try Summary(jsonData: Array(run.output.utf8), path: "summary").document
            #expect(summary[path: "sml", "outcome", "kind"] == .string("interrupted"))
            let finished = Int(summary[path: "sml", "counts", "finished"]?.integer ?? -1)
            // 40/s, flushed every second: what is lost is the last second and a bit.
            #expect(finished <= log.count && log.count - finished <= 80, "\(number): \(finished) of \(log.count)")
            kept += finished
            lost += log.count - finished
            withExtendedLifetime(victim.receiver) {}
        }
        print("SIGKILL: \(Self.counts.kill) runs, \(kept) requests in the records files, \(lost) only in the endpoints' logs")
    }
}

/// Steele, Lea and Flood's generator: small, and the same everywhere.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
