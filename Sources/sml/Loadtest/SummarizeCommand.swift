// `sml loadtest summarize`: the summary again, from the records alone.

import ArgumentParser
import Glibc
import Metrics
import Base
import Report

struct SummarizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summarize",
        abstract: "Compute a summary from records files.",
        discussion: """
            Gives the summary that the run wrote, or would have written: a file that was cut off counts as an \
            interrupted run up to its last whole record. Exit code \(ExitStatus.records.rawValue): \
            \(ExitStatus.records.meaning).

            Several files are the parts that the tasks of one run kept; they give the summary of the whole. A task \
            whose file is not given counts as lost, and the summary says so. Of a search for a capacity give its \
            \(CapacityFile.result).

            EXAMPLES
              sml loadtest summarize runs/x/records.smlrec
              sml loadtest summarize runs/x/records.smlrec --json > summary.json
              sml loadtest summarize runs/x/records.*.smlrec
              sml loadtest summarize runs/x/records.smlrec --plot
              sml loadtest summarize runs/x/capacity.json
            """)

    @Argument(help: ArgumentHelp("Records file, or all those of one run.", valueName: "file"))
    var files: [String]

    @Flag(help: "Print the JSON document instead of the readable block.")
    var json = false

    @Flag(help: "On a terminal, print all of the result, not only what fits on it.")
    var details = false

    @Flag(help: "Draw latency over time and its distribution instead, in 80 columns; plain ASCII without a UTF-8 locale.")
    var plot = false

    func validate() throws {
        if plot, json { throw ValidationError("--plot draws and --json prints a document: use one of them") }
    }

    func run() async throws {
        try await CommandFailure.reported {
            if plot { return try StandardOutput.draw(plots()) }
            if let found = try capacity() {
                guard !json else { return try StandardOutput.write(found.jsonData()[...]) }
                return try StandardOutput.draw(
                    found.textBlock(color: TerminalStyle.colorWanted(STDOUT_FILENO), screen: details ? nil : .ofBlock(STDOUT_FILENO)))
            }
            let summary = try SummaryBuilder.rebuild(fromRecords: files)
            if json {
                try StandardOutput.write(summary.jsonData()[...])
            } else {
                try StandardOutput.draw(
                    summary.textBlock(
                        color: TerminalStyle.colorWanted(STDOUT_FILENO), screen: details ? nil : .ofBlock(STDOUT_FILENO)))
            }
        }
    }

    /// What a search for a capacity came to; nil for records.
    private func capacity() throws -> CapacityResult? {
        guard files.count == 1, files[0].hasSuffix(".json") else { return nil }
        return try CapacityResult.read(path: files[0])
    }

    private func plots() throws -> String {
        let lines = TextPlot(try RunReport(records: files), style: .of(environment: ProcessVariables.all)).lines
        guard !lines.isEmpty else { return "no request succeeded: there is nothing to plot\n" }
        return lines.joined(separator: "\n") + "\n\n"
    }
}
