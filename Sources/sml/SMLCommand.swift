// `sml`: the command on a laptop or login node. One file a subcommand; what they do lives in the libraries.

import ArgumentParser
import Scenarios

@main
struct SMLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sml",
        abstract: "Load-test servers of large language models.",
        version: Product.version,
        subcommands: [LoadtestCommand.self])
}

struct LoadtestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loadtest",
        abstract: "Run load tests and read their results.",
        subcommands: [
            LocalCommand.self, ScenariosCommand.self, RecordsCommand.self, SummarizeCommand.self,
        ])
}
