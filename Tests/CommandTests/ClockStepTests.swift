// The machine's clock is set while a run goes on: an hour ahead, then two hours back. Nothing of the plan moves, no
// latency has the step in it, and the series go on in one direction.

import Foundation
import Generator
import Metrics
import TestSupport
import Testing

@Suite(.enabled(if: SteppedClock.isAvailable, "needs gcc")) struct ClockStepTests {
    @Test func aStepOfTheWallClockChangesNothing() async throws {
        let scratch = try Scratch()
        let clock = try await SteppedClock(in: scratch)
        let endpoint = try await EndpointProcess.start(["--ttft", "30ms", "--time-per-token", "0"], in: scratch)
        let receiver = try ScriptedReceiver()
        let scenario = #"{"executor": "constant-arrival-rate", "rate": 50, "duration": "5s", "preAllocatedVUs": 200}"#
        let config = try scratch.write(
            "c.json", Scratch.configuration(server: endpoint.url, scenario: scenario, members: #""think_time": "0""#))
        let prompts = try scratch.write("p.json", Scratch.prompts)
        let before = Date()
        let program = try Program(
            "sml-loadgen",
            [
                "--config", config, "--prompts", prompts, "--out", scratch.file("out"), "--no-test-request", "--records",
                scratch.file("out/records.smlrec"), "--quiet", "--remote-write-url", receiver.url,
            ], in: scratch,
            environment: clock.environment.merging(["K6_PROMETHEUS_RW_PUSH_INTERVAL": "500ms"]) { $1 })
        try await eventually("requests in the log") { endpoint.entriesSoFar.count >= 10 }
        try clock.set(3600)
        let ahead = receiver.requests.count
        try await eventually("pushes after the first step") { receiver.requests.count >= ahead + 2 }
        try clock.set(-7200)
        #expect(try await program.end(within: 20) == 0, "\(program.errors)")
        let log = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        #expect(log.count == 250 && results.requests.count == 250 && results.dropped.isEmpty)
        #expect(results.requests.map(\.scheduled).sorted() == (0..<250).map { Int64($0) * 20_000_000 })
        // A step would be an hour; a busy machine is late by less than half a minute.
        let bound = Int64(30_000_000_000)
        for request in results.requests {
            #expect((0...bound).contains(request.started - request.scheduled), "\(request)")
            #expect((0...bound).contains(request.end - request.sent), "\(request)")
        }
        for path in [["lateness", "start_ms"], ["latency", "service_ms"]] {
            let most = results.summary[path: "sml", path[0], path[1], "max"]?.number
            #expect((0...30_000).contains(try #require(most, "\(path)")))
        }
        #expect(results.summary[path: "sml", "remote_write", "complete"] == .bool(true))
        // When it was is known from one look at the clock, before the steps; the end, from how long it took.
        func instant(_ name: String) throws -> Double {
            guard case .string(let text)? = results.summary[path: "sml", "outcome", name] else { return .nan }
            return try Date(
                text, strategy: .iso8601.year().month().day().timeZone(separator: .omitted).time(includingFractionalSeconds: true)
            )
            .timeIntervalSince1970
        }
        let seconds = results.summary[path: "sml", "outcome", "duration_seconds"]?.number ?? .nan
        #expect(abs(try instant("started") - before.timeIntervalSince1970) < 60)
        #expect(abs(try instant("ended") - instant("started") - seconds) < 0.01)
    }
}
