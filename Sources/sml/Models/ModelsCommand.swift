// `sml models`: what can be launched by name, and what one of them needs.

import ArgumentParser
import Models
import Base
import Scenarios
import Submit

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List the models that can be launched by name, or show one.",
        discussion: """
            Models are built in or yours: entries of models.yml, or of files in models/, beside the configuration \
            (~/.sml, or SML_CONFIG_DIR). An entry with the model and framework of a built-in one replaces it.

            EXAMPLES
              sml models
              sml models qwen --framework vllm
              sml models show swiss-ai/Apertus-8B-Instruct-2509 --framework sglang
              # start your own from one of ours
              sml models show google/gemma-3-27b-it > ~/.sml/models.yml
            """,
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List models in a table.",
            discussion: """
                EXAMPLES
                  sml models list
                  sml models list llama
                  sml models list --framework vllm
                """)

        @Argument(help: "Only models whose name contains this, whatever the case.")
        var filter = ""

        @Option(help: ArgumentHelp("Only this framework.", valueName: "sglang|vllm"))
        var framework: String?

        func run() async throws {
            try await CommandFailure.reported {
                let framework = try framework.map { try Framework($0, option: "--framework") }
                let (catalog, broken) = try ModelCatalog.list(environment: ProcessVariables.all)
                let entries = (filter.isEmpty ? catalog.entries : catalog.entries(matching: filter))
                    .filter { framework == nil || $0.framework == framework }
                guard !entries.isEmpty || !broken.isEmpty else {
                    throw SubmitError.usage("no model matches; 'sml models' lists all \(catalog.models.count)")
                }
                let rows = entries.map {
                    [
                        $0.model, $0.framework.rawValue, "\($0.nodesPerReplica)", $0.weightsGB.map { "\($0) GB" } ?? "", $0.environment,
                        "\($0.origin)",
                    ]
                }
                try StandardOutput.write(AlignedTable.render([["MODEL", "FRAMEWORK", "NODES", "WEIGHTS", "ENVIRONMENT", "FROM"]] + rows))
                // Files that cannot be used hide no others, and do not pass as success either.
                for error in broken.dropLast() { say("sml: \(error)") }
                if let last = broken.last { throw last }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print one model as a catalogue's entry: every default written out.",
            discussion: """
                What it prints is a catalogue file itself.

                EXAMPLES
                  sml models show google/gemma-3-27b-it
                  sml models show Qwen/Qwen3-32B --framework vllm
                """)

        @Argument(help: "Name of the model; 'sml models' lists them.")
        var name: String

        @Option(help: ArgumentHelp("Only with this framework.", valueName: "sglang|vllm"))
        var framework: String?

        func run() async throws {
            try await CommandFailure.reported {
                let framework = try framework.map { try Framework($0, option: "--framework") }
                let catalog = try ModelCatalog.load(environment: ProcessVariables.all)
                // Several frameworks are no question here: all are shown.
                let names = framework.map { [$0] } ?? catalog.frameworks(of: name)
                let entries = try (names.isEmpty ? [nil] : names.map(Optional.some)).map {
                    try catalog.entry(name, framework: $0, option: "NAME")
                }
                try StandardOutput.write(CatalogEntry.text(entries))
            }
        }
    }
}
