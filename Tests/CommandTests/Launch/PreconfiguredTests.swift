// `sml loadtest preconfigured` as a person and a script use it, up to the submission: `--dry-run` shows what was decided.

import Foundation
import Testing

@Suite(.timeLimit(.minutes(15))) struct PreconfiguredTests {
    private let setup: LaunchSetup

    init() async throws {
        setup = try await LaunchSetup()
        // Few enough to read, with one that two frameworks serve.
        try setup.scratch.write(
            ".sml/models.yml",
            """
            - {model: org/small, framework: sglang, framework_args: "--tp-size 1", model_path: /models/small, environment: sglang}
            - {model: org/small, framework: vllm, framework_args: "--tensor-parallel-size 1", model_path: /models/small, environment: vllm}

            """)
    }

    private func terminal(_ arguments: [String], _ more: [String: String] = [:]) throws -> PseudoTerminal {
        var environment = setup.environment.merging(more) { $1 }
        environment["SML_ACCOUNT"] = more["SML_ACCOUNT"]
        return try PseudoTerminal("sml", ["loadtest", "preconfigured"] + arguments, environment: environment)
    }

    @Test func aPersonIsGuidedCorrectsAndGoesBack() async throws {
        let terminal = try terminal(["--dry-run", "--cancel-after-loadtest"])
        // A partition that is none, then by number.
        try await terminal.answer("Number or name: ", "gpu\n")
        try await terminal.answer("Number or name: ", "1\n")
        try await terminal.answer("Reservation (empty for none): ", "a b\n")
        try await terminal.answer("Reservation (empty for none): ", "\n")
        try await terminal.answer("]: ", "acct\n")
        try await terminal.answer("Number or name: ", "org/smal\n")
        // Back twice, to name another account.
        try await terminal.answer("Number or name: ", "<\n")
        try await terminal.answer("]: ", "other\n")
        try await terminal.answer("Number or name: ", "org/small\n")
        try await terminal.answer("Number or name: ", "vllm\n")
        try await terminal.answer("Replicas [1]: ", "two\n")
        try await terminal.answer("Replicas [1]: ", "2\n")
        try await terminal.answer("Number or name [opentela]: ", "sglang\n")
        try await terminal.answer("HH:MM:SS [03:00:00]: ", "1h\n")
        try await terminal.answer("HH:MM:SS [03:00:00]: ", "01:00:00\n")
        try await terminal.answer("Number or name [throughput]: ", "open\n")
        try await terminal.answer("Number or name [throughput]: ", "open_loop\n")
        // The last way back: one more replica.
        for question in ["Launch this? [yes]: ", "Number or name [throughput]: ", "HH:MM:SS [03:00:00]: ", "Number or name [opentela]: "] {
            try await terminal.answer(question, "<\n")
        }
        try await terminal.answer("Replicas [1]: ", "3\n")
        try await terminal.answer("Number or name [opentela]: ", "\n")
        try await terminal.answer("HH:MM:SS [03:00:00]: ", "01:00:00\n")
        try await terminal.answer("Number or name [throughput]: ", "open_loop\n")
        try await terminal.answer("Launch this? [yes]: ", "maybe\n")
        try await terminal.answer("Launch this? [yes]: ", "\n")
        let end = try await terminal.end()
        let screen = terminal.screen.replacing("\r\n", with: "\n")
        #expect(end.code == 0, "\(screen)")
        for words in [
            "< goes back", "\"gpu\" is not accepted; expected one of normal, debug", "\"a b\" is not accepted",
            "\"org/smal\" is not accepted",
            "\"two\" is not accepted; expected a whole number", "\"1h\" is not accepted; expected HH:MM:SS",
            "\"open\" is not accepted; expected one of",
            "expected yes, < to go back",
        ] {
            #expect(screen.contains(words), "\(words)")
        }
        #expect(LaunchSetup.header(screen, "partition") == ["normal", "normal"])
        #expect(LaunchSetup.header(screen, "account") == ["other", "other"])
        #expect(LaunchSetup.header(screen, "nodes") == ["3", "1"])
        #expect(LaunchSetup.header(screen, "time") == ["01:00:00", "02:00:00"])
        #expect(LaunchSetup.header(screen, "reservation").isEmpty)
        #expect(screen.contains("vllm serve /models/small") && screen.contains("\"scenario\":\"open_loop\""))
        #expect(!screen.contains("launch_router"))
    }

    /// As printed in the documentation: the scenario's flag skips its question.
    @Test func flagsAndVariablesAreNotAsked() async throws {
        let terminal = try terminal(
            ["--dry-run", "--partition", "normal", "--loadtest-scenario", "open_loop", "--model", "org/small"],
            ["SML_RESERVATION": "", "SML_ACCOUNT": ""])
        try await terminal.answer("Number or name: ", "1\n")
        try await terminal.answer("Replicas [1]: ", "\n")
        try await terminal.answer("HH:MM:SS [03:00:00]: ", "\n")
        try await terminal.answer("Launch this? [yes]: ", "\n")
        let end = try await terminal.end()
        #expect(end.code == 0, "\(terminal.screen)")
        #expect(terminal.screen.contains("sglang.launch_server --model-path /models/small"))
    }

    @Test func theEndOfInputEndsIt() async throws {
        let terminal = try terminal(["--dry-run"])
        try await terminal.answer("Number or name: ", "\u{04}")
        let end = try await terminal.end()
        #expect(end.code == 64)
        #expect(terminal.screen.contains("input ended without an answer; nothing was done"))
    }

    @Test(arguments: [
        [
            "--partition", "normal", "--model", "org/small", "--framework", "sglang", "--replicas", "2", "--use-router", "yes", "--time",
            "01:00:00",
            "--loadtest-scenario", "open_loop", "--account", "a", "--reservation", "r",
        ],
        [
            "--part", "normal", "--model", "org/small", "--serving", "sglang", "--slurm-rep", "2", "--router", "sglang", "--slurm-time",
            "01:00:00",
            "--loadtest-sc", "open_loop", "--acc", "a", "--res", "r",
        ],
    ])
    func unattendedByFlagsAlone(flags: [String]) async throws {
        let shown = try await setup.sml(["loadtest", "preconfigured", "--dry-run"] + flags)
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(shown.errors.isEmpty, "\(shown.errors)")
        #expect(LaunchSetup.header(shown.output, "partition") == ["normal", "normal"])
        #expect(LaunchSetup.header(shown.output, "account") == ["a", "a"])
        #expect(LaunchSetup.header(shown.output, "reservation") == ["r", "r"])
        #expect(LaunchSetup.header(shown.output, "nodes") == ["2", "1"])
        #expect(shown.output.contains("launch_router") && shown.output.contains("\"scenario\":\"open_loop\""))
    }

    @Test(
        arguments: [
            ([], "--partition: is missing; pass it, set SML_PARTITION or run this on a terminal; known are normal, debug"),
            (["--partition", "normal"], "--model: is missing; pass it or run this on a terminal; 'sml models' lists them"),
            (
                ["--partition", "normal", "--model", "org/small"],
                "--framework: is missing; pass it or run this on a terminal; known are sglang, vllm"
            ),
            (["--partition", "gpu"], "--partition: \"gpu\" is not accepted; expected one of normal, debug"),
            (["--partition", "normal", "--model", "org/other"], "--model: \"org/other\" is not accepted; 'sml models' lists them"),
            (
                ["--partition", "normal", "--model", "org/small", "--framework", "tgi"],
                "--framework: \"tgi\" is not accepted; expected one of sglang, vllm"
            ),
            (
                ["--partition", "normal", "--model", "org/small", "--framework", "vllm", "--replicas", "many"],
                "--replicas: \"many\" is not accepted"
            ),
            (
                ["--partition", "normal", "--model", "org/small", "--framework", "vllm", "--use-router", "sglang"],
                "--use-router: \"sglang\" is not accepted; expected one of opentela"
            ),
            (["--partition", "normal", "--model", "org/small", "--framework", "vllm", "--time", "3h"], "--time: \"3h\" is not accepted"),
            (
                ["--partition", "normal", "--model", "org/small", "--framework", "vllm", "--loadtest-scenario", "nope"],
                "--loadtest-scenario: \"nope\" is not accepted; expected one of throughput"
            ),
            (["--partition", "normal", "--loadtest-job-time", "2h"], "--loadtest-job-time: \"2h\" is not accepted"),
            (["--cancel-after-loadtest", "--no-wait-for-loadtest"], "--cancel-after-loadtest: needs --wait-for-loadtest"),
        ] as [([String], String)])
    func refusals(arguments: [String], words: String) async throws {
        let refused = try await setup.sml(["loadtest", "preconfigured", "--dry-run"] + arguments)
        #expect(refused.code == 64, "\(refused.errors)")
        #expect(refused.errors.contains(words), "\(refused.errors)")
        #expect(refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
        #expect(refused.output.isEmpty)
    }

    @Test func withoutAConfigurationItSaysSo() async throws {
        let refused = try await setup.sml(["loadtest", "preconfigured"], ["SML_CONFIG_DIR": "/nonexistent"])
        #expect(refused.code == 78)
        #expect(refused.errors.contains("run 'sml init' first"), "\(refused.errors)")
    }
}
