// `sml loadtest scenarios`: what can be run, and what one of them means.

import ArgumentParser
import ScenarioFiles
import Base
import Scenarios

struct ScenariosCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenarios",
        abstract: "List the scenarios, or show one as it would run.",
        discussion: """
            Scenarios are built in or files of yours: ./scenarios/NAME.yaml (also .yml, .json). A file with the name \
            of a built-in one replaces it. Files that cannot be used are named on stderr, the rest is listed all the \
            same, and the exit code is \(ExitStatus.configuration.rawValue).

            EXAMPLES
              sml loadtest scenarios
              sml loadtest scenarios show open_loop
              mkdir -p scenarios        # start your own from one of ours
              sml loadtest scenarios show open_loop > scenarios/mine.json
            """,
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    /// Resolves `scenario` against a placeholder server: everything but the target is the scenario's own.
    static func resolve(_ scenario: ScenarioDefinition) throws(ConfigurationError) -> ResolvedRun {
        try RunConfiguration.build(scenario: scenario, serverURL: "http://localhost:8000").resolve()
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the scenarios in a table.",
            discussion: """
                EXAMPLES
                  sml loadtest scenarios list
                """)

        func run() async throws {
            try await CommandFailure.reported {
                var rows = [["NAME", "PATTERN", "DURATION", "THINK", "MAX TOKENS", "LABELS", "FROM"]]
                var broken: [any Error] = []
                for listed in try ScenarioCatalog().list() {
                    do {
                        let scenario = try listed.scenario.get()
                        rows.append(Self.row(scenario, try ScenariosCommand.resolve(scenario)))
                    } catch {
                        // One bad file of the user's does not hide the others, and does not pass as success either.
                        rows.append([listed.name, "not usable"])
                        broken.append(error)
                    }
                }
                try StandardOutput.write(AlignedTable.render(rows))
                for error in broken.dropLast() { say("sml: \(error)") }
                if let last = broken.last { throw last }
            }
        }

        private static func row(_ scenario: ScenarioDefinition, _ run: ResolvedRun) -> [String] {
            let labels = run.corpusOptions.promptLabels
            let tokens =
                switch run.maxTokens {
                case .perPrompt: "prompt"
                case .fixed(let count): "\(count)"
                }
            return [
                scenario.name, run.plan.executor.pattern, DurationGrammar.format(run.plan.executor.duration),
                DurationGrammar.format(run.plan.thinkTime), tokens,
                labels.isEmpty ? "all" : labels.joined(separator: ", "), "\(scenario.origin)",
            ]
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print one scenario as resolved: every default written out.",
            discussion: """
                The JSON it prints is a scenario file itself.

                EXAMPLES
                  sml loadtest scenarios show throughput
                  sml loadtest scenarios show open_loop > scenarios/mine.json
                """)

        @Argument(help: "Name of the scenario.")
        var name: String

        func run() async throws {
            try await CommandFailure.reported {
                let scenario = try ScenarioCatalog().resolve(name)
                let run = try ScenariosCommand.resolve(scenario)
                for warning in scenario.warnings + run.warnings { say("sml: warning: \(warning)") }
                try StandardOutput.write(run.resolvedScenario.prettyJSON() + "\n")
            }
        }
    }
}
