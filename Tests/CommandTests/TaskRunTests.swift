// Several processes as one run: same start, together the one-node plan with its prompts, one summary of all records.

import Base
import Foundation
import Generator
import Metrics
import Scenarios
import TestSupport
import Testing

@Suite struct TaskRunTests {
    private let scratch: Scratch
    private let prompts: String

    init() throws {
        scratch = try Scratch()
        prompts = try scratch.write("prompts.json", Scratch.prompts)
    }

    private func task(
        _ task: String, _ configuration: String, extra: [String] = [], environment: [String: String] = [:]
    ) throws -> Program {
        try Program(
            "sml-loadgen",
            ["--config", configuration, "--prompts", prompts, "--out", scratch.file("out"), "--task", task, "--no-test-request"] + extra,
            in: scratch, environment: environment)
    }

    private func summary() throws -> JSON {
        let bytes = try Data(contentsOf: URL(filePath: scratch.file("out/summary.json")))
        return try Summary(jsonData: Array(bytes), path: "summary.json").document
    }

    private func records(_ name: String) throws -> (context: RunContext, records: [RunRecord]) {
        let reader = try RecordFileReader(path: scratch.file("out/\(name)"))
        var all: [RunRecord] = []
        try reader.forEachBatch { all += Array($0) }
        return (reader.context, all)
    }

    private static let openLoop = """
        {"executor": "ramping-arrival-rate", "startRate": 10, "preAllocatedVUs": 10, "maxVUs": 61,
         "stages": [{"duration": "2s", "target": 60}, {"duration": "1s", "target": 20}], "think_time": "0"}
        """

    @Test func twoTasksAreOneRun() async throws {
        let endpoint = try await EndpointProcess.start(in: scratch)
        let prometheus = try await PrometheusServer.start()
        let config = try scratch.write(
            "run_config.json", Scratch.configuration(server: endpoint.url, scenario: Self.openLoop))
        let remote = ["--remote-write-url", prometheus.writeURL, "--require-remote-write", "--workers", "2"]
        let one = try task("slurm", config, extra: remote, environment: ["SLURM_PROCID": "1", "SLURM_NTASKS": "2", "SLURM_JOB_ID": "77"])
        let zero = try task("slurm", config, extra: remote, environment: ["SLURM_PROCID": "0", "SLURM_NTASKS": "2", "SLURM_JOB_ID": "77"])
        #expect(try await one.end(within: 60) == 0, "\(one.errors)")
        #expect(try await zero.end(within: 60) == 0, "\(zero.errors)")
        #expect(one.output.isEmpty)
        #expect(zero.output.contains("tasks        2"))
        let files = try FileManager.default.contentsOfDirectory(atPath: scratch.file("out")).sorted()
        #expect(files == ["records.0.smlrec", "records.1.smlrec", "summary.json"])

        // One start; arrival i is iteration i of task i mod 2, due when one node would have it due, with its prompt.
        let parts = try [records("records.0.smlrec"), records("records.1.smlrec")]
        #expect(parts[0].context.startedUnixNanoseconds == parts[1].context.startedUnixNanoseconds)
        let schedule = try #require(
            Executor.rampingArrivalRate(
                startRate: 10, timeUnit: .seconds(1),
                stages: [Stage(duration: .seconds(2), target: 60), Stage(duration: .seconds(1), target: 20)],
                preAllocatedVUs: 10, maxVUs: 61
            ).arrivals)
        let order = PromptOrder(count: 3, seed: 1)
        var place = ArrivalPlace()
        let requests = parts.enumerated().flatMap { task, part in
            part.records.filter { $0.kind == .request }.map { (task: task, record: $0) }
        }.sorted { $0.record.iteration < $1.record.iteration }
        #expect(requests.count == 110)
        for (index, request) in requests.enumerated() {
            #expect(request.record.iteration == UInt32(index))
            #expect(request.task == index % 2)
            #expect(Int(request.record.prompt) == order.prompt(forIteration: index))
        }
        // With two shards a task, numbers follow the order of starts, which two queues may swap within a moment.
        #expect(requests.map(\.record.scheduled).sorted() == (0..<110).map { schedule.due($0, place: &place) ?? -1 })

        // Counts and percentiles are those of the union.
        let document = try summary()
        #expect(document[path: "sml", "counts", "planned"]?.integer == 110)
        #expect(document[path: "sml", "counts", "finished"]?.integer == 110)
        #expect(document[path: "metrics", "http_reqs", "count"]?.integer == 110)
        var latency = Trend()
        for request in requests { latency.add(Double(request.record.end - request.record.started) / 1e6) }
        let measured = document[path: "sml", "latency", "end_to_end_ms"]
        #expect(measured?["med"]?.number == latency.statistics.med)
        #expect(measured?["p99"]?.number == latency.statistics.p99)
        #expect(measured?["max"]?.number == latency.statistics.max)
        #expect(document[path: "sml", "run", "workers"]?.integer == 4)
        let each = document[path: "sml", "tasks", "each"]?.elements ?? []
        #expect(each.map { $0["started"]?.integer } == [55, 55])
        #expect(try await endpoint.stop().count == 110)

        // The records give the same summary again.
        let again = try await Program.run(
            "sml", ["loadtest", "summarize", "--json", scratch.file("out/records.1.smlrec"), scratch.file("out/records.0.smlrec")],
            in: scratch)
        #expect(again.code == 0, "\(again.errors)")
        let rebuilt = try Summary(jsonData: Array(again.output.utf8), path: "stdout").document
        for key in ["counts", "latency", "labels", "lateness", "tasks"] {
            #expect(rebuilt[path: "sml", key] == document[path: "sml", key], "\(key)")
        }

