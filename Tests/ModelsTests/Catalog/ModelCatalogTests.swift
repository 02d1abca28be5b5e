import Foundation
import Submit
import TestSupport
import Testing

@testable import Models

@Suite struct ModelCatalogTests {
    private static let none = ["SML_CONFIG_DIR": "/nonexistent"]

    /// The rule at the packaged file's top, held against each of its entries: nodes have four accelerators of 96 GB.
    @Test func packagedEntriesFitTheirNodes() throws {
        let catalog = try ModelCatalog.load(environment: Self.none)
        #expect(catalog.entries.count >= 35)
        for entry in catalog.entries {
            func width(_ names: Set<String>) throws -> Int {
                var arguments = entry.frameworkArguments
                return Int(try arguments.take(names, option: entry.model) ?? "1") ?? 0
            }
            let tensor = try width(["--tp-size", "--tensor-parallel-size"]), copies = try width(["--dp-size", "--data-parallel-size"])
            let weights = Double(try #require(entry.weightsGB, "\(entry.model)"))
            #expect(tensor * copies == 4 * entry.nodesPerReplica, "\(entry.model): every accelerator is used once")
            #expect(weights / Double(tensor) <= 72, "\(entry.model): weights take more than three quarters")
            #expect(entry.nodesPerReplica == 1 || weights / Double(tensor / 2) > 72, "\(entry.model): half the nodes would do")
            #expect(entry.modelPath == "\(CatalogReader.registry)/\(entry.model)")
            #expect(entry.origin == .builtIn)
        }
        for family in [
            "Apertus-8B", "Apertus-70B", "Llama-3", "Qwen3-235B", "DeepSeek-V3", "DeepSeek-R1", "GLM", "Kimi", "Mistral", "gpt-oss",
            "gemma",
        ] {
            #expect(!catalog.entries(matching: family).isEmpty, "\(family)")
        }
    }

    /// Each can be launched as it is.
    @Test func packagedEntriesBecomeLaunches() throws {
        for entry in try ModelCatalog.load(environment: Self.none).entries {
            let launch = try ModelLaunch(
                entry, user: "ada", replicas: 2, router: .sglang, openTela: nil, time: JobTime("03:00:00", option: "--time"), account: "a",
                partition: "p", reservation: nil, variables: Self.none)
            #expect(launch.servedName.description == "ada/\(entry.model)")
            #expect(launch.modelPath == entry.modelPath)
            #expect(launch.topology.nodes == 2 * entry.nodesPerReplica)
        }
    }

    @Test func onesOwnEntriesReplaceAndAdd() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(
            "models.yml", "registry: /w\nmodels:\n  - {model: openai/gpt-oss-20b, framework: sglang, framework_args: --tp-size 2}\n")
        // As SML has it: a list, null, a note of its own.
        try scratch.write(
            "models/b.json",
            #"[{"model": "me/mine", "framework": "vllm", "environment": null, "nodes_per_replica": 2, "framework_args": "", "pre_launch_cmds": "pip install x", "model_path": "/m", "_note": true}]"#
        )
        try scratch.write("models/.hidden.yml", "broken")
        try scratch.write("models/notes.txt", "broken")
        let catalog = try ModelCatalog.load(environment: ["SML_CONFIG_DIR": scratch.path])
        let own = try catalog.entry("openai/gpt-oss-20b", framework: nil)
        #expect(own.modelPath == "/w/openai/gpt-oss-20b" && own.frameworkArguments.words == ["--tp-size", "2"] && own.nodesPerReplica == 1)
        #expect(own.origin == .file("\(scratch.path)/models.yml"))
        let mine = try catalog.entry("me/mine", framework: .vllm)
        #expect(
            mine.environment == "vllm" && mine.nodesPerReplica == 2 && mine.preLaunchCommands == "pip install x" && mine.modelPath == "/m")
        #expect(catalog.models == catalog.models.sorted() && Set(catalog.models).count == catalog.models.count)
    }

    @Test(arguments: [
        ("models: 1", "models: 1 is not accepted; expected a list of models"),
        ("model: []", "model: is unknown; known are registry, models"),
        ("registry: x\nmodels: []", "registry: \"x\" is not accepted; expected an absolute path"),
        ("- 1", "models[0]: 1 is not accepted; expected an object"),
        ("- {framework: vllm}", "models[0].model: is missing"),
        ("- {model: a}", "models[0].framework: is missing; expected sglang or vllm"),
        ("- {model: a, framework: tgi}", "models[0].framework: \"tgi\" is not accepted; expected sglang or vllm"),
        (
            "- {model: a, framework: vllm, nodes_per_replica: 0}",
            "models[0].nodes_per_replica: 0 is not accepted; expected a whole number from 1 to 1024"
        ),
        (
            "- {model: a, framework: vllm, nodes_per_replica: two}",
            "models[0].nodes_per_replica: \"two\" is not accepted; expected a whole number from 1 to 1024"
        ),
        ("- {model: a, framework: vllm, framework_args: \"'\"}", "models[0].framework_args: \"'\": a single quote is not closed"),
        (
            "- {model: a, framework: vllm, nodes: 1}",
            "models[0].nodes: is unknown; known are model, framework, environment, nodes_per_replica, framework_args, pre_launch_cmds, model_path, weights_gb"
        ),
    ])
    func whatIsWrongIsNamed(_ text: String, _ reason: String) throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("models.yml", text)
        #expect(refusal { try ModelCatalog.load(environment: ["SML_CONFIG_DIR": scratch.path]) } == "\(path): \(reason)")
    }

    @Test func aBrokenFileHidesNoOther() throws {
        let scratch = try ScratchDirectory()
        let broken = try scratch.write("models/a.yml", "- {model: a}")
        try scratch.write("models/b.yml", "- {model: me/mine, framework: vllm}")
        let environment = ["SML_CONFIG_DIR": scratch.path]
        let (catalog, errors) = try ModelCatalog.list(environment: environment)
        #expect(catalog.models.contains("me/mine") && catalog.models.count > 20)
        #expect(errors.map { "\($0)" } == ["\(broken): models[0].framework: is missing; expected sglang or vllm"])
        // Who launches one may mean what the broken file has.
        #expect(refusal { try ModelCatalog.load(environment: environment) } == "\(errors[0])")
    }

    @Test func whatIsNotThereIsNamed() throws {
        let catalog = try ModelCatalog.load(environment: Self.none)
        #expect(
            refusal { try catalog.entry("swiss-ai/Apertus-8B", framework: nil) }
                == "--model: \"swiss-ai/Apertus-8B\" is not in the catalogue; did you mean swiss-ai/Apertus-8B-Instruct-2509?")
        #expect(
            refusal { try catalog.entry("x/y-z", framework: nil) } == "--model: \"x/y-z\" is not in the catalogue; 'sml models' lists them")
        #expect(
            refusal { try catalog.entry("swiss-ai/Apertus-8B-Instruct-2509", framework: nil) }
                == "--framework: is missing; swiss-ai/Apertus-8B-Instruct-2509 can be launched with sglang, vllm")
        #expect(
            refusal { try catalog.entry("openai/gpt-oss-20b", framework: .vllm) }
                == "--framework: vllm is not known for openai/gpt-oss-20b; known are sglang")
    }

    /// What `sml models show` prints is a file one can begin with.
    @Test func textIsReadBack() throws {
        let scratch = try ScratchDirectory()
        let catalog = try ModelCatalog.load(environment: Self.none)
        let path = try scratch.write("models.yml", CatalogEntry.text(catalog.entries))
        let read = try ModelCatalog.load(environment: ["SML_CONFIG_DIR": scratch.path])
        #expect(read.entries.allSatisfy { $0.origin == .file(path) })
        #expect(CatalogEntry.text(read.entries) == CatalogEntry.text(catalog.entries))
    }
}
