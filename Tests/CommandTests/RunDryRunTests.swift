// `sml loadtest run` up to the submission: which value wins, what a dry run shows, what is refused. The jobs themselves
// need a cluster.

import Foundation
import Testing

@Suite struct RunDryRunTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func run(
        _ arguments: [String], _ environment: [String: String] = [:]
    ) async throws -> (code: Int32, output: String, errors: String) {
        let all = ["HOME": scratch.path, "SML_SWISSAI_RESEARCH_API_KEY": "key-canary"].merging(environment) { $1 }
        if !FileManager.default.fileExists(atPath: scratch.file(".sml/config.yml")) {
            let made = try await Program.run(
                "sml", ["init", "--launcher", "slurm", "--no-input", "--secrets", "environment"], in: scratch, environment: all)
            #expect(made.code == 0, "\(made.errors)")
        }
        return try await Program.run("sml", ["loadtest", "run"] + arguments, in: scratch, environment: all)
    }

    private func header(_ output: String, _ name: String) -> String? {
        output.split(separator: "\n").first { $0.hasPrefix("#SBATCH --\(name)=") }.map { String($0.dropFirst("#SBATCH --\(name)=".count)) }
    }

    @Test func aDryRunShowsScriptAndFilesAndLeavesNothing() async throws {
        let shown = try await run(["--dry-run", "--partition", "normal", "--account", "acct", "--loadtest-model", "m/x"])
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(shown.output.contains("#SBATCH --signal=TERM@90"))
        #expect(shown.output.contains("\"api_key\":\"****\""))
        #expect(shown.output.contains("export K6_PROMETHEUS_RW_SERVER_URL=https://prometheus-dev.swissai.svc.cscs.ch/api/v1/write"))
        #expect(!(shown.output + shown.errors).contains("key-canary"))
        #expect(!FileManager.default.fileExists(atPath: scratch.file(".sml/loadtest_runs")))
        #expect(!FileManager.default.fileExists(atPath: scratch.file(".sml/loadtest")))
    }

    @Test func anOptionWinsOverItsVariableAndAnEmptyVariableIsNone() async throws {
        let variables = [
            "SML_PARTITION": "from-env", "SML_RESERVATION": "res-env", "SML_ACCOUNT": "acct-env",
            "SML_LOADTEST_PROMPTS_FILE": "/data/env.json", "SML_LOADTEST_METRICS_REMOTE_WRITE_URL": "http://env:9/w",
            "SML_LOADTEST_CONTAINER_IMAGE": "/images/env.sqsh", "SML_LOADTEST_SERVER_URL": "http://env-server:8",
        ]
        let byVariable = try await run(["--dry-run"], variables).output
        #expect(header(byVariable, "partition") == "from-env")
        #expect(header(byVariable, "reservation") == "res-env")
        #expect(header(byVariable, "account") == "acct-env")
        #expect(byVariable.contains("--prompts /data/env.json") && byVariable.contains("/data:/data"))
        #expect(byVariable.contains("_SERVER_URL=http://env:9/w"))
        #expect(byVariable.contains("--container-image=/images/env.sqsh"))
        #expect(byVariable.contains("\"server_url\":\"http://env-server:8\""))

        let byOption = try await run(
            [
                "--dry-run", "--partition", "p", "--reservation", "", "--account", "a", "--loadtest-prompts-file", "/o/p.json",
                "--loadtest-metrics-remote-write-url", "http://option:9/w", "--loadtest-container-image", "/o/i.sqsh",
                "--loadtest-job-time", "1:30:00", "--loadtest-server-url", "http://option-server:8",
            ], variables
        ).output
        #expect(header(byOption, "partition") == "p")
        #expect(header(byOption, "reservation") == nil)
        #expect(header(byOption, "account") == "a")
        #expect(header(byOption, "time") == "01:30:00")
        #expect(byOption.contains("--prompts /o/p.json") && byOption.contains("_SERVER_URL=http://option:9/w"))
        #expect(byOption.contains("--container-image=/o/i.sqsh"))
        #expect(byOption.contains("\"server_url\":\"http://option-server:8\""))

        let off = try await run(["--dry-run", "--partition", "p", "--no-loadtest-metrics-remote-write"], ["SML_ACCOUNT": ""]).output
        #expect(off.contains("_SERVER_URL=''"))
        #expect(header(off, "account")?.isEmpty == false)
    }

    @Test(
        arguments: [
            ([], 64, "--partition: is missing; pass it or set SML_PARTITION"),
            (["--loadtest-job-time", "00:15:00"], 64, "is too short for scenario \"throughput\"; it needs 00:20:00"),
            (["--loadtest-job-time", "2h"], 64, "--loadtest-job-time: \"2h\" is not accepted"),
            (["--loadtest-scenario", "nope"], 64, "scenario \"nope\" does not exist"),
            (["--loadtest-prompts-file", "p.json"], 64, "--loadtest-prompts-file: \"p.json\" is not accepted; expected an absolute path"),
            (["--loadtest-ready-timeout", "0"], 64, "--loadtest-ready-timeout: 0 is not accepted"),
            (["--reservation", "a b"], 64, "--reservation: \"a b\" is not accepted"),
            (["--cancel-on-interrupt", "--no-wait-for-loadtest"], 64, "--cancel-on-interrupt: needs --wait-for-loadtest"),
            (["--loadtest-server-url", "localhost"], 64, "--loadtest-server-url: \"localhost\" is not accepted"),
        ] as [([String], Int32, String)])
    func refusals(arguments: [String], code: Int32, words: String) async throws {
        let partition = arguments.isEmpty ? [] : ["--partition", "p"]
        let refused = try await run(["--dry-run"] + partition + arguments)
        #expect(refused.code == code)
        #expect(refused.errors.contains(words), "\(refused.errors)")
        #expect(refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
        #expect(refused.output.isEmpty)
    }

    @Test(arguments: [["attach", "1"], ["cancel", "1"]]) func aJobFromElsewhereIsRefused(arguments: [String]) async throws {
        _ = try await run(["--dry-run", "--partition", "p"])
        let refused = try await Program.run("sml", ["loadtest"] + arguments, in: scratch, environment: ["HOME": scratch.path])
        #expect(refused.code == 64)
        #expect(refused.errors.contains("job 1: was not submitted from here"), "\(refused.errors)")
    }

    @Test func withoutAConfigurationItSaysSo() async throws {
        let refused = try await Program.run(
            "sml", ["loadtest", "run", "--partition", "p"], in: scratch, environment: ["HOME": scratch.path])
        #expect(refused.code == 78)
        #expect(refused.errors.contains("run 'sml init' first"), "\(refused.errors)")
    }
}
