// Two models brought up, loaded at once, compared and taken down on a real SLURM, and what becomes of both when one of them, the load
// test or the user ends it all before.

import Foundation
import Metrics
import Testing

extension ModelJobTests {
    @Suite struct LaunchABTests {
        private static let differing = ["--ab", "--a-framework-args", "--tp-size 4", "--b-framework-args", "--dp-size 4"]

        /// - Parameter ofB: variables for B's stand-in.
        private func start(
            _ ofB: [String: String] = [:], seconds: Int = 3, corpus: String = Scratch.prompts, _ extra: [String] = []
        ) async throws -> LaunchRun {
            let environment = "\(try await SlurmBed.networked.value.home)/b-\(UUID().uuidString).toml"
            try Data(try await ModelJob.environment(ofB).utf8).write(to: URL(filePath: environment))
            return try await LaunchRun(
                seconds: seconds, corpus: corpus,
                extra: Self.differing + ["--b-environment", environment, "--cancel-after-loadtest"] + extra)
        }

        private func summary(_ run: LaunchRun) throws -> RunResult {
            let line = run.program.errors.split(separator: "\n").first { $0.hasPrefix("Summary: ") }
            let path = String(try #require(line, "\(run.program.errors)").dropFirst("Summary: ".count))
            #expect(path.hasPrefix("\(run.bed.home)/.sml/loadtest/\(run.jobs[0])-\(run.jobs[1])/summary_"), "\(path)")
            return try Summary(path: path).result
        }

        private func areCancelled(_ run: LaunchRun) async throws {
            try await run.leavesNothing()
            for model in run.jobs.prefix(2) { #expect(try await run.state(model).hasPrefix("CANCELLED"), "\(run.program.errors)") }
        }

        @Test func twoModelsAreLaunchedComparedAndCancelled() async throws {
            let run = try await start(seconds: 12)
            // On a busy machine twelve seconds are no verdict.
            #expect([0, 65].contains(try await run.program.end(within: 300)), "\(run.program.errors)\(run.program.output)")
            try #require(run.jobs.count == 3, "\(run.program.errors)")
            let (a, b) = (run.jobs[0], run.jobs[1])
            let errors = run.program.errors
            #expect(errors.contains("Arm a:\nJob submitted: \(a)\nServed model name: \(run.bed.user)/vendor/m\n"))
            #expect(errors.contains("Arm b:\nJob submitted: \(b)\n"))
            #expect(errors.contains("arm a: Model health is HEALTHY.") && errors.contains("arm b: Model health is HEALTHY."))
            #expect(errors.hasSuffix("Cancelling job after loadtest: \(a)\nCancelling job after loadtest: \(b)\n"), "\(errors)")
            #expect(run.program.output.contains("=== Comparison: B against A ===\nA arm a: load12"), "\(run.program.output)")
            let lanes = try summary(run).lanes
            #expect(lanes.map(\.name) == ["a", "b"] && lanes.allSatisfy { $0.result.metrics.count(.succeeded) == 240 })
            #expect(lanes.allSatisfy { $0.result.run?.server?.gpus == 4 })
            #expect(Set(lanes.map { $0.result.run?.url ?? "" }).count == 2)
            try await areCancelled(run)
        }

        @Test func anArmThatDiesInTheMiddleIsSaid() async throws {
            let run = try await start(["STAND_IN_LIVE_SECONDS": "25"], seconds: 45)
            #expect(try await run.program.end(within: 300) == 65, "\(run.program.errors)")
            try #require(run.jobs.count == 3, "\(run.program.errors)")
            let (errors, output) = (run.program.errors, run.program.output)
            #expect(output.contains("NO COMPARISON\n  arm b answered nothing any more from"), "\(output)")
            #expect(
                errors.contains("sml: warning: model job \(run.jobs[1]) (arm b) failed (exit code 1) during the load test"), "\(errors)")
            #expect(errors.hasSuffix("Cancelling job after loadtest: \(run.jobs[0])\n"), "\(errors)")
            let lanes = try summary(run).lanes
            #expect(lanes[0].result.metrics.count(.succeeded) == 900 && lanes[1].result.metrics.count(.succeeded) < 900)
            try await run.leavesNothing()
        }

        @Test func oneThatDoesNotComeUpTakesTheOtherWithIt() async throws {
            let run = try await start(["STAND_IN_FAIL": "loading"])
            #expect(try await run.program.end(within: 180) == 118, "\(run.program.errors)")
            try #require(run.jobs.count == 2, "\(run.program.errors)")
            let errors = run.program.errors
            #expect(errors.contains("torch.OutOfMemoryError: CUDA out of memory."))
            #expect(
                errors.hasSuffix(
                    "sml: model job \(run.jobs[1]) (arm b) failed (exit code 1) before the model was healthy\n"
                        + "Cancelling job after loadtest: \(run.jobs[0])\n"), "\(errors)")
            try await run.leavesNothing()
            #expect(try await run.state(run.jobs[0]).hasPrefix("CANCELLED"))
        }

