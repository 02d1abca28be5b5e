// `sml`: the command on a laptop or login node. One file a subcommand; what they do lives in the libraries.

import ArgumentParser
import CommandEdge
import Glibc
import Base

@main
struct SMLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sml",
        abstract: "Load-test servers of large language models.",
        discussion: """
            EXAMPLES
              sml init
              sml models
              sml loadtest scenarios
              sml loadtest local --loadtest-duration 30s
              sml help loadtest local
            """,
        version: Product.longVersion,
        subcommands: [InitCommand.self, ModelsCommand.self, LoadtestCommand.self])

    static func main() async {
        do {
            try ProcessVariables.requireText()
            await end(with: try AbbreviatedOptions.expand(Array(CommandLine.arguments.dropFirst()), of: Self.self))
        } catch {
            say("sml: \(OneLine.escaped("\(error)"))")
            Glibc.exit(ExitStatus.usage.rawValue)
        }
    }
}

struct LoadtestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loadtest",
        abstract: "Run load tests and read their results.",
        discussion: """
            EXAMPLES
              sml loadtest scenarios
              sml loadtest corpus prompts.json
              sml loadtest run --partition normal --loadtest-model my-model
              sml loadtest preconfigured --partition normal --cancel-after-loadtest
              sml loadtest local --loadtest-scenario open_loop --loadtest-duration 30s
              sml loadtest summarize runs/x/records.smlrec
              sml loadtest report runs/x
              sml loadtest compare tp4 dp4
            """,
        subcommands: [
            RunCommand.self, ABCommand.self, CapacityCommand.self, PreconfiguredCommand.self, AdvancedCommand.self, AttachCommand.self,
            CancelCommand.self,
            LocalCommand.self,
            CalibrateCommand.self, ScenariosCommand.self, CorpusCommand.self,
            RecordsCommand.self, SummarizeCommand.self, CompareCommand.self, ListCommand.self, BaselineCommand.self, ReportCommand.self,
            PushCommand.self, CleanCommand.self,
        ])
}
