// A model brought up, tested and taken down on a real SLURM, and everything that can go wrong on the way: what the user
// sees, the exit code, and that nothing is left running.

import Foundation
import Metrics
import Testing

/// Within, because both need the nodes of the one cluster that has networks, one after the other.
extension ModelJobTests {
    @Suite struct LaunchTests {
        @Test(arguments: [1, 2]) func aModelIsLaunchedTestedAndCancelled(nodesPerReplica: Int) async throws {
            let run = try await LaunchRun(
                extra: ["--cancel-after-loadtest", "--slurm-nodes", "\(nodesPerReplica)"])
            #expect(try await run.program.end(within: 300) == 0, "\(run.program.errors)")
            let (model, loadtest) = (try #require(run.jobs.first), try #require(run.jobs.last))
            #expect(run.jobs.count == 2)
            let errors = run.program.errors
            #expect(errors.contains("Served model name: \(run.bed.user)/vendor/m\nLogs: \(run.bed.home)/.sml/logs/\(model)\n"))
            #expect(errors.contains("Model health is HEALTHY.") && errors.contains("job \(model): RUNNING"))
            #expect(errors.hasSuffix("Cancelling job after loadtest: \(model)\n"))
            #expect(run.program.output.contains("=== LLM Load Test Summary ==="))
            let results = try run.results()
            #expect(results.requests.count == 60 && results.count("sml", "counts", "planned") == 60)
            #expect(results.summary[path: "sml", "run", "model"] == .string("\(run.bed.user)/vendor/m"))
            #expect(results.outcome?.kind == .completed)
            try await run.leavesNothing()
            #expect(try await run.state(model).hasPrefix("CANCELLED"))
            #expect(try await run.state(loadtest) == "COMPLETED|0:0")
            let head = try String(contentsOfFile: "\(run.bed.home)/.sml/logs/\(model)/replica_0.out", encoding: .utf8)
            #expect(head.contains("rank 0 of \(nodesPerReplica)"))
        }

        /// Of a site that has pyxis and nothing of CSCS's.
        @Test func whereThereIsOnlyPyxisAModelIsLaunchedToo() async throws {
            let bed = try await SlurmBed.networked.value
            let mark = bed.directory + "/plain-pyxis"
            try Data().write(to: URL(filePath: mark))
            defer { try? FileManager.default.removeItem(atPath: mark) }
            let run = try await LaunchRun(["STAND_IN_NOTE": "it's, $HOME"])
            #expect(try await run.program.end(within: 300) == 0, "\(run.program.errors)")
            #expect(try run.results().requests.count == 60)
            try await run.leavesNothing()
            // What it has no option for is named before anything is submitted.
            let path = "\(bed.home)/annotated-\(UUID().uuidString).toml"
            let annotated = "[annotations]\ncom.hooks.cxi.enabled = \"true\"\n"
            try Data((try await ModelJob.environment() + annotated).utf8).write(to: URL(filePath: path))
            let refused = try await LaunchRun(extra: ["--slurm-environment", path])
            #expect(try await refused.program.end(within: 60) == 64)
            #expect(refused.program.errors.contains("\(path): annotations.com.hooks.cxi.enabled: is CSCS's container engine's"))
            #expect(refused.jobs.isEmpty)
        }

        /// On all five nodes.
        @Test func twoReplicasOfTwoNodesAreTestedThroughTheirRouter() async throws {
            let run = try await LaunchRun(
                extra: ["--cancel-after-loadtest", "--slurm-replicas", "2", "--slurm-nodes", "2", "--use-router"])
            #expect(try await run.program.end(within: 300) == 0, "\(run.program.errors)")
            let model = try #require(run.jobs.first)
            let results = try run.results()
            #expect(results.requests.count == 60 && results.requests.allSatisfy { $0.status == 200 })
            #expect(results.outcome?.kind == .completed)
            let logs = "\(run.bed.home)/.sml/logs/\(model)"
            let endpoint = try String(contentsOfFile: "\(logs)/endpoint", encoding: .utf8)
            #expect(endpoint.hasSuffix(":30000\n"), "\(endpoint)")
            #expect(results.summary[path: "sml", "run", "url"] == .string(endpoint.dropLast() + "/v1/chat/completions"))
            try await run.leavesNothing()
            #expect(try await run.state(model).hasPrefix("CANCELLED"))
        }

        @Test func aModelThatDiesWhileLoadingEndsTheWaitWithItsLastWords() async throws {
            let run = try await LaunchRun(["STAND_IN_FAIL": "loading"])
            #expect(try await run.program.end(within: 180) == 118, "\(run.program.errors)")
            let model = try #require(run.jobs.first)
            #expect(run.jobs.count == 1)
            #expect(run.program.errors.contains("torch.OutOfMemoryError: CUDA out of memory."), "\(run.program.errors)")
            #expect(run.program.errors.hasSuffix("sml: model job \(model) failed (exit code 1) before the model was healthy\n"))
            try await run.leavesNothing()
        }

        @Test(arguments: [true, false]) func aModelThatNeverBecomesHealthyIsGivenUp(isCancelled: Bool) async throws {
            let run = try await LaunchRun(
                ["STAND_IN_FAIL": "never"],
                extra: ["--loadtest-ready-timeout", "8"] + (isCancelled ? ["--cancel-after-loadtest"] : []))
            #expect(try await run.program.end(within: 120) == 75, "\(run.program.errors)")
            let model = try #require(run.jobs.first)
            #expect(run.jobs.count == 1)
            #expect(run.program.errors.contains("gave up after 8 s"), "\(run.program.errors)")
            if isCancelled {
                #expect(run.program.errors.contains("Cancelling job after loadtest: \(model)\n"))
            } else {
                #expect(run.program.errors.contains("cancel it:         sml loadtest cancel \(model)\n"))
                let cancelled = try await run.bed.sml(["loadtest", "cancel", model], in: run.scratch)
                #expect(
                    cancelled.code == 0 && cancelled.output == "Cancelled job \(model), which served \(run.bed.user)/vendor/m\n",
                    "\(cancelled.errors)")
            }
            try await run.leavesNothing()
        }

