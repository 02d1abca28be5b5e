// `sml loadtest advanced` up to the submission: every flag of SML by both its names and by shortened ones, what is
// shown and written, and what is refused.

import Foundation
import Testing

@Suite struct AdvancedDryRunTests {
    private let setup: LaunchSetup

    init() async throws { setup = try await LaunchSetup() }

    private func advanced(
        _ arguments: [String], _ more: [String: String] = [:]
    ) async throws -> (code: Int32, output: String, errors: String) {
        try await setup.sml(["loadtest", "advanced"] + arguments, more)
    }

    private static let base = ["--partition", "normal", "--framework-args", LaunchSetup.frameworkArguments]

    @Test(arguments: [
        [
            "--serving-framework", "sglang", "--slurm-replicas", "2", "--slurm-nodes-per-replica", "3", "--slurm-time", "04:00:00",
            "--slurm-reservation", "res", "--use-router", "--slurm-environment", "sglang", "--disable-ocf",
        ],
        [
            "--framework", "sglang", "--replicas", "2", "--nodes-per-replica", "3", "--time", "04:00:00", "--reservation", "res",
            "--router", "sglang", "--environment", "sglang", "--disable-opentela",
        ],
        // As argparse abbreviates, and as SML's documentation has it.
        [
            "--serving", "sglang", "--slurm-repl", "2", "--slurm-nodes", "3", "--slurm-t=04:00:00", "--slurm-res", "res", "--use",
            "--slurm-env",
            "sglang", "--disable-o",
        ],
    ])
    func flagsByEveryName(flags: [String]) async throws {
        let shown = try await advanced(["--dry-run", "--loadtest-ignore-eos", "--loadtest-max-tokens", "512"] + Self.base + flags)
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(LaunchSetup.header(shown.output, "nodes") == ["6", "1"])
        #expect(LaunchSetup.header(shown.output, "time") == ["04:00:00", "02:00:00"])
        #expect(LaunchSetup.header(shown.output, "reservation") == ["res", "res"])
        #expect(shown.output.contains("replicas=2 nodes_per_replica=3 port=8080"))
        #expect(shown.output.contains("sglang_router.launch_router"))
        #expect(!shown.output.contains("otela-"))
        #expect(shown.output.contains("\"ignore_eos\":true") && shown.output.contains("\"max_tokens\":\"512\""))
        #expect(shown.output.contains("/org/m\",\"scenario\":\"throughput\""))
        #expect(!(shown.output + shown.errors).contains("key-canary"))
        #expect(!setup.scratch.contents.contains { $0.contains("loadtest") })
    }

    @Test func everyOtherFlagOfSML() async throws {
        let shown = try await advanced(
            [
                "--dry-run", "--serving-framework", "vllm", "--served-model-name", "org/m", "--pre-launch-cmds", "pip list && true",
                "--dev",
                "--disable-dcgm-exporter", "--disable-metrics", "--otela-bootstrap-addr", "/ip4/10.0.0.1/tcp/43905/p2p/Qm", "--partition",
                "normal", "--framework-args", "--model /models/org/m",
            ])
        #expect(shown.code == 0, "\(shown.errors)")
        for words in ["vllm serve /models/org/m", "pip list && true", "/opentelabin/dev/otela-", "/ip4/10.0.0.1/tcp/43905/p2p/Qm"] {
            #expect(shown.output.contains(words), "\(words)")
        }
    }

    /// The path in SML's documentation is one of its source tree.
    @Test func theEnvironmentOfTheDocumentationIsThePackagedOne() async throws {
        let shown = try await advanced(
            ["--dry-run", "--serving-framework", "sglang", "--slurm-environment", "src/swiss_ai_model_launch/assets/envs/sglang.toml"]
                + Self.base)
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(shown.errors.contains("taking built-in sglang.toml"))
        try setup.scratch.write("mine/e.toml", "image = \"/i/mine.sqsh\"\n")
        let own = try await advanced(["--dry-run", "--serving-framework", "sglang", "--slurm-environment", "mine/e.toml"] + Self.base)
        #expect(own.output.contains("/i/mine.sqsh"), "\(own.errors)")
    }

