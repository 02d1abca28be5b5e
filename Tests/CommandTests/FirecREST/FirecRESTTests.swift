// `sml loadtest run` from a laptop to a real SLURM and its results home again, over HTTP only.

import FirecRESTFake
import Foundation
import Metrics
import Testing

@Suite(.serialized, .enabled(if: SlurmBed.isPossible, SlurmBed.needsRoot)) struct FirecRESTTests {
    /// Calls of one kind that follow each other as often as it takes.
    private static func collapsed(_ calls: [PrintedCall]) -> [String] {
        var result: [String] = []
        for call in calls {
            let isRepeated = call.call.contains("/jobs/") || call.call.hasSuffix("/tail")
            // A log that is not there yet, a job that is not known yet: as it happens.
            if isRepeated, call.status == 404 || result.suffix(2).contains(call.description) { continue }
            result.append(call.description)
        }
        return result
    }

    /// What docs/FIRECREST.md says a run's calls are.
    private static func documented() throws -> [String] {
        let page = try String(contentsOfFile: Image.repository + "/docs/FIRECREST.md", encoding: .utf8)
        let block = try #require(page.firstMatch(of: /```\n(POST token [^`]+)```/)).1
        return PrintedCall.read(String(block)).map(\.description)
    }

    @Test func aRunGoesThereAndItsResultsComeHome() async throws {
        let there = try await FirecRESTBed()
        // Long enough for a line of progress.
        let program = try there.laptop.start(try there.run(seconds: 15, extra: ["--verbose"]))
        try await there.sends(program)
        // While it runs: no secret on any command line, and on the cluster only where nobody else can read it.
        #expect(CanarySearch.commandLines() == [])
        let staged = try CanarySearch.files(in: there.bed.directory)
        #expect(staged.count == 1 && staged.first?.key.hasSuffix("/run_config.json") == true, "\(staged)")
        #expect(staged.values.allSatisfy { $0 == 0o600 })
        #expect(try await program.end(within: 120) == 0, "\(program.errors)")

        let results = try await there.results(program.errors)
        #expect(results.outcome?.kind == .completed)
        #expect(results.count("sml", "counts", "planned") == 300)
        #expect(program.output.contains("=== LLM Load Test Summary ==="))

        // After it: nothing on the cluster, only what `sml init` keeps on the laptop, nothing printed.
        #expect(try CanarySearch.files(in: there.bed.directory) == [:])
        let kept = try CanarySearch.files(in: there.laptop.scratch.path)
        #expect(kept.count == 3 && kept.allSatisfy { $0.key.contains("/home/.sml/secrets/") && $0.value == 0o600 }, "\(kept)")
        #expect(!program.errors.contains(Laptop.canary) && !program.output.contains(Laptop.canary))
        for request in there.fake.requests {
            #expect(request["authorization"] == "Bearer token-canary-1" && request["x-api-key"] == nil)
            let isConfiguration = request.requestLine.contains("/ops/upload?") && request.contains(Laptop.key)
            #expect(isConfiguration || !request.contains(Laptop.canary))
        }
        #expect(there.fake.requests.filter { $0.contains(Laptop.key) }.count == 1)

        // `--verbose` is the truth, and the documentation shows it.
        let printed = PrintedCall.read(program.errors)
        #expect(printed.map(\.call) == there.fake.calls)
        // One more than with a SLURM that makes the log's directory itself.
        #expect(printed.count <= 24)
        print("calls of a run of 15 s: \(printed.count)")
        #expect(Self.collapsed(printed) == (try Self.documented().map { $0.replacing("/JOB ", with: "/\(number(program)) ") }))
        // Nothing is left out that SML's sequence has, and nothing comes before what it needs.
        let system = "/status/cluster", files = "/filesystem/cluster/ops"
        for sequence in [
            [
                "POST token", "GET /status/systems", "GET \(system)/userinfo", "POST \(files)/mkdir", "POST \(files)/upload",
                "POST /compute/cluster/jobs",
                "GET /compute/cluster/jobs/\(number(program))", "GET \(files)/download",
            ],
            [
                "GET /status/systems", "GET \(system)/partitions", "POST /compute/cluster/jobs",
                "GET \(files)/download",
            ],
        ] {
            var left = printed.map(\.call)[...]
            for call in sequence {
                let index = try #require(left.firstIndex(of: call), "\(call) not in \(left)")
                left = left[(index + 1)...]
            }
        }
        #expect(there.fake.violations == [])
    }

    private func number(_ program: Program) -> String {
        program.errors.firstMatch(of: /Job submitted: (\d+)/).map { String($0.1) } ?? "?"
    }

    /// One job searches, and what it came to is home with summary and records of each probe.
    @Test func aSearchForACapacityComesHome() async throws {
        let there = try await FirecRESTBed()
        var words = try there.run(seconds: 3)
        words[0] = "capacity"
        words += [
            "--threshold", "e2e_latency_ms: avg<3000", "--start-rate", "10", "--max-rate", "20", "--probe", "3s", "--confirm", "8s",
        ]
        let program = try there.laptop.start(words)
        let code = try await program.end(within: 240)
        let log = try await there.endpoint.stop()
        func values(_ prefix: String) -> [String] {
            program.errors.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        }
        let path = try #require(values("Capacity: ").first, "\(program.errors)")
        let found = try #require(try CapacityResult.read(path: path))
        // 4 where the machine did not let the generator run: then nothing is confirmed, and all of it is home all the same.
        #expect(
            code == 0 && found.state == .confirmedAtMaximum && found.confirmed == 20 || code == 4 && found.state == .generatorLimited,
            "\(code) \(program.errors)")
        #expect(values("Job submitted: ").count == 1 && program.output.contains("=== Capacity: load3 (constant-arrival-rate) ==="))
        let records = values("Records: ")
        #expect(records.count == found.probes.count && records.count >= 2, "\(program.errors)")
        let directory = (path as NSString).deletingLastPathComponent
        let results = try zip(found.probes, records).map { try Results(summary: "\(directory)/\($0.summary)", records: $1) }
        #expect(results.reduce(0) { $0 + $1.requests.count } == log.count && log.count > 60)
        #expect(try CanarySearch.files(in: there.bed.directory) == [:])
        #expect(!program.errors.contains(Laptop.canary) && there.fake.violations == [])
    }

    /// Every kind of trouble on the way, a second shell, records too large for a small download.
    @Test func aRunThatIsLeftIsTakenUpAgainThroughAllTrouble() async throws {
        let there = try await FirecRESTBed(gatewayKey: "gateway-canary") {
            $0.operationLimit = 4096
            $0.looksUntilKnown = 3
        }
        there.fake.fail("upload", .status(503))
        let left = try await there.laptop.sml(
            try there.run(seconds: 4, extra: ["--no-wait-for-loadtest", "--verbose"]))
        #expect(left.code == 0, "\(left.errors)")
        let job = try #require(left.errors.firstMatch(of: /Job submitted: (\d+)/)).1
        #expect(left.errors.contains("sml loadtest attach \(job)"))

        there.fake.fail("job", .status(503), .status(429, headers: ["Retry-After": "1"]), .loseAnswer)
        there.fake.fail("tail", .status(408), .truncate(5))
        there.fake.fail("object", .truncate(1000), .truncate(500))
        let attached = try await there.laptop.sml(["attach", String(job), "--verbose"], within: 120)
        #expect(attached.code == 0, "\(attached.errors)")
        let results = try await there.results(attached.errors)
        #expect(results.outcome?.kind == .completed && results.count("sml", "counts", "planned") == 80)

        // Not known for its first looks, which is no end.
        #expect(
            PrintedCall.read(attached.errors).filter { $0.call == "GET /compute/cluster/jobs/\(job)" }.prefix(5).contains {
                $0.status == 404
            })
        // Compressed there, resumed on the way, compared here.
        let calls = there.fake.calls
        for call in [
            "POST /filesystem/cluster/ops/compress", "POST /filesystem/cluster/transfer/download", "GET /filesystem/cluster/ops/checksum",
        ] {
            #expect(calls.contains(call), "\(call)")
        }
        #expect(there.fake.requestsToStore.contains { $0["range"] == "bytes=1000-" })
        #expect(there.fake.requestsToStore.contains { $0["range"] == "bytes=1500-" })
        // The gateway's key instead of a token, and neither to the object store.
        #expect(!calls.contains("POST token"))
        #expect(there.fake.requests.allSatisfy { $0["x-api-key"] == "gateway-canary" && $0["authorization"] == nil })
        #expect(
            there.fake.requestsToStore.allSatisfy { !$0.contains("gateway-canary") && $0["x-api-key"] == nil && $0["authorization"] == nil }
        )
        #expect(!(left.errors + attached.errors).contains(Laptop.canary))
        #expect(CanarySearch.commandLines() == [])
        #expect(try CanarySearch.files(in: there.bed.directory) == [:])
        #expect(there.fake.violations == [])
    }

    @Test func aCancelledRunLeavesItsPartialSummary() async throws {
        let there = try await FirecRESTBed()
        let program = try there.laptop.start(try there.run(seconds: 300))
        try await there.sends(program)
        let job = number(program)
        there.fake.fail("job", .expireTokens, .status(424))
        #expect(try await there.laptop.sml(["cancel", job]).code == 0)
        #expect(try await program.end(within: 90) == 112, "\(program.errors)")
        #expect(program.errors.contains("job \(job) was cancelled"))
        let results = try await there.results(program.errors)
        #expect(results.outcome?.kind == .interrupted)

        // Once more: SLURM says that it is over, and that is all there is to do.
        there.fake.forgetCalls()
        let start = ContinuousClock.now
        let again = try await there.laptop.sml(["cancel", job, "--verbose"])
        let took = ContinuousClock.now - start
        #expect(again.code == 0, "\(again.errors)")
        #expect(there.fake.calls.filter { $0.hasPrefix("DELETE /compute") } == ["DELETE /compute/cluster/jobs/\(job)"])
        #expect(!again.errors.contains("waiting"))
        #expect(there.fake.violations == [])
        print("cancel of a finished job: \(took), \(PrintedCall.read(again.errors))")
    }

    @Test func aRuleOfTheScenarioEndsTheJobAndTheSummaryComesHome() async throws {
        let there = try await FirecRESTBed()
        // Nobody listens there.
        let program = try there.laptop.start(
            try there.run(seconds: 300, server: "http://127.0.0.1:9", members: "stop_on:\n  errors: 50% for 1s\n"))
        #expect(try await program.end(within: 90) == 99, "\(program.errors)")
        #expect(program.errors.contains("the run was ended by a rule of its scenario"))
        #expect(program.output.contains("=== LLM Load Test Summary ==="))
        #expect(there.fake.violations == [])
    }

    @Test(arguments: [("--reservation", "nope", "Requested reservation is invalid"), ("--account", "nope", "Invalid account")])
    func whatSbatchRefusesIsSaidAtOnceAndNothingStays(option: String, value: String, words: String) async throws {
        let there = try await FirecRESTBed()
        let start = ContinuousClock.now
        let run = try await there.laptop.sml(try there.run(seconds: 3, extra: [option, value, "--verbose"]))
        let took = ContinuousClock.now - start
        #expect(run.code == 64)
        let said = try #require(run.errors.split(separator: "\n").last)
        #expect(said.hasPrefix("sml: SLURM refused: ") && said.contains(words), "\(run.errors)")
        // Asked once, waited for nothing.
        #expect(there.fake.calls.filter { $0 == "POST /compute/cluster/jobs" }.count == 1)
        #expect(!run.errors.contains("waiting"))
        #expect(try CanarySearch.files(in: there.bed.directory) == [:])
        #expect(there.fake.violations == [])
        print("refused in \(took): \(said)")
    }

    @Test(arguments: [FakeFault.loseAnswer, .failAfter(503)]) func aLostAnswerMakesNoSecondJob(fault: FakeFault) async throws {
        let there = try await FirecRESTBed()
        there.fake.fail("submit", fault)
        let run = try await there.laptop.sml(try there.run(seconds: 300, extra: ["--no-wait-for-loadtest"]))
        #expect(run.code == 0, "\(run.errors)")
        let job = try #require(run.errors.firstMatch(of: /Job submitted: (\d+)/)).1
        let record =
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(filePath: there.laptop.scratch.file("home/.sml/loadtest/external/job_\(job).json"))))
            as? [String: Any]
        let name = try #require(record?["job_name"] as? String)
        #expect(try await there.laptop.sml(["cancel", String(job)]).code == 0)
        // Accounting is some seconds late.
        var accounted: [Substring] = []
        try await eventually(every: .milliseconds(250), "job \(job) in accounting") {
            accounted = try await there.accounted(name).split(separator: "\n")
            return !accounted.isEmpty
        }
        #expect(accounted.count == 1)
        #expect(there.fake.calls.filter { $0 == "POST /compute/cluster/jobs" }.count == 1)
        #expect(there.fake.violations == [])
    }
}
