// `sml loadtest report`: a run as a page to look at.

import ArgumentParser
import Base
import Report
import Submit

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make a page of charts from one run or several.",
        discussion: """
            One HTML file that needs no network and no other file: mail it, keep it beside the run, print it. RUN is the \
            directory of a run, its records file or its summary, or its name ('sml loadtest list'). From records everything \
            is exact; from a summary alone percentiles over time are right to 3 %.

            Two runs are compared as 'sml loadtest compare' does it, before the page shows each; a run of two arms ('ab') \
            begins with its own comparison. A directory with repeats.json is shown as several runs of one plan, one with \
            capacity.json as the search that it is. More runs share one page, beside each other.

            Every run writes such a page beside its summary, unless told --no-report. Exit code \
            \(ExitStatus.records.rawValue): \(ExitStatus.records.meaning).

            EXAMPLES
              sml loadtest report runs/x
              sml loadtest report runs/x/summary.json -o x.html
              sml loadtest report tp4 dp4 -o both.html
            """)

    @Argument(help: ArgumentHelp("Directory of a run, records file, summary, or a run's name.", valueName: "run"))
    var runs: [String]

    @Option(
        name: [.short, .customLong("output")],
        help: ArgumentHelp("The page (default: beside the run; of several, report.html here).", valueName: "file"))
    var output: String?

    func run() async throws {
        try await CommandFailure.reported {
            if output?.isEmpty == true { throw SubmitError.usage("--output: \"\" is not a file") }
            let found = RunFinding(environment: ProcessVariables.all)
            let sources = try runs.map { try found.source($0) }
            let contents = try ReportFile.contents(sources)
            let place = output ?? ReportFile.place(for: sources.map(\.path))
            try ReportFile.write(contents, to: place)
            try StandardOutput.write("report: \(place)\n")
        }
    }
}
