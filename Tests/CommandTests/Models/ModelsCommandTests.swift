// `sml models` as a user meets it.

import Foundation
import Testing

@Suite struct ModelsCommandTests {
    private func models(
        _ arguments: String..., configuration: String = "/nonexistent"
    ) async throws -> (code: Int32, output: String, errors: String) {
        try await Program.run("sml", ["models"] + arguments, in: try Scratch(), environment: ["SML_CONFIG_DIR": configuration])
    }

    @Test func modelsAreListed() async throws {
        let all = try await models()
        #expect(all.code == 0 && all.output.hasPrefix("MODEL ") && all.output.split(separator: "\n").count > 35)
        let some = try await models("list", "APERTUS-8b", "--framework", "vllm")
        let rows = some.output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(rows.count == 2 && rows[1] == ["swiss-ai/Apertus-8B-Instruct-2509", "vllm", "1", "16", "GB", "vllm", "built-in"])
    }

    @Test func oneIsShownAsAFileToBeginWith() async throws {
        let scratch = try Scratch()
        let shown = try await models("show", "google/gemma-3-27b-it")
        #expect(shown.code == 0 && shown.output.contains("tensor-parallel-size 4"))
        try scratch.write("models.yml", shown.output.replacing("nodes_per_replica: 1", with: "nodes_per_replica: 3"))
        let listed = try await models("list", "gemma-3-27b", configuration: scratch.path)
        #expect(listed.output.contains(/vllm +3 +55 GB +vllm +.*models.yml/), "\(listed.output)\(listed.errors)")
    }

    @Test(arguments: [
        (["nosuch"], "sml: no model matches; 'sml models' lists all "),
        (["show", "gemma-3-27b"], "sml: NAME: \"gemma-3-27b\" is not in the catalogue; did you mean google/gemma-3-27b-it?"),
        (["--framework", "tgi"], "sml: --framework: \"tgi\" is not accepted; expected sglang or vllm"),
    ])
    func whatIsWrongIsNamed(_ arguments: [String], _ reason: String) async throws {
        let result = try await Program.run(
            "sml", ["models"] + arguments, in: try Scratch(), environment: ["SML_CONFIG_DIR": "/nonexistent"])
        #expect(result.code == 64 && result.errors.hasPrefix(reason), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func helpHasExamples() async throws {
        let help = try await models("--help")
        #expect(help.code == 0 && help.output.contains("sml models qwen --framework vllm"))
    }
}
