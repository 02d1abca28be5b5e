// Launches from a laptop: the model's job, what is seen of it, the load test and the cancellation, over HTTP only.

import FirecRESTFake
import Foundation
import Testing

extension ModelJobTests {
    @Suite struct FirecRESTLaunchTests {
        private let files: LaunchFiles
        private let laptop: Laptop
        private var bed: SlurmBed { files.bed }

        init() async throws {
            files = try await LaunchFiles()
            let slurm = try #require(files.bed.compute)
            var options = FakeFirecREST.Options(root: "")
            options.user = slurm.user
            options.group = slurm.user
            options.ownerID = slurm.userID
            options.groupID = slurm.groupID
            options.fileSystems = [files.bed.directory + "/home", files.bed.directory]
            laptop = try await Laptop(try FakeFirecREST(options, compute: slurm.compute))
        }

        /// The environment file and the scenario are the laptop's.
        private func arguments(_ variables: [String: String] = [:]) async throws -> [String] {
            let environment = try laptop.scratch.write("stand-in.toml", try await ModelJob.environment(variables))
            try laptop.scratch.write(
                "scenarios/\(files.scenario).yaml",
                try String(contentsOfFile: "\(bed.home)/scenarios/\(files.scenario).yaml", encoding: .utf8))
            return ["advanced", "--firecrest-system", laptop.fake.options.system] + files.arguments
                + ["--slurm-environment", environment, "--cancel-after-loadtest"]
        }

        private func jobs(_ errors: String) -> [String] {
            errors.split(separator: "\n").filter { $0.hasPrefix("Job submitted: ") }.map { String($0.dropFirst("Job submitted: ".count)) }
        }

        private func state(_ job: String) async throws -> String {
            try await bed.administer("sacct", ["-n", "-X", "-P", "-j", job, "-o", "State,ExitCode"], in: laptop.scratch)
        }

        @Test func aModelIsLaunchedTestedAndCancelled() async throws {
            let done = try await laptop.sml(try await arguments(), within: 300)
            #expect(done.code == 0, "\(done.errors)")
            let jobs = jobs(done.errors)
            try #require(jobs.count == 2, "\(done.errors)")
            #expect(done.errors.contains("Logs: \(bed.home)/.sml/logs/\(jobs[0])\n"))
            #expect(done.errors.contains("Model health is HEALTHY."))
            #expect(done.errors.hasSuffix("Cancelling job after loadtest: \(jobs[0])\n"), "\(done.errors)")
            #expect(done.output.contains("=== LLM Load Test Summary ==="))
            func value(_ prefix: String) throws -> String {
                String(try #require(done.errors.split(separator: "\n").first { $0.hasPrefix(prefix) }).dropFirst(prefix.count))
            }
            let results = try Results(summary: try value("Summary: "), records: try value("Records: "))
            #expect(results.requests.count == 60 && results.outcome?.kind == .completed)
            #expect(try value("Summary: ").hasPrefix("\(laptop.scratch.file("home"))/.sml/loadtest/\(jobs[0])/"))
            #expect(try await state(jobs[1]) == "COMPLETED|0:0\n")
            #expect(try await state(jobs[0]).hasPrefix("CANCELLED"))
            #expect(laptop.fake.violations == [])
        }

        @Test func twoModelsAreLaunchedComparedAndCancelled() async throws {
            let done = try await laptop.sml(
                try await arguments() + ["--ab", "--a-framework-args", "--tp-size 4", "--b-framework-args", "--dp-size 4"], within: 300)
            // Three seconds are hardly a verdict.
            #expect([0, 65].contains(done.code), "\(done.errors)")
            let jobs = jobs(done.errors)
            try #require(jobs.count == 3, "\(done.errors)")
            #expect(done.errors.contains("/.sml/loadtest/\(jobs[0])-\(jobs[1])/summary_"), "\(done.errors)")
            #expect(
                done.errors.hasSuffix("Cancelling job after loadtest: \(jobs[0])\nCancelling job after loadtest: \(jobs[1])\n"),
                "\(done.errors)")
            #expect(done.output.contains("=== Comparison: B against A ==="))
            for model in jobs.prefix(2) { #expect(try await state(model).hasPrefix("CANCELLED")) }
            #expect(laptop.fake.violations == [])
        }

        @Test func aModelThatDiesWhileLoadingEndsTheWaitWithItsLastWords() async throws {
            let done = try await laptop.sml(try await arguments(["STAND_IN_FAIL": "loading"]), within: 240)
            #expect(done.code == 118, "\(done.errors)")
            #expect(jobs(done.errors).count == 1)
            #expect(done.errors.contains("torch.OutOfMemoryError: CUDA out of memory."), "\(done.errors)")
            #expect(done.errors.hasSuffix("failed (exit code 1) before the model was healthy\n"), "\(done.errors)")
            #expect(laptop.fake.violations == [])
        }

        @Test func unattendedAMissingSystemIsNamed() async throws {
            let refused = try await laptop.sml(["preconfigured", "--firecrest-system", "nowhere"])
            #expect(refused.code == 64)
            #expect(
                refused.errors == "sml: --firecrest-system: \"nowhere\" is not accepted; expected one of \(laptop.fake.options.system)\n")
        }
    }
}