        @Test func aModelCancelledByHandEndsTheWait() async throws {
            let run = try await LaunchRun(["STAND_IN_FAIL": "never"])
            let model = try await run.submits(1)
            try await run.says("job \(model): RUNNING")
            try await run.bed.administer("scancel", [model], in: run.scratch)
            #expect(try await run.program.end(within: 90) == 118, "\(run.program.errors)")
            #expect(run.program.errors.contains("sml: model job \(model) was cancelled before the model was healthy\n"))
            try await run.leavesNothing()
        }

        /// The generator refuses what it is given to send.
        @Test func aLoadTestThatFailsTakesTheModelWithIt() async throws {
            let run = try await LaunchRun(corpus: "[]")
            #expect(try await run.program.end(within: 240) == 107, "\(run.program.errors)")
            #expect(run.jobs.count == 2)
            #expect(run.program.errors.contains("the prompt corpus is missing, unreadable or empty"))
            #expect(run.program.errors.hasSuffix("Cancelling job after loadtest: \(run.jobs[0])\n"))
            try await run.leavesNothing()
        }

        /// It goes down in the middle of the test: the test is carried out, and its user told.
        @Test func aModelThatDiesDuringTheTestIsSaid() async throws {
            let run = try await LaunchRun(["STAND_IN_LIVE_SECONDS": "20"], seconds: 40)
            _ = try await run.submits(2)
            #expect(try await run.program.end(within: 300) == 0, "\(run.program.errors)")
            #expect(
                run.program.errors.contains("sml: warning: model job \(run.jobs[0]) failed (exit code 1) during the load test"),
                "\(run.program.errors)")
            #expect(!run.program.errors.contains("Cancelling"))
            try await run.leavesNothing()
        }

        enum Moment: CaseIterable { case waiting, testing }

