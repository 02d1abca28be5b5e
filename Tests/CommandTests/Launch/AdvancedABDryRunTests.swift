// `sml loadtest advanced --ab` up to the submission: which two models and which load test the options make, and what is refused.

import Base
import Foundation
import Testing

@Suite struct AdvancedABDryRunTests {
    private let setup: LaunchSetup

    init() async throws { setup = try await LaunchSetup() }

    private static let base = [
        "--ab", "--partition", "normal", "--framework", "sglang", "--framework-args", LaunchSetup.frameworkArguments,
    ]

    private func advanced(_ arguments: [String]) async throws -> (code: Int32, output: String, errors: String) {
        try await setup.sml(["loadtest", "advanced"] + arguments)
    }

    private func served(_ output: String) -> [String] {
        output.split(separator: "\n").filter { $0.hasPrefix("serve=(") && !$0.contains("sglang_router") }.map(String.init)
    }

    /// The staged configurations, in order.
    private func configurations(_ output: String) throws -> [JSON] {
        try output.split(separator: "\n").filter { $0.hasPrefix("{\"server_url\"") }.map { try JSON.parse(Array($0.utf8)) }
    }

    @Test func twoModelsAndOneLoadTestAreShown() async throws {
        let shown = try await advanced(
            [
                "--dry-run", "--a-framework-args", "--tp-size 4", "--b-framework-args", "--tp-size 1 --dp-size 4 --mem-fraction-static 0.8",
                "--b-replicas", "2", "--b-use-router", "--slurm-time", "04:00:00", "--b-time", "05:00:00", "--b-max-tokens", "99",
            ] + Self.base)
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(LaunchSetup.header(shown.output, "nodes") == ["1", "2", "1"])
        #expect(LaunchSetup.header(shown.output, "time") == ["04:00:00", "05:00:00", "02:00:00"])
        let served = served(shown.output)
        try #require(served.count == 2, "\(shown.output)")
        #expect(served[0].hasSuffix("--tp-size 4)") && served[1].hasSuffix("--tp-size 1 --dp-size 4 --mem-fraction-static 0.8)"))
        // Behind one gateway they have names of their own.
        #expect(served[0].contains("/org/m-a ") && served[1].contains("/org/m-b "))
        let arms = try #require(try configurations(shown.output).first?[path: "ab", "arms"])
        #expect(arms[path: "a", "model"]?.text?.hasSuffix("/org/m-a") == true)
        #expect(arms[path: "b", "model"]?.text?.hasSuffix("/org/m-b") == true)
        #expect(arms[path: "a", "gpus"]?.integer == 4 && arms[path: "b", "gpus"]?.integer == 8 && arms[path: "b", "replicas"]?.integer == 2)
        #expect(arms[path: "b", "max_tokens"]?.integer == 99 && arms[path: "a", "max_tokens"] == nil)
        #expect(!(shown.output + shown.errors).contains("key-canary"))
    }

    @Test func testedDirectlyBothHaveTheirName() async throws {
        let shown = try await advanced(["--dry-run", "--disable-ocf", "--b-framework-args", "--dp-size 4"] + Self.base)
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(served(shown.output).allSatisfy { $0.contains("/org/m ") })
    }

    /// An arm's own words win over those of both.
    @Test func anArmsOwnNameAndFramework() async throws {
        let shown = try await advanced(
            [
                "--dry-run", "--ab", "--partition", "normal", "--framework-args", "--model /models/org/m --served-model-name org/m",
                "--b-served-model-name", "org/other", "--a-framework", "sglang", "--b-framework", "vllm",
            ])
        #expect(shown.code == 0, "\(shown.errors)")
        let served = served(shown.output)
        try #require(served.count == 2)
        #expect(served[0].contains("sglang.launch_server") && served[0].contains("/org/m "), "\(served)")
        #expect(served[1].contains("vllm serve /models/org/m") && served[1].contains("/org/other "), "\(served)")
    }

    @Test func inTurnsEachArmHasALoadTestOfItsOwn() async throws {
        let shown = try await advanced(
            ["--dry-run", "--repeat", "5", "--cancel-after-loadtest", "--b-framework-args", "--dp-size 4", "--b-max-tokens", "99"]
                + Self.base)
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(LaunchSetup.header(shown.output, "nodes") == ["1", "1", "1", "1"])
        // For one run, not for five.
        #expect(LaunchSetup.header(shown.output, "time").suffix(2) == ["02:00:00", "02:00:00"])
        let tests = try configurations(shown.output)
        #expect(tests.map { $0["model"]?.text?.hasSuffix("/org/m-a") } == [true, false], "\(tests)")
        #expect(tests.allSatisfy { $0["ab"] == nil } && tests[1]["max_tokens"]?.integer == 99)
        #expect(tests[0]["prompt_seed"] == tests[1]["prompt_seed"])
    }

    @Test func scriptsOfEachArmAreWritten() async throws {
        let written = try await advanced(["--output-script", "scripts", "--b-framework-args", "--dp-size 4"] + Self.base)
        #expect(written.code == 0, "\(written.errors)")
        for name in ["a/master.sh", "b/master.sh", "a/environment.toml", "loadtest.sh", "run_config.json"] {
            let text = try String(contentsOfFile: setup.scratch.file("scripts/\(name)"), encoding: .utf8)
            #expect(!text.isEmpty && !text.contains("key-canary"), "\(name)")
        }
    }

    @Test(
        arguments: [
            ([], "--ab: the arms are alike: say what differs with --a-framework-args"),
            (["--b-framework-args", "--x", "--design", "abba"], "--design abba: is for arms that share a server"),
            (["--b-framework-args", "--x", "--design", "abba"], "--repeat 5 --cancel-after-loadtest launches them in turns"),
            (["--b-framework-args", "--x", "--pairs", "9"], "--pairs: is for --design abba"),
            (["--b-framework-args", "--x", "--repeat", "5"], "--repeat: with --ab needs --cancel-after-loadtest"),
            (["--b-framework-args", "--x", "--repeat", "5", "--cancel-after-loadtest", "--cache", "warm"], "--cache: is for arms that"),
            (["--b-framework-args", "--x", "--repeat", "5", "--cancel-after-loadtest", "--design", "duet"], "--design duet: is for arms"),
            (["--b-framework", "tgi"], "arm b: --serving-framework: \"tgi\" is not accepted; expected sglang or vllm"),
            (["--b-framework-args", "--nnodes 2"], "arm b: --framework-args: --nnodes is not accepted"),
            (["--a-time", "00:10:00"], "--slurm-time: 00:10:00 is too short for scenario \"throughput\""),
            (["--a-max-tokens", "none"], "--a-max-tokens: "),
        ] as [([String], String)])
    func refusals(arguments: [String], words: String) async throws {
        let refused = try await advanced(["--dry-run"] + Self.base + arguments)
        #expect(refused.code == 64, "\(refused.errors)")
        #expect(refused.errors.contains(words), "\(refused.errors)")
        #expect(refused.errors.split(separator: "\n").count == 1 && refused.output.isEmpty, "\(refused.errors)")
    }

    @Test(arguments: ["--a-framework=vllm", "--b-replicas=2", "--b-stream", "--design=aa", "--cache=nonce"])
    func withoutABItsOptionsAreRefused(option: String) async throws {
        let refused = try await advanced(["--dry-run", option] + Self.base.dropFirst())
        #expect(refused.code == 64)
        #expect(refused.errors.contains(": needs --ab\n"), "\(refused.errors)")
    }
}
