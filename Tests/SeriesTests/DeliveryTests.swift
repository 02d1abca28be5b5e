// Runs whose receiver misbehaves: nothing final is lost, the load does not notice, and what is left over is pushed
// later by the command the run named.

import Foundation
import Metrics
import TestSupport
import Testing

@testable import RemoteWrite

@Suite(.serialized, .timeLimit(.minutes(15)))
struct DeliveryTests {
    static var scenario: [String: Any] {
        [
            "executor": "constant-arrival-rate", "rate": 50, "timeUnit": "1s", "duration": "3s",
            "preAllocatedVUs": 20, "maxVUs": 40,
        ]
    }

    /// The newest value of every series a receiver answered with success, by text.
    private func newest(_ requests: [ReceivedRequest]) throws -> [String: Double] {
        var newest: [String: Double] = [:]
        for request in requests {
            for update in try WriteRequestDecoder.decode(request.body) {
                guard case .sample(let value) = update.value else { continue }
                newest[seriesText(Dictionary(update.labels.decoded.map { ($0.name, $0.value) }) { $1 })] = value
            }
        }
        return newest
    }

    private func sum(_ name: String, _ values: [String: Double]) -> Double {
        values.filter { $0.key.hasPrefix(name + "{") }.reduce(0) { $0 + $1.value }
    }

    @Test(arguments: [
        [ScriptedAnswer.status(429, headers: ["Retry-After": "1"])], [.status(500), .status(503)],
        [.closeMidAnswer, .close], [.hang], [.status(400, body: "no"), .status(404)],
        [.status(302, headers: ["Location": "http://127.0.0.1:9/elsewhere"])],
    ])
    func aMisbehavingReceiverGetsEverythingInTheEnd(first: [ScriptedAnswer]) async throws {
        let receiver = try ScriptedReceiver(first + [.status(204)])
        try await withEndpoint { port in
            let run = try GeneratorProcess.start(
                Self.scenario, server: port, receiver: receiver.url,
                environment: ["K6_PROMETHEUS_RW_BEARER_TOKEN": "verysecrettoken"],
                arguments: ["--require-remote-write", "--remote-write-drain", "10s"])
            defer { run.remove() }
            #expect(await run.exitCode() == 0, "\(run.log)")
            let summary = try run.summary()
            #expect(summary[path: "sml", "remote_write", "complete"] == .bool(true), "\(run.log)")
            #expect(summary[path: "sml", "remote_write", "pushes_failed"]?.members.isEmpty == false)
            let values = try newest(Array(receiver.requests.dropFirst(first.count)))
            #expect(sum("k6_http_reqs_total", values) == summary[path: "sml", "counts", "http_requests"]?.number)
            #expect(!run.log.contains("verysecrettoken"))
            #expect(run.log.contains("remote write"))
        }
    }

    @Test func anOutageInTheMiddleLosesNothing() async throws {
        let receiver = try ScriptedReceiver()
        try await withEndpoint { port in
            let run = try GeneratorProcess.start(Self.scenario, server: port, receiver: receiver.url)
            defer { run.remove() }
            #expect(await eventually { receiver.requests.count >= 1 })
            receiver.stop()
            #expect(await eventually { run.log.contains("not reached") })
            // How long the outage lasts at least.
            try await Task.sleep(for: .seconds(1))
            try receiver.start()
            #expect(await run.exitCode() == 0)
            let summary = try run.summary()
            #expect(summary[path: "sml", "remote_write", "complete"] == .bool(true))
            #expect(try #require(summary[path: "sml", "remote_write", "longest_outage_seconds"]?.number) > 0.9)
            let values = try newest(receiver.requests)
            #expect(sum("k6_http_reqs_total", values) == summary[path: "sml", "counts", "http_requests"]?.number)
            #expect(sum("k6_iterations_total", values) == summary[path: "sml", "counts", "iterations"]?.number)
        }
    }

    @Test(.enabled(if: PrometheusServer.Flavor.prometheus.isInstalled))
    func whatCouldNotBeDeliveredIsPushedLater() async throws {
        try await withEndpoint { port in
            let reserved = try ReservedPort()
            let nobody = reserved.number
            let run = try GeneratorProcess.start(
                Self.scenario, server: port, receiver: "http://user:verysecret@127.0.0.1:\(nobody)/api/v1/write",
                arguments: ["--remote-write-drain", "500ms"])
            let required = try GeneratorProcess.start(
                Self.scenario, server: port, receiver: "http://127.0.0.1:\(nobody)/api/v1/write",
                arguments: ["--remote-write-drain", "500ms", "--require-remote-write"])
            defer { for run in [run, required] { run.remove() } }
            #expect(await run.exitCode() == 0)
            #expect(await required.exitCode() == 3)
            let summary = try run.summary()
            let report = try #require(summary[path: "sml", "remote_write"])
            let file = run.out.appending(path: "undelivered.smlpush")
            #expect(report["complete"] == .bool(false))
            #expect(report["undelivered_file"]?.text == file.path)
            let command = try #require(report["push_command"]?.text)
            #expect(run.log.contains(command))
            #expect(!command.contains("verysecret") && !run.log.contains("verysecret"))

            let server = try await PrometheusServer.start()
            let push = Process()
            push.executableURL = GeneratorProcess.program("sml")
            // The command as printed, with a receiver that exists.
            let words = command.replacing("127.0.0.1:\(nobody)", with: "127.0.0.1:\(server.port)").split(separator: " ")
            push.arguments = words.dropFirst().map(String.init)
            push.standardOutput = FileHandle.nullDevice
            try push.run()
            #expect(await eventually(within: .seconds(20)) { !push.isRunning })
            #expect(push.terminationStatus == 0)
            let stored = try server.samples("{run_label=\"\(run.runLabel)\"}")
            #expect(stored.count == report["series"]?.integer.map(Int.init))
            let recorded = try RecordedValues(records: run.records)
            for name in ["k6_iterations_total", "k6_data_sent_total"] {
                #expect(stored.first { $0.name == name }?.lastValue == recorded.values[name + "{}"])
            }
        }
    }

