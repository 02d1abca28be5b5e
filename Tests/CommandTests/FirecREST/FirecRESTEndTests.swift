// Every way a job can end, seen from a laptop: a sentence, an exit code, the log's last lines, and its results at home.
// The scheduler is played, the results are those of a real run.

import FirecRESTFake
import Foundation
import Testing

@Suite(.timeLimit(.minutes(15))) struct FirecRESTEndTests {
    /// A run on this machine, made once; removed when the process ends.
    private static let directory = FileManager.default.temporaryDirectory.appending(path: "sml-ended-\(UUID().uuidString)").path
    static let results = Task {
        atexit { try? FileManager.default.removeItem(atPath: directory) }
        let run = try await Program.run(
            "sml", ["loadtest", "local", "--loadtest-duration", "1s", "--out", directory], in: try Scratch())
        try #require(run.code == 0, "\(run.errors)")
        return directory
    }

    let scheduler = PlayedScheduler()
    let laptop: Laptop
    private static let home = "/users/hpcuser"

    init() async throws {
        let results = try await Self.results.value
        let root = try Scratch()
        try root.write("users/hpcuser/prompts.json", Scratch.prompts)
        try root.write("users/hpcuser/image.sqsh", "an image")
        var compute = scheduler.compute
        let submit = compute.submit
        compute.submit = { script, directory, account in
            let id = try submit(script, directory, account)
            guard let label = script.firstMatch(of: /RUN_DIR="\$PWD"\/(\S+)/)?.1 else { throw CommandRefusal("no run directory") }
            // The job has run already.
            for name in ["summary.json", "records.smlrec"] {
                try FileManager.default.copyItem(
                    atPath: "\(results)/\(name)", toPath: root.file(String(directory.dropFirst()) + "/\(label)/\(name)"))
            }
            try root.write("\(directory.dropFirst())/logs/\(id)/loadtest.out", "the last words\n")
            return id
        }
        laptop = try await Laptop(try FakeFirecREST(.init(root: root.path), compute: compute))
    }

    func run(_ extra: [String]) throws -> [String] {
        try laptop.run(
            seconds: 3, server: "http://127.0.0.1:9", prompts: "\(Self.home)/prompts.json", image: "\(Self.home)/image.sqsh", extra: extra)
    }

    struct End: Sendable, CustomTestStringConvertible {
        var state: String
        var exitCode = 0
        var code: Int32
        var says: String
        var testDescription: String { "\(state) \(exitCode)" }
    }

    @Test(arguments: [
        End(state: "COMPLETED", code: 0, says: "completed"),
        End(state: "FAILED", exitCode: 105, code: 105, says: "the run was stopped before its plan was carried out"),
        End(state: "FAILED", exitCode: 1, code: 116, says: "failed (FAILED, exit code 1)"),
        End(state: "TIMEOUT", code: 111, says: "reached its time limit"),
        End(state: "CANCELLED by 1000", code: 112, says: "was cancelled"),
        End(state: "NODE_FAIL", exitCode: 1, code: 113, says: "lost its node"),
        End(state: "OUT_OF_MEMORY", exitCode: 125, code: 114, says: "ran out of memory"),
        End(state: "PREEMPTED", code: 115, says: "was preempted by another job"),
    ]) func everyEndBringsItsResultsHome(end: End) async throws {
        let submitted = try await laptop.sml(try run(["--no-wait-for-loadtest"]))
        #expect(submitted.code == 0, "\(submitted.errors)")
        scheduler.set("100", end.state, exitCode: end.exitCode, end: 9, steps: [.init(id: "100.0", state: "FAILED", exitCode: 105, end: 8)])
        let attached = try await laptop.sml(["attach", "100"])
        #expect(attached.code == end.code, "\(attached.errors)")
        #expect(attached.errors.contains("sml: job 100 ") && attached.errors.contains(end.says), "\(attached.errors)")
        #expect(attached.errors.contains("  the last words\n") == (end.code != 0))
        #expect(attached.output.contains("=== LLM Load Test Summary ==="))
        let results = try await Self.results.value
        for (prefix, name) in [("Summary: ", "summary.json"), ("Records: ", "records.smlrec")] {
            let line = try #require(attached.errors.split(separator: "\n").first { $0.hasPrefix(prefix) })
            #expect(
                FileManager.default.contents(atPath: String(line.dropFirst(prefix.count)))
                    == FileManager.default.contents(atPath: "\(results)/\(name)"))
        }
        // The key is gone from the cluster, though no script was there to remove it.
        #expect(try CanarySearch.files(in: laptop.fake.options.root) == [:])
        #expect(laptop.fake.violations == [])
    }

    @Test(arguments: [
        (["--firecrest-system", "clariden"], "--firecrest-system: \"clariden\" does not exist; known are cluster"),
        (["--partition", "gpu"], "--partition: \"gpu\" does not exist; known are normal, debug"),
        (["--loadtest-prompts-file", "/users/none/p.json"], "--loadtest-prompts-file /users/none/p.json: does not exist on the cluster"),
        (["--loadtest-container-image", "/users/none.sqsh"], "--loadtest-container-image /users/none.sqsh: does not exist on the cluster"),
        (["--loadtest-prompts-file", "/users/it's/p.json"], "/users/it's/p.json: FirecREST takes no path with an apostrophe"),
    ]) func whatIsWrongIsSaidBeforeAnythingIsStaged(extra: [String], says: String) async throws {
        let wrong = try await laptop.sml(try run(extra))
        #expect(wrong.code == 64 && wrong.errors == "sml: \(says)\n", "\(wrong.errors)")
        #expect(!laptop.fake.calls.contains { $0.contains("mkdir") || $0.contains("upload") })
        #expect(laptop.fake.violations == [])
    }

    /// Once the cluster is open, 401 is still about credentials, and 403 about what was asked for.
    @Test(
        arguments: [
            (
                401, 77,
                "FirecREST answered 401 to POST /filesystem/cluster/ops/mkdir: injected (request 5d0e-7); check the credentials with 'sml init --check'"
            ),
            (403, 64, "FirecREST answered 403 to POST /filesystem/cluster/ops/mkdir: injected (request 5d0e-7)"),
        ] as [(Int, Int32, String)])
    func refusedCredentialsHaveACodeOfTheirOwn(status: Int, code: Int32, says: String) async throws {
        laptop.fake.fail("mkdir", .status(status), .status(status), .status(status))
        let wrong = try await laptop.sml(try run([]))
        #expect(wrong.code == code && wrong.errors == "sml: \(says)\n", "\(wrong.errors)")
    }

    @Test func credentialsThatAreRefusedDuringTheWaitEndIt() async throws {
        #expect(try await laptop.sml(try run(["--no-wait-for-loadtest"])).code == 0)
        laptop.fake.fail("job", .status(401), .status(401), .status(401))
        let attached = try await laptop.sml(["attach", "100"])
        #expect(attached.code == 77, "\(attached.errors)")
        #expect(
            attached.errors.hasPrefix("sml: job 100: no news: FirecREST answered 401 to GET /compute/cluster/jobs/100"),
            "\(attached.errors)")
        #expect(attached.errors.hasSuffix("; 'sml loadtest attach 100' tries again\n"), "\(attached.errors)")
    }

    /// The live line is drawn over, not continued.
    @Test func callsAreLinesOfTheirOwnOnATerminal() async throws {
        #expect(try await laptop.sml(try run(["--no-wait-for-loadtest"])).code == 0)
        scheduler.set("100", "COMPLETED", end: 9)
        laptop.fake.fail("job", .status(404))
        let terminal = try PseudoTerminal("sml", ["loadtest", "attach", "100", "--verbose"], environment: laptop.environment)
        #expect(try await terminal.end().code == 0, "\(terminal.screen)")
        let erased = "\r\u{1B}[K"
        #expect(
            terminal.screen.contains("\(erased)job 100: not known to SLURM yet\(erased)GET /compute/cluster/jobs/100"), "\(terminal.screen)"
        )
        let calls = terminal.screen.split(separator: "\r\n").filter { $0.contains(#/ → \d{3} /#) }
        #expect(calls.count >= 8 && calls.allSatisfy { $0.contains(/\u{1B}\[K(GET|POST|DELETE) \S+ → \d{3} \(\d+ ms\)$/) }, "\(calls)")
    }

    /// A log that no `tail` reads is no reason to miss the end.
    @Test(arguments: [408, 500]) func aSlowFileSystemTakesNoEndAway(status: Int) async throws {
        #expect(try await laptop.sml(try run(["--no-wait-for-loadtest"])).code == 0)
        scheduler.set("100", "FAILED", exitCode: 1, end: 9)
        for _ in 0..<50 { laptop.fake.fail("tail", .status(status)) }
        let attached = try await laptop.sml(["attach", "100"])
        #expect(attached.code == 116 && attached.errors.contains("failed (FAILED, exit code 1)"), "\(attached.errors)")
        #expect(attached.output.contains("=== LLM Load Test Summary ==="))
    }

    /// The list lacks a job for a while that the server knows by its number.
    @Test func aSubmissionInDoubtIsFoundByItsName() async throws {
        laptop.fake.hidesNewJobsFromTheList = true
        laptop.fake.fail("submit", .failAfter(500))
        let doubtful = try await laptop.sml(try run([]))
        #expect(doubtful.code == 69, "\(doubtful.errors)")
        let name = String(try #require(doubtful.errors.firstMatch(of: /may be queued as (sml_loadtest_\w+)/), "\(doubtful.errors)").1)
        #expect(doubtful.errors.contains("sml loadtest attach \(name)") && doubtful.errors.contains("sml loadtest cancel \(name)"))
        #expect(scheduler.jobs.count == 1)
        scheduler.set("100", "COMPLETED", end: 9)
        laptop.fake.hidesNewJobsFromTheList = false
        let attached = try await laptop.sml(["attach", name])
        #expect(attached.code == 0 && attached.errors.contains("Job submitted: 100\n"), "\(attached.errors)")
        // From now on by its number too.
        let cancelled = try await laptop.sml(["cancel", "100"])
        #expect(cancelled.code == 0 && cancelled.output.hasPrefix("Job 100 was over already."), "\(cancelled.output)")
        #expect(try CanarySearch.files(in: laptop.fake.options.root) == [:])
        #expect(laptop.fake.violations == [])
    }

    @Test func aCancelledNameThatNobodyKnowsLeavesNoKey() async throws {
        laptop.fake.hidesNewJobsFromTheList = true
        laptop.fake.fail("submit", .status(500))
        let doubtful = try await laptop.sml(try run([]))
        let name = String(try #require(doubtful.errors.firstMatch(of: /may be queued as (sml_loadtest_\w+)/), "\(doubtful.errors)").1)
        #expect(try CanarySearch.files(in: laptop.fake.options.root).count == 1)
        let cancelled = try await laptop.sml(["cancel", name])
        #expect(cancelled.code == 0 && cancelled.output.hasPrefix("SLURM knows no job \(name)."), "\(cancelled.output)")
        #expect(try CanarySearch.files(in: laptop.fake.options.root) == [:])
    }

    /// SLURM forgets jobs.
    @Test func aForgottenJobIsOver() async throws {
        #expect(try await laptop.sml(try run(["--no-wait-for-loadtest"])).code == 0)
        laptop.fake.fail("cancel", .status(500, message: Self.refused + "Invalid job id specified"))
        let cancelled = try await laptop.sml(["cancel", "100"])
        #expect(cancelled.code == 0 && cancelled.output.hasPrefix("Job 100 is over, and SLURM has forgotten it."), "\(cancelled.output)")
        #expect(try CanarySearch.files(in: laptop.fake.options.root) == [:])
    }
    private static let refused = "Unexpected Slurm command response. exit_status:0 std_err:scancel: error: Kill job error on job id 100: "

    /// An administrator shortened the limit of 20 minutes to one; the job was warned before it.
    @Test func aShortenedLimitIsTheLimit() async throws {
        #expect(try await laptop.sml(try run(["--no-wait-for-loadtest"])).code == 0)
        scheduler.set("100", "FAILED", exitCode: 105, end: 9, limit: 60)
        let attached = try await laptop.sml(["attach", "100"])
        #expect(
            attached.code == 111 && attached.errors.contains("job 100 reached its time limit; it was told in time"), "\(attached.errors)")
    }

    @Test func recordsThatStayOnTheClusterHaveACodeOfTheirOwn() async throws {
        #expect(try await laptop.sml(try run(["--no-wait-for-loadtest"])).code == 0)
        scheduler.set("100", "COMPLETED", end: 9)
        // The summary's, then the records'.
        laptop.fake.fail("download", .pass, .status(403))
        let attached = try await laptop.sml(["attach", "100"])
        #expect(attached.code == 119, "\(attached.errors)")
        #expect(attached.output.contains("=== LLM Load Test Summary ==="))
        #expect(attached.errors.hasSuffix("  fetch what is missing: sml loadtest attach 100\n"), "\(attached.errors)")
        #expect(try await laptop.sml(["attach", "100"]).code == 0)
    }

    /// Nothing can be seen of them from here, which is no error.
    @Test func filesTheServerDoesNotShowAreAWarning() async throws {
        let submitted = try await laptop.sml(
            try run(["--no-wait-for-loadtest", "--loadtest-prompts-file", "/capstor/p/p.json", "--loadtest-container-image", "/opt/i.sqsh"])
        )
        #expect(submitted.code == 0, "\(submitted.errors)")
        for option in ["--loadtest-prompts-file /capstor/p/p.json", "--loadtest-container-image /opt/i.sqsh"] {
            #expect(submitted.errors.contains("sml: warning: \(option): is outside the file systems"), "\(submitted.errors)")
        }
    }

    /// A name that only the cluster knows: said at once, and the job asks.
    @Test func aServerThatOnlyTheClusterReachesIsAskedByTheJob() async throws {
        let start = ContinuousClock.now
        let arguments = try run([
            "--no-wait-for-loadtest", "--loadtest-model", "m", "--loadtest-server-url", "http://nid001234.invalid:8080",
        ])
        let submitted = try await laptop.sml(arguments.filter { $0 != "--no-wait-until-healthy" })
        #expect(submitted.code == 0, "\(submitted.errors)")
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(
            submitted.errors.contains(
                /Model health is asked by the job, which waits up to \S+ for the server: nid001234.invalid cannot be reached from here/),
            "\(submitted.errors)")
        #expect(laptop.fake.requests.contains { $0.contains("--server-wait") })
    }

    /// 15 s of load by the plan, on a cluster that starts the job at once; the times are the server's.
    @Test func aRunCostsFewCallsAndItsSummaryComesAtOnce() async throws {
        let arguments = try laptop.run(
            seconds: 15, server: "http://127.0.0.1:9", prompts: "\(Self.home)/prompts.json", image: "\(Self.home)/image.sqsh")
        let program = try laptop.start(arguments)
        try await eventually(within: 30, "submission") { !scheduler.jobs.isEmpty }
        scheduler.set("100", "RUNNING")
        let running = ContinuousClock.now
        // What a job needs to start and to end.
        try await Task.sleep(for: .milliseconds(16_700))
        scheduler.set("100", "COMPLETED", end: 9)
        let ended = ContinuousClock.now
        #expect(try await program.end(within: 30) == 0, "\(program.errors)")
        let downloaded = try #require(laptop.fake.requests.first { $0.requestLine.contains("summary.json") }).time
        print("calls: \(laptop.fake.calls.count); summary asked for \(downloaded - ended) after the job's end: \(laptop.fake.calls)")
        // The looks at the job, three and the log's one here, go by the clock.
        #expect(laptop.fake.calls.count <= 22, "\(laptop.fake.calls)")
        #expect(downloaded - ended < .seconds(2), "\(downloaded - running)")
        // Progress on the way.
        #expect(program.errors.contains("RUNNING for"))
        #expect(laptop.fake.calls.contains { $0.hasSuffix("/tail") })
        #expect(laptop.fake.violations == [])
    }

    @Test func aDryRunStagesNothing() async throws {
        let shown = try await laptop.sml(try run(["--dry-run"]))
        #expect(shown.code == 0 && shown.output.contains("#SBATCH --account=testacct\n"), "\(shown.errors)")
        #expect(!shown.output.contains(Laptop.canary))
        #expect(laptop.fake.calls.allSatisfy { $0 == "POST token" || $0.hasPrefix("GET /status/") })
    }
}
