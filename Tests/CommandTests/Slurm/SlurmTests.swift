// `sml loadtest run` from submission to summary on a real SLURM, and everything SLURM can do to a job in between.

import Foundation
import Metrics
import TestSupport
import Testing

@testable import Submit

@Suite(.serialized, .enabled(if: SlurmBed.isPossible, SlurmBed.needsRoot)) struct SlurmTests {
    @Test func aRunBringsItsSummaryHome() async throws {
        let run = try await SlurmRun(seconds: 3, model: "org/m", extra: ["--wait-until-healthy"])
        let job = try await run.job()
        #expect(try await run.program.end(within: 120) == 0, "\(run.program.errors)")
        let results = try run.results(run.program.errors)
        #expect(results.count("sml", "counts", "planned") == results.requests.count)
        #expect(results.outcome?.kind == .completed)
        #expect(run.program.output.contains("=== LLM Load Test Summary ==="))
        #expect(Set(results.labels) == Set(Scratch.tokens.keys))
        // One more at the endpoint: the health check.
        #expect(try await run.endpoint.stop().count == results.requests.count + 1)
        // The key was in files of the run only, and is gone from there.
        let runs = run.bed.home + "/.sml/loadtest_runs"
        for name in try FileManager.default.subpathsOfDirectory(atPath: runs) {
            let text = FileManager.default.contents(atPath: "\(runs)/\(name)") ?? Data()
            #expect(text.firstRange(of: Data(SlurmRun.key.utf8)) == nil, "\(name)")
        }
        let accounted = try await run.bed.administer("sacct", ["-n", "-X", "-P", "-j", job, "-o", "State,ExitCode"], in: run.scratch)
        #expect(accounted == "COMPLETED|0:0\n")
    }

    @Test func hostileNamesArriveAsTheyAre() async throws {
        let model = "a\"b'c $(touch /tmp/x) `id` \\ ü,; *"
        let label = "l\"a'b $(id) `id` \\ é\n2"
        let corpus = try JSONEncoder().encode([["label": label, "content": "one $(id) 'two'"]])
        let run = try await SlurmRun(seconds: 2, model: model, corpus: String(decoding: corpus, as: UTF8.self))
        #expect(try await run.program.end(within: 120) == 0, "\(run.program.errors)")
        let results = try run.results(run.program.errors)
        #expect(results.labels == [label])
        #expect(results.summary[path: "sml", "run", "model"] == .string(model))
        try await run.agrees(results)
    }

    enum Canceller: CaseIterable { case sml, scancel, interrupt }

    @Test(arguments: Canceller.allCases)
    func aCancelledRunLeavesItsPartialSummary(by canceller: Canceller) async throws {
        let run = try await SlurmRun(seconds: 300, extra: canceller == .interrupt ? ["--cancel-on-interrupt"] : [])
        let job = try await run.job()
        try await run.sends()
        switch canceller {
        case .sml: #expect(try await run.bed.sml(["loadtest", "cancel", job], in: run.scratch).code == 0)
        case .scancel: try await run.bed.administer("scancel", [job], in: run.scratch)
        case .interrupt: run.program.signal(SIGINT)
        }
        #expect(try await run.program.end(within: 90) == 112, "\(run.program.errors)")
        #expect(run.program.errors.contains("job \(job) was cancelled"))
        try await run.isInterrupted(run.program.errors)
    }

    /// SLURM's signal before the limit ends the run in order, so that the job ends as failed, with the generator's code.
    @Test func theTimeLimitLeavesAPartialSummary() async throws {
        let run = try await SlurmRun(seconds: 300)
        let job = try await run.job()
        try await run.sends()
        // The command refuses a limit that the run does not fit into; an administrator does not ask.
        try await run.bed.administer("scontrol", ["update", "jobid=\(job)", "timelimit=1"], in: run.scratch)
        #expect(try await run.program.end(within: 180) == 111, "\(run.program.errors)")
        #expect(run.program.errors.contains("job \(job) reached its time limit; it was told in time"))
        try await run.isInterrupted(run.program.errors)
    }

    @Test func aLostNodeIsSaid() async throws {
        let run = try await SlurmRun(seconds: 300, partition: "node3")
        let job = try await run.job()
        // 20 a second: past the second after which the records file was written to for the first time.
        try await run.sends(atLeast: 60)
        try await run.bed.lose(node: run.bed.nodeNames[2], job: job, in: run.scratch)
        #expect(try await run.program.end(within: 120) == 113, "\(run.program.errors)")
        #expect(run.program.errors.contains("job \(job) lost its node"))
        // What was on disk when the node went is there, and is a result.
        #expect(run.program.errors.contains("the run wrote no summary; this one is computed from its records"))
        let path = try run.value("Summary: ", in: run.program.errors)
        let read = try Summary(jsonData: Array(Data(contentsOf: URL(filePath: path))), path: path).document
        #expect(read[path: "sml", "outcome", "kind"] == .string("interrupted"))
        #expect(read[path: "sml", "counts", "finished"]?.integer ?? 0 > 0)
    }

    @Test func aFullQueueIsSaidAndTheJobIsTakenUpAgain() async throws {
        let first = try await SlurmRun(seconds: 300, partition: "node1", extra: ["--no-wait-for-loadtest"])
        let blocking = try await first.job()
        #expect(try await first.program.end(within: 30) == 0, "\(first.program.errors)")
        // A queue that is asked for jobs that run only, shows this one as gone.
        let second = try await SlurmRun(
            seconds: 3, partition: "node1", environment: ["SQUEUE_STATES": "RUNNING", "SQUEUE_PARTITION": "node2"])
        let job = try await second.job()
        try await eventually(within: 60, "reason of waiting") {
            second.program.errors.contains("job \(job): PENDING (Resources)")
                || second.program.errors.contains("job \(job): PENDING (Priority)")
        }
        second.program.signal(SIGINT)
        #expect(try await second.program.end(within: 30) == 130)
        #expect(
            second.program.errors.contains("sml loadtest attach \(job)") && second.program.errors.contains("sml loadtest cancel \(job)"))
        #expect(try await first.bed.sml(["loadtest", "cancel", blocking], in: first.scratch).code == 0)
        let attached = try await second.bed.sml(["loadtest", "attach", job], in: second.scratch, within: 120)
        #expect(attached.code == 0, "\(attached.errors)")
        try await second.agrees(try second.results(attached.errors))
        _ = try await first.endpoint.stop()
    }

    @Test func controlCLeavesTheJobRunning() async throws {
        let run = try await SlurmRun(seconds: 12)
        let job = try await run.job()
        try await run.sends()
        run.program.signal(SIGINT)
        #expect(try await run.program.end(within: 30) == 130)
        let attached = try await run.bed.sml(["loadtest", "attach", job], in: run.scratch, within: 120)
        #expect(attached.code == 0, "\(attached.errors)")
        let results = try run.results(attached.errors)
        let dropped = results.dropped.reduce(0) { $0 + Int($1.droppedArrivals) }
        #expect(results.count("sml", "counts", "planned") == results.requests.count + dropped)
        try await run.agrees(results)
    }

    /// A plugin of the site that thinks for long: the job is there all the same, and is found by its name.
    @Test func aSubmissionWithoutAnAnswerInTimeIsFound() async throws {
        let bed = try await SlurmBed.shared.value
        let scratch = try Scratch()
        let name = "slow_\(UUID().uuidString.prefix(8))"
        try bed.slowDown(seconds: 30)
        defer { try? bed.slowDown(seconds: 0) }
        let launcher = SlurmLauncher(
            environment: bed.environment, limits: SlurmLauncher.Limits(submission: .seconds(4), settling: .milliseconds(200)))
        let id = try await launcher.submit(
            JobSubmission(
                name: name, script: "#!/bin/bash\n#SBATCH --job-name=\(name)\n#SBATCH --output=/dev/null\n#SBATCH --account=root\ntrue\n",
                directory: "/tmp", logDirectory: "logs-\(name)", account: nil))
        let queued = try await bed.administer("squeue", ["-h", "--states=all", "--name", name, "-o", "%i"], in: scratch)
        #expect(queued == "\(id)\n")
        try? FileManager.default.removeItem(atPath: "/tmp/logs-\(name)")
    }

    /// The job ends at once, and who waited for it delivers what it could not.
    @Test func aReceiverThatIsAwayHoldsNoNode() async throws {
        let receiver = try ScriptedReceiver(isListening: false)
        let run = try await SlurmRun(seconds: 2, remoteWrite: receiver.url)
        let job = try await run.job()
        let directory = "\(run.bed.home)/.sml/loadtest_runs/\(try run.value("Run label: ", in: run.program.errors))"
        let file = directory + "/undelivered.smlpush"
        try await eventually(within: 120, "undelivered series in \(directory)") { FileManager.default.fileExists(atPath: file) }
        try receiver.start()
        #expect(try await run.program.end(within: 120) == 0, "\(run.program.errors)")
        #expect(
            run.program.errors.contains("series that the job could not deliver: delivered to \(receiver.url) from here"),
            "\(run.program.errors)")
        #expect(!receiver.requests.isEmpty)
        let elapsed = try await run.bed.administer("sacct", ["-n", "-X", "-P", "-j", job, "-o", "ElapsedRaw"], in: run.scratch)
        #expect(try #require(Int(elapsed.trimmingCharacters(in: .newlines))) < 30)
        // What the job printed is a command that works where the file is.
        let log = try String(contentsOfFile: "\(run.bed.home)/.sml/loadtest_runs/logs/\(job)/loadtest.out", encoding: .utf8)
        #expect(log.contains("\n  sml loadtest push \(file) --url \(receiver.url)\n"), "\(log)")
        // Nothing is left to deliver, here or there.
        #expect(!FileManager.default.fileExists(atPath: file))
        // And nothing that is not here too.
        let list = try await run.bed.sml(["loadtest", "clean"], in: run.scratch)
        #expect(list.code == 0 && list.output.contains("remove\t\(directory)\t"), "\(list)")
        let removed = try await run.bed.sml(["loadtest", "clean", "--remove"], in: run.scratch)
        #expect(removed.code == 0 && removed.output.contains("removed\t\(directory)\t"), "\(removed)")
        #expect(!FileManager.default.fileExists(atPath: directory))
        _ = try await run.endpoint.stop()
    }

    @Test func anUnknownPartitionIsRefusedBeforeAnythingIsStaged() async throws {
        let bed = try await SlurmBed.shared.value
        let runs = bed.home + "/.sml/loadtest_runs"
        let before = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
        let run = try await SlurmRun(seconds: 3, partition: "norml")
        #expect(try await run.program.end(within: 30) == 64)
        #expect(run.program.errors.contains("--partition: \"norml\" does not exist; known are normal"))
        #expect(try Set((try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []) == Set(before))
        #expect(try await run.endpoint.stop().isEmpty)
    }

    /// SLURM takes such a job and lets it wait for ever.
    @Test func aJobLongerThanItsPartitionAllowsIsRefusedToo() async throws {
        let run = try await SlurmRun(seconds: 3, partition: "node1", extra: ["--loadtest-job-time", "00:30:01"])
        #expect(try await run.program.end(within: 30) == 64)
        #expect(run.program.errors == "sml: --loadtest-job-time: 00:30:01 is more than partition \"node1\" allows, which is 00:30:00\n")
    }
}

extension SlurmRun {
    /// A part of the plan was carried out, and summary, records and the endpoint's log say the same of it.
    func isInterrupted(_ errors: String) async throws {
        let results = try results(errors)
        #expect(results.summary[path: "sml", "outcome", "kind"] == .string("interrupted"))
        #expect(results.outcome?.kind == .interrupted)
        #expect(results.count("sml", "counts", "planned") > results.requests.count)
        try await agrees(results)
    }
}