        @Test func oneThatIsNeverHealthyIsGivenUpWithTheOther() async throws {
            let run = try await start(["STAND_IN_FAIL": "never"], ["--loadtest-ready-timeout", "15"])
            #expect(try await run.program.end(within: 120) == 75, "\(run.program.errors)")
            #expect(run.program.errors.contains("sml: arm b: Model health is"), "\(run.program.errors)")
            #expect(run.jobs.count == 2)
            try await areCancelled(run)
        }

        @Test func aLoadTestThatFailsTakesBothWithIt() async throws {
            let run = try await start(corpus: "[]")
            #expect(try await run.program.end(within: 240) == 107, "\(run.program.errors)")
            #expect(run.jobs.count == 3)
            try await areCancelled(run)
        }

        @Test(arguments: [true, false]) func controlCCancelsBoth(isTesting: Bool) async throws {
            let run = try await start(isTesting ? [:] : ["STAND_IN_FAIL": "never"], seconds: 300)
            _ = try await run.submits(2)
            if isTesting {
                let loadtest = try await run.submits(3)
                let log = "\(run.bed.home)/.sml/loadtest_runs/logs/\(loadtest)/loadtest.out"
                try await eventually(within: 90, "progress of the load test") {
                    (try? String(contentsOfFile: log, encoding: .utf8))?.contains(" done, ") == true
                }
            } else {
                try await run.says("arm b: job \(run.jobs[1]): RUNNING")
            }
            run.program.signal(SIGINT)
            #expect(try await run.program.end(within: 120) == (isTesting ? 112 : 130), "\(run.program.errors)")
            for model in run.jobs.prefix(2) {
                #expect(run.program.errors.contains("Cancelling job after loadtest: \(model)\n"), "\(run.program.errors)")
            }
            if isTesting { #expect(try summary(run).outcome?.kind == .interrupted) }
            try await areCancelled(run)
        }

        /// A B, B A: four launches, of which never two are there at once.
        @Test func inTurnsEachPairIsARunOfEach() async throws {
            let run = try await start([:], ["--repeat", "2", "--name", "turns"])
            // As the verdicts on four runs of three seconds have it.
            #expect([0, 65].contains(try await run.program.end(within: 400)), "\(run.program.errors)\(run.program.output)")
            try #require(run.jobs.count == 8, "\(run.program.errors)")
            for (number, arm) in ["a", "b", "b", "a"].enumerated() {
                #expect(run.program.errors.contains("Run \(number + 1) of 4: arm \(arm) of pair \(number / 2 + 1)\n"))
            }
            #expect(
                run.program.output.contains("=== Comparison: B against A ===\nA1 arm a, model job \(run.jobs[0])"), "\(run.program.output)")
            // The names say which is which.
            let again = try await run.bed.sml(
                ["loadtest", "compare", "--a", "turns-a1", "turns-a2", "--b", "turns-b1", "turns-b2"], in: run.scratch)
            #expect([0, 1, 2, 65].contains(again.code) && again.output.contains("B2 turns-b2: load3"), "\(again.errors)\(again.output)")
            // Runs of one pair have one order of prompts, and each pair its own.
            let seeds = try run.program.errors.split(separator: "\n").filter { $0.hasPrefix("Summary: ") }.map {
                try Summary(path: String($0.dropFirst("Summary: ".count))).result.run?.plan.promptSeed
            }
            #expect(seeds == [1, 1, 2, 2])
            try await run.leavesNothing()
        }
    }
}
