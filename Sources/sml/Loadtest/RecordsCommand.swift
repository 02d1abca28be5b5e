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
            docs/RECORDS.md. A file that was cut off is read up to its last whole record. Exit code \
            \(ExitStatus.records.rawValue): \(ExitStatus.records.meaning).

            EXAMPLES
              sml loadtest records runs/x/records.smlrec --format csv > records.csv
              sml loadtest records runs/x/records.smlrec --format jsonl \\
                  | jq 'select(.status == 503)'
            """)

    @Argument(help: ArgumentHelp("Records file.", valueName: "file"))
    var file: String

    @Option(help: "csv or jsonl.")
    var format: RecordExport.Format = .csv

    func run() async throws {
        try await CommandFailure.reported {
            let reader = try RecordFileReader(path: file)
            try RecordExport(format: format).write(reader) { try StandardOutput.write($0) }
            if reader.truncatedBytes > 0 { say("sml: \(file): cut off; \(reader.recordCount) whole records read") }
        }
    }
}
