// A process that was stopped for a while (Ctrl-Z, a debugger, a frozen cgroup): time went on, so the schedule did too.

import Foundation
import Generator
import Metrics
import Testing

@Suite struct SuspensionTests {
    /// Every arrival of the plan happens; those that fell into the pause go out when it ends and say how late they are.
    @Test func aPauseShowsAsLatenessAndLosesNothing() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        let scenario = #"{"executor": "constant-arrival-rate", "rate": 50, "duration": "4s", "preAllocatedVUs": 200}"#
        let files = try scratch.stage(scenario, server: endpoint.url)
        let program = try Program("sml-loadgen", files + ["--quiet", "--require-valid"], in: scratch)
        try await eventually("requests in the log") { endpoint.entriesSoFar.count >= 10 }
        program.signal(SIGSTOP)
        let stopped = ContinuousClock.now
        // The pause itself; what is expected goes by how long it really was.
        try await Task.sleep(for: .milliseconds(1500))
        program.signal(SIGCONT)
        let pause = (ContinuousClock.now - stopped) / .seconds(1)
        // Its figures are not the server's, which --require-valid makes a failure.
        #expect(try await program.end(within: 20) == 4, "\(program.errors)")
        let log = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        #expect(log.count == 200 && results.requests.count == 200 && results.dropped.isEmpty)
        let scheduled = results.requests.map(\.scheduled).sorted()
        #expect(scheduled == (0..<200).map { Int64($0) * 20_000_000 })
        // 1.5 s at 50/s are 75 arrivals, the first of them 1.5 s late and the last hardly. What a busy machine adds is
        // later than that, never earlier.
        let late = results.requests.map { Double($0.started - $0.scheduled) / 1e6 }
        let fallen = Int(pause * 50)
        #expect(late.count { $0 > 20 } >= min(fallen, 180) - 15, "\(pause) s")
        #expect((late.max() ?? 0) > min(pause, 3.5) * 1000 - 200, "\(late.max() ?? 0) ms")
        let reported = results.summary[path: "sml", "lateness", "start_ms", "max"]?.number ?? 0
        #expect(abs(reported - (late.max() ?? 0)) < 1)
        let verdict = results.summary[path: "sml", "verdict"]
        #expect(verdict?["level"] == .string("INVALID"))
        #expect(verdict?["reasons"]?.elements.first?["kind"] == .string("mean_relative_lateness"))
        // Stopped by a signal, not by the machine: nothing but the loop's own absence names it.
        #expect((verdict?[path: "cause", "seconds"]?.number ?? 0) > min(pause, 3.5) - 0.2)
        // The records alone say the same.
        let again = try SummaryBuilder.rebuild(fromRecords: scratch.file("out/records.smlrec")).document[path: "sml", "verdict"]
        #expect(again == verdict)
        // Latency from the schedule has it too, service latency has not.
        let served = results.requests.map { Double($0.end - $0.sent) / 1e6 }
        #expect(median(served) < pause * 1000 / 2)
    }

    /// In a closed loop nothing is due but the loop's own heartbeat, and a latency from the schedule there is none.
    @Test func aPauseOfAClosedLoopIsSaid() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "20ms", "--time-per-token", "0"], in: scratch)
        let scenario = #"{"executor": "constant-vus", "vus": 3, "duration": "5s", "think_time": "0"}"#
        let files = try scratch.stage(scenario, server: endpoint.url)
        let program = try Program("sml-loadgen", files, in: scratch)
        try await eventually("requests in the log") { endpoint.entriesSoFar.count >= 30 }
        program.signal(SIGSTOP)
        // Past the first wave whenever it began; what follows is judged.
        try await Task.sleep(for: .milliseconds(2500))
        program.signal(SIGCONT)
        #expect(try await program.end(within: 30) == 0, "\(program.errors)")
        _ = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        let lateness = results.summary[path: "sml", "lateness"]
        #expect(lateness?["kept_up"] == .bool(false))
        #expect(lateness?["kept_up_reasons"]?.elements.contains(.string("loop")) == true)
        // At least a second of the pause lies behind the first, in a run of five and its end.
        #expect((lateness?[path: "late_share", "loop"]?.number ?? 0) > 0.1)
        #expect(program.output.contains("  verdict      INVALID: answers were read "))
        #expect(program.output.contains("the generator did not keep up, more than 10.0 ms late: its loop"))
        #expect(results.summary[path: "sml", "latency", "from_schedule_ms"] == .null)
        #expect(!program.output.contains("from schedule"))
    }
}