        // Series: each task's with its label, the whole run's once without.
        let merged = try prometheus.query(#"sum(k6_http_reqs_total{task=""})"#)
        #expect(merged.first?.lastValue == 110)
        #expect(try prometheus.query(#"sum by (task) (k6_http_reqs_total{task=~".+"})"#).map(\.lastValue) == [55, 55])
        // Its zero, and its value.
        #expect(try prometheus.samples(#"k6_iterations_total{task=""}"#).map { $0.samples.map(\.value) } == [["0", "110"]])
    }

    @Test func closedLoopSharesUsersAndNumbers() async throws {
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        let config = try scratch.write(
            "run_config.json",
            Scratch.configuration(
                server: endpoint.url, scenario: #"{"executor": "constant-vus", "vus": 5, "duration": "1s", "think_time": "0.02"}"#))
        let programs = try (0..<3).map { try task("\($0)/3", config) }
        for program in programs { #expect(try await program.end(within: 60) == 0, "\(program.errors)") }
        var users: Set<UInt32> = []
        var iterations: Set<UInt32> = []
        var count = 0
        for index in 0..<3 {
            let mine = try records("records.\(index).smlrec").records.filter { $0.kind == .request }
            #expect(mine.allSatisfy { Int($0.virtualUser) % 3 == index && Int($0.iteration) % 3 == index })
            users.formUnion(mine.map(\.virtualUser))
            iterations.formUnion(mine.map(\.iteration))
            count += mine.count
        }
        #expect(users == [0, 1, 2, 3, 4])
        #expect(iterations.count == count)
        #expect(try summary()[path: "sml", "counts", "started"]?.integer == Int64(count))
    }

    @Test func killedTaskIsReported() async throws {
        let endpoint = try await EndpointProcess.start(in: scratch)
        let config = try scratch.write(
            "run_config.json",
            Scratch.configuration(
                server: endpoint.url, scenario: #"{"executor": "constant-arrival-rate", "rate": 40, "duration": "60s", "think_time": "0"}"#)
        )
        let zero = try task("0/2", config)
        let one = try task("1/2", config)
        try await eventually("requests in the log") { endpoint.entriesSoFar.count >= 20 }
        one.signal(SIGKILL)
        #expect(try await one.end() == 128 + SIGKILL)
        // As SLURM does it: what is left is told to end, and must have a result within its 30 s.
        zero.signal(SIGTERM)
        #expect(try await zero.end(within: 25) == 105)
        #expect(zero.errors.contains("task 1 of 2 did not finish"))
        let document = try summary()
        #expect(document[path: "sml", "tasks", "lost"]?.elements.compactMap(\.integer) == [1])
        #expect(document[path: "sml", "outcome", "reason"] == .string("lost task 1 of 2"))
        #expect(document[path: "sml", "counts", "finished"]?.integer ?? 0 > 0)
    }

    @Test func missingTaskSendsNothing() async throws {
        let endpoint = try await EndpointProcess.start(in: scratch)
        let config = try scratch.write(
            "run_config.json", Scratch.configuration(server: endpoint.url, scenario: Self.openLoop))
        let zero = try task("0/2", config, extra: ["--task-wait", "1s"])
        #expect(try await zero.end(within: 20) == 75)
        #expect(zero.errors == "sml-loadgen: task 1 of 2 did not come within 1.0 seconds; nothing was sent\n")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("out/summary.json")))
        #expect(try await endpoint.stop().isEmpty)
    }

    @Test func differentPlansAreRefused() async throws {
        let configs = try ["1s", "2s"].map { length in
            try scratch.write(
                "\(length).json",
                Scratch.configuration(
                    server: "http://127.0.0.1:1", scenario: #"{"executor": "constant-vus", "vus": 2, "duration": "\#(length)"}"#))
        }
        let zero = try task("0/2", configs[0])
        let one = try task("1/2", configs[1])
        #expect(try await zero.end(within: 20) == 75)
        #expect(try await one.end(within: 20) == 75)
        #expect(zero.errors.contains("task 1 of 2 runs another plan"))
        #expect(one.errors.contains("task 0: task 1 of 2 runs another plan"))
    }

    @Test func wrongInput() async throws {
        let config = try scratch.write(
            "run_config.json",
            Scratch.configuration(server: "http://127.0.0.1:1", scenario: #"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#))
        for (text, extra, code, message) in [
            ("2/2", [], 64, "--task: \"2/2\": expected I/N"),
            ("slurm", [], 64, "--task slurm: SLURM_PROCID and SLURM_NTASKS are not set"),
            ("0/2", ["--task-wait", "0s"], 64, "--task-wait: \"0s\" is not accepted"),
        ] as [(String, [String], Int32, String)] {
            let program = try task(text, config, extra: extra)
            #expect(try await program.end() == code)
            #expect(program.errors.hasPrefix("sml-loadgen: \(message)"), "\(program.errors)")
        }
        // More tasks than virtual users: found without waiting for the others.
        let program = try task("0/2", config)
        #expect(try await program.end() == 104)
        #expect(program.errors == "sml-loadgen: 1 virtual users cannot be shared by 2 tasks\n")
    }
}
