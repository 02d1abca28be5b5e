// `sml loadtest records`: the records file as text, for any tool.

import ArgumentParser
import Metrics
import Base

extension RecordExport.Format: ExpressibleByArgument {}

struct RecordsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records",
        abstract: "Export a records file as CSV or JSON Lines.",
        discussion: """
            Every row is one exchange, dropped arrival, iteration end or sample; the columns are described in \
            docs/RECORDS.md, which also says how DuckDB, pandas and R read them. With several --where all must hold; one \
            compares a column, or t, the time since the start, with a value. A file that was cut off is read up to its last whole record. Exit code \
            \(ExitStatus.records.rawValue): \(ExitStatus.records.meaning).

            EXAMPLES
              sml loadtest records runs/x/records.smlrec --format csv > records.csv
              sml loadtest records runs/x/records.smlrec --format jsonl \\
                  | jq 'select(.status == 503)'
              sml loadtest records runs/x/records.smlrec --columns label,status,end_ns \\
                  --where kind=request --where status!=200 --where 't>=30s'
            """)

    @Argument(help: ArgumentHelp("Records file.", valueName: "file"))
    var file: String

    @Option(help: "csv or jsonl.")
    var format: RecordExport.Format = .csv

    @Option(help: ArgumentHelp("Only these columns, in this order.", valueName: "a,b,c"))
    var columns: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only rows for which this holds, e.g. status!=200, label=short, 't>=30s'; may be repeated.", valueName: "condition"))
    var conditions: [String] = []

    func run() async throws {
        try await CommandFailure.reported {
            let selection = try RecordSelection(columns: columns, conditions: conditions)
            let reader = try RecordFileReader(path: file)
            try RecordExport(format: format, selection).write(reader) { try StandardOutput.write($0) }
            if reader.truncatedBytes > 0 { say("sml: \(file): cut off; \(reader.recordCount) whole records read") }
        }
    }
}
