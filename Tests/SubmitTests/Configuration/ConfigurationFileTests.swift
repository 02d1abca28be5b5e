// `config.yml`: files as PyYAML writes them for the Python `sml`, older names, what is refused, and that a file we
// write is one we read.

import Foundation
import TestSupport
import Testing

@testable import Submit

@Suite struct ConfigurationFileTests {
    private func load(_ text: String) throws -> ConfigurationFile? {
        let scratch = try ScratchDirectory()
        try scratch.write("config.yml", text)
        return try ConfigurationFile.loadIfPresent(environment: ["SML_CONFIG_DIR": scratch.path])
    }

    private func fixture(_ name: String) throws -> String {
        try String(contentsOfFile: SubmitFixture.path(name), encoding: .utf8)
    }

    @Test func readsWhatThePythonSMLWrote() throws {
        let file = try #require(try load(try fixture("config-2026-08.yml")))
        #expect(file.launcher == .firecrest)
        #expect(file.firecrestURL == "https://api.cscs.ch/ml/firecrest/v2")
        #expect(file.firecrestTokenURI?.hasSuffix("/firecrest-clients/protocol/openid-connect/token") == true)
        #expect(file.clusterSSHHost == "clariden")
        #expect(file.tree.value("swissai_research_api_key") == "__keyring__")
        #expect(file.literalSecret("swissai_research_api_key") == nil)
    }

    @Test func migratesAnOlderFileAndKeepsWhatItDoesNotUse() throws {
        let file = try #require(try load(try fixture("config-2026-06.yml")))
        #expect(file.tree.value("swissai_research_api_key") == "__keyring__")
        #expect(!file.tree.holds("cscs_api_key"))
        #expect(file.tree.holds("cluster_ssh_host") && file.clusterSSHHost == nil)
        #expect(file.tree.value("telemetry_endpoint") == "https://sml-dev.swissai.svc.cscs.ch/launches")
    }

    @Test(arguments: ["config-2026-06.yml", "config-2026-08.yml"])
    func readsWhatItWrites(fixtureName: String) throws {
        let file = try #require(try load(try fixture(fixtureName)))
        let scratch = try ScratchDirectory()
        let environment = ["SML_CONFIG_DIR": scratch.file("deep/er")]
        try ConfigurationFile(tree: file.tree, path: ConfigurationFile.path(environment: environment)).save()
        #expect(try ConfigurationFile.load(environment: environment).tree == file.tree)
        #expect(try scratch.mode("deep/er/config.yml") == 0o644)
        // As PyYAML: keys sorted, block style, an empty branch is null.
        let text = try scratch.text("deep/er/config.yml")
        #expect(text.hasPrefix("chain:\n- branches:\n    firecrest:\n      chain:\n      - default: https://"))
        #expect(text.contains("    slurm: null\n") && text.hasSuffix("name: init_config\ntype: chain\n"))
    }

    @Test func quotesTextThatLooksLikeSomethingElse() throws {
        var file = try #require(try load(try fixture("config-2026-08.yml")))
        let scratch = try ScratchDirectory()
        for value in ["null", "yes", "012", "1e3", "", "a: b", "- x", "ü#\"'", "~"] {
            file.tree.set("cluster_ssh_host", value)
            try ConfigurationFile(tree: file.tree, path: scratch.file("config.yml")).save()
            let read = try ConfigurationFile.load(environment: ["SML_CONFIG_DIR": scratch.path])
            #expect(read.tree.value("cluster_ssh_host") == value)
        }
    }

    @Test(arguments: [
        ("type: text\n", "type: txt\n", "chain[0].branches.firecrest.chain[0].type: \"txt\" is not accepted"),
        (
            "name: firecrest_url\n", "name: firecrest_url\n        prompt: x\n",
            "chain[0].prompt: unknown key; accepted are name, type, value, default"
        ),
        ("value: firecrest\n", "value: pbs\n", "launcher: \"pbs\" is not accepted; expected firecrest or slurm"),
        ("value: firecrest\n", "value: null\n", "launcher: is missing; expected firecrest or slurm"),
        ("value: clariden\n", "value: 5\n", "value: 5 is not accepted; expected text (in quotes)"),
        ("name: init_config\n", "", "name: is missing"),
        ("name: init_config\n", "name: [\n", "not valid YAML"),
        ("    slurm: null\n", "    slurm: [1]\n", "branches.slurm: [1] is not accepted; expected a node"),
    ])
    func refusesAWrongFileAndSaysWhere(old: String, new: String, says: String) throws {
        let text = try fixture("config-2026-08.yml")
        let error = #expect(throws: SubmitError.self) { try load(text.replacing(old, with: new, maxReplacements: 1)) }
        #expect(error?.description.contains(says) == true, "\(String(describing: error))")
        #expect(error?.description.contains("/config.yml: ") == true)
        #expect(error?.exitCode == 78)
    }

    @Test func aMissingFileSaysWhatToDo() throws {
        let scratch = try ScratchDirectory()
        let error = #expect(throws: SubmitError.self) {
            try ConfigurationFile.load(environment: ["HOME": scratch.path, "SML_CONFIG_DIR": ""])
        }
        #expect(error?.description == "\(scratch.path)/.sml/config.yml: is missing; run 'sml init' first")
    }
}