    /// A run that is over, whose final push waits for a receiver that never answers.
    private func waiting(_ port: Int, _ receiver: ScriptedReceiver, _ arguments: [String] = []) async throws -> GeneratorProcess {
        let run = try GeneratorProcess.start(
            Self.scenario, server: port, receiver: receiver.url, arguments: ["--remote-write-drain", "60s"] + arguments)
        // The provisional summary marks the end of the run.
        #expect(await eventually(within: .seconds(20)) { (try? run.summary()) != nil }, "\(run.log)")
        return run
    }

    /// The run itself was complete, so that is what the exit code says; the push under way has 5 s.
    @Test(arguments: [false, true])
    func aSignalEndsTheWaitingForADeadReceiver(isRequired: Bool) async throws {
        let receiver = try ScriptedReceiver([.hang])
        try await withEndpoint { port in
            let run = try await waiting(port, receiver, isRequired ? ["--require-remote-write"] : [])
            defer { run.remove() }
            let signalled = ContinuousClock.now
            kill(run.process.processIdentifier, SIGTERM)
            #expect(await run.exitCode(within: .seconds(20)) == (isRequired ? 3 : 0))
            #expect(ContinuousClock.now - signalled < .seconds(8))
            try expectEverythingIsKept(run)
            #expect(try run.summary()[path: "sml", "outcome", "kind"] == .string("completed"))
        }
    }

    /// SIGTERM during the run, and SLURM's second one right after it, which must not cut the delivery short; then a real
    /// second one.
    @Test func afterASignalTheWaitingIsShortAndASecondEndsIt() async throws {
        let receiver = try ScriptedReceiver([.status(500)])
        try await withEndpoint { port in
            var long = Self.scenario
            long["duration"] = "60s"
            let run = try GeneratorProcess.start(long, server: port, receiver: receiver.url)
            defer { run.remove() }
            #expect(await eventually { receiver.requests.count >= 1 }, "\(run.log)")
            let signalled = ContinuousClock.now
            kill(run.process.processIdentifier, SIGTERM)
            #expect(await eventually { !isPending(SIGTERM, run.process.processIdentifier) })
            kill(run.process.processIdentifier, SIGTERM)
            #expect(await eventually { (try? run.summary()) != nil }, "\(run.log)")
            let pushes = receiver.requests.count
            // Still trying, three times the burst's two seconds later.
            #expect(await eventually { ContinuousClock.now - signalled > .seconds(6) })
            #expect(run.process.isRunning && receiver.requests.count > pushes)
            kill(run.process.processIdentifier, SIGTERM)
            #expect(await run.exitCode(within: .seconds(20)) == 105)
            #expect(ContinuousClock.now - signalled < .seconds(14))
            try expectEverythingIsKept(run)
            #expect(try run.summary()[path: "sml", "outcome", "reason"] == .string("SIGTERM"))
        }
    }

    private func expectEverythingIsKept(_ run: GeneratorProcess) throws {
        let summary = try run.summary()
        let report = try #require(summary[path: "sml", "remote_write"])
        #expect(report["complete"] == .bool(false))
        let kept = try UndeliveredStates.load(from: run.out.appending(path: "undelivered.smlpush").path)
        #expect(kept.updates.count == report["series"]?.integer.map(Int.init))
        let requests = kept.updates.filter { $0.labels.decoded.contains { $0.value == "k6_http_reqs_total" } }
        let total = requests.reduce(0.0) { sum, update in
            if case .sample(let value) = update.value { sum + value } else { sum }
        }
        #expect(total == summary[path: "sml", "counts", "http_requests"]?.number)
        #expect(try #require(report["push_command"]?.text).contains("sml loadtest push"))
        #expect(run.log.contains("push them later"))
    }

    /// Loose, because the machine is shared.
    @Test func aDeadReceiverDelaysNoRequest() async throws {
        let receiver = try ScriptedReceiver([.hang])
        try await withEndpoint { port in
            func lateness(_ url: String?) async throws -> Double {
                let run = try GeneratorProcess.start(
                    Self.scenario, server: port, receiver: url, arguments: ["--remote-write-drain", "0s"])
                defer { run.remove() }
                #expect(await run.exitCode() == 0)
                return try #require(try run.summary()[path: "sml", "lateness", "send_ms", "p99"]?.number)
            }
            let without = try await lateness(nil)
            let with = try await lateness(receiver.url)
            print("send lateness p99: \(without) ms without remote write, \(with) ms with a receiver that hangs")
            // Who waits for a receiver that hangs waits for seconds.
            #expect(with < max(1000, 3 * without))
        }
    }
}