        @Test(arguments: Moment.allCases) func controlCCancelsBothJobsWhereAsked(moment: Moment) async throws {
            let run = try await LaunchRun(moment == .waiting ? ["STAND_IN_FAIL": "never"] : [:], seconds: 300)
            let model = try await run.submits(1)
            switch moment {
            case .waiting: try await run.says("job \(model): RUNNING")
            case .testing:
                let loadtest = try await run.submits(2)
                // A generator that has not begun has no results to bring home.
                let log = "\(run.bed.home)/.sml/loadtest_runs/logs/\(loadtest)/loadtest.out"
                try await eventually(within: 90, "progress of the load test") {
                    (try? String(contentsOfFile: log, encoding: .utf8))?.contains(" done, ") == true
                }
            }
            run.program.signal(SIGINT)
            #expect(try await run.program.end(within: 120) == (moment == .waiting ? 130 : 112), "\(run.program.errors)")
            #expect(run.program.errors.hasSuffix("Cancelling job after loadtest: \(model)\n"), "\(run.program.errors)")
            if moment == .testing { #expect(try run.results().outcome?.kind == .interrupted) }
            try await run.leavesNothing()
        }

        @Test func controlCLeavesBothJobsOtherwiseAndSaysHowToReachThem() async throws {
            let run = try await LaunchRun(seconds: 8, extra: [])
            let model = try await run.submits(1)
            let loadtest = try await run.submits(2)
            run.program.signal(SIGINT)
            #expect(try await run.program.end(within: 30) == 130, "\(run.program.errors)")
            for words in ["sml loadtest attach \(loadtest)", "sml loadtest cancel \(loadtest)", "sml loadtest cancel \(model)"] {
                #expect(run.program.errors.contains(words), "\(run.program.errors)")
            }
            let attached = try await run.bed.sml(["loadtest", "attach", loadtest], in: run.scratch, within: 180)
            #expect(attached.code == 0, "\(attached.errors)")
            #expect(attached.errors.contains("Summary: \(run.bed.home)/.sml/loadtest/\(model)/summary_load8_"), "\(attached.errors)")
            let refused = try await run.bed.sml(["loadtest", "attach", model], in: run.scratch)
            #expect(refused.code == 64 && refused.errors.contains("job \(model): serves \(run.bed.user)/vendor/m"), "\(refused.errors)")
            #expect(try await run.bed.sml(["loadtest", "cancel", model], in: run.scratch).code == 0)
            try await run.leavesNothing()
        }

        @Test(arguments: [
            ("--loadtest-prompts-file", "/gone/prompts.json", "--loadtest-prompts-file /gone/prompts.json: does not exist on the cluster"),
            ("--slurm-environment", "image = \"/bin/sh\"\n", "image /bin/sh: is no container image; expected a squashfs file"),
            ("--loadtest-container-image", "/etc/passwd", "--loadtest-container-image /etc/passwd: is no container image"),
            (
                "--loadtest-container-image", "/etc",
                "--loadtest-container-image /etc: cannot be read as an image: /etc: cannot read: Is a directory"
            ),
            ("--loadtest-container-image", "/gone/i.sqsh", "--loadtest-container-image /gone/i.sqsh: does not exist on the cluster"),
            ("--partition", "gpu", "--partition: \"gpu\" does not exist; known are normal"),
            ("--slurm-time", "13:00:00", "--slurm-time: 13:00:00 is more than partition \"normal\" allows, which is 12:00:00"),
            ("--slurm-environment", "image = \"/gone/model.sqsh\"\n", "image: /gone/model.sqsh does not exist on the cluster"),
            (
                "--slurm-environment", "image = \"IMAGE\"\nmounts = [\"/etc:/models\"]\n",
                "the model's weights: /models/stand-in, which is /etc/stand-in on the cluster, does not exist"
            ),
        ]) func whatIsWrongIsFoundBeforeAnythingIsSubmitted(flag: String, value: String, words: String) async throws {
            var value = value
            if flag == "--slurm-environment" {
                let path = "\(try await SlurmBed.networked.value.home)/wrong-\(UUID().uuidString).toml"
                value = value.replacing("IMAGE", with: try await SlurmBed.networked.value.image)
                try Data(value.utf8).write(to: URL(filePath: path))
                value = path
            }
            let run = try await LaunchRun(extra: [flag, value])
            #expect(try await run.program.end(within: 60) == 64, "\(run.program.errors)")
            #expect(run.program.errors.contains(words), "\(run.program.errors)")
            #expect(run.jobs.isEmpty && run.program.errors.split(separator: "\n").count == 1, "\(run.program.errors)")
        }

        /// Both jobs are on the way before the queue is looked at again.
        @Test func aModelThatWaitsInTheQueueIsShownToWait() async throws {
            let nodes = try await SlurmBed.networked.value.nodeNames.count
            let blocker = try await LaunchRun(
                ["STAND_IN_FAIL": "never"], extra: ["--slurm-replicas", "\(nodes)", "--cancel-after-loadtest"])
            let first = try await blocker.submits(1)
            try await blocker.says("job \(first): RUNNING")
            let run = try await LaunchRun()
            let model = try await run.submits(1)
            try await run.says("job \(model): PENDING (")
            blocker.program.signal(SIGINT)
            #expect(try await blocker.program.end(within: 90) == 130)
            #expect(try await run.program.end(within: 300) == 0, "\(run.program.errors)")
            try await run.leavesNothing()
        }
    }
}