    @Test func scriptsAreWrittenAndNothingElseIs() async throws {
        let written = try await advanced(
            [
                "--output-script", "scripts", "--serving-framework", "sglang", "--slurm-replicas", "2", "--use-router",
                "--slurm-nodes-per-replica", "2",
            ]
                + Self.base)
        #expect(written.code == 0, "\(written.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: setup.scratch.file("scripts")).sorted()
        // Of this machine: which authorities it names, and whether its srun knows environment files.
        let own: Set = ["authorities.pem", "environment.sh"]
        #expect(
            names.filter { !own.contains($0) } == [
                "environment.toml", "follower.sh", "head.sh", "health.sh", "loadgen.env", "loadtest.sh", "master.sh", "router.sh",
                "run_config.json",
            ])
        for name in names {
            let text = try String(contentsOfFile: setup.scratch.file("scripts/\(name)"), encoding: .utf8)
            #expect(!text.contains("key-canary"), "\(name)")
        }
        #expect(FileManager.default.isExecutableFile(atPath: setup.scratch.file("scripts/master.sh")))
        #expect(!FileManager.default.fileExists(atPath: setup.scratch.file(".sml/loadtest")))
    }

    @Test(
        arguments: [
            (["--serving-framework", "tgi"], "--serving-framework: \"tgi\" is not accepted; expected sglang or vllm"),
            (["--slurm-environment", "none"], "--slurm-environment: \"none\" does not exist"),
            (["--slurm-environment", "gone.toml"], "--slurm-environment gone.toml: does not exist"),
            (["--slurm-replicas", "0"], "--replicas: 0 is not accepted"),
            (["--slurm-time", "2h"], "--slurm-time: \"2h\" is not accepted; expected HH:MM:SS"),
            (["--slurm-time", "00:10:00"], "--slurm-time: 00:10:00 is too short for scenario \"throughput\", which runs for 15m30s"),
            (["--served-model-name", "other/m"], "differ; give one"),
            (["--framework-args", "--served-model-name m"], "the model's path is missing"),
            (["--framework-args", "--model-path /m"], "--served-model-name: is missing"),
            (["--framework-args", "--model-path /m 'x"], "--framework-args: "),
            (["--loadtest-scenario", "nope"], "scenario \"nope\" does not exist"),
            (["--loadtest-prompts-file", "p.json"], "--loadtest-prompts-file: \"p.json\" is not accepted"),
            (["--loadtest-job-time", "00:15:00"], "is too short for scenario"),
            (["--loadtest-ready-timeout", "0"], "--loadtest-ready-timeout: 0 is not accepted"),
            (["--cancel-after-loadtest", "--no-wait-for-loadtest"], "--cancel-after-loadtest: needs --wait-for-loadtest"),
            (["--use-router", "--router", "opentela"], "--use-router: contradicts --router opentela"),
            (["--router", "nginx"], "--router: \"nginx\" is not accepted"),
            (["--router-args", "--x"], "--router-args: needs --use-router and more than one replica"),
            (["--disable-ocf", "--dev"], "--dev: contradicts --disable-ocf"),
            (["--disable-ocf", "--no-wait-until-healthy"], "--no-wait-until-healthy: needs --loadtest-server-url"),
            (["--otela-bootstrap-addr", "host:1"], "--opentela-bootstrap-addr: \"host:1\" is not accepted"),
            (["--consecutive"], "--consecutive: is not for load tests"),
            (["--max-job-time", "1:00:00"], "--max-job-time: is not for load tests"),
            (["--slurm-re", "1"], "--slurm-re: is ambiguous; could be --slurm-replicas, --slurm-reservation"),
        ] as [([String], String)])
    func refusals(arguments: [String], words: String) async throws {
        let framework = arguments.contains("--serving-framework") ? [] : ["--serving-framework", "sglang"]
        let base = arguments.contains("--framework-args") ? ["--partition", "normal"] : Self.base
        let refused = try await advanced(["--dry-run"] + framework + base + arguments)
        #expect(refused.code == 64, "\(refused.errors)")
        #expect(refused.errors.contains(words), "\(refused.errors)")
        #expect(refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
        #expect(refused.output.isEmpty)
    }
}
