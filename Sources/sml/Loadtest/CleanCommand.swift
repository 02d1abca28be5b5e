// `sml loadtest clean`: the runs' directories on the cluster, whose results are at home.

import ArgumentParser
import Base
import Loadtests
import Submit

struct CleanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean",
        abstract: "Remove what finished runs left on the cluster.",
        discussion: """
            Looks at every run that was submitted from this home directory and lists its directory on the cluster: those \
            whose summary and records are here as a whole can be removed; those of jobs that wait or run, and those that \
            hold anything that is not here, are kept, with the reason. Nothing is removed without --remove. Results at home \
            and jobs' logs stay.

            EXIT CODES
            \(ExitStatus.table([
                .done: nil,
                .usage: "bad usage",
                .unavailable: "SLURM or FirecREST cannot be reached, or a directory could not be removed",
                .credentials: nil,
                .notConfigured: nil,
            ]))

            EXAMPLES
              sml loadtest clean
              sml loadtest clean --remove
            """)

    @Flag(help: "Remove them.")
    var remove = false

    @Flag(help: "Print each call to FirecREST, or command of SLURM, on stderr.")
    var verbose = false

    func run() async throws {
        throw ExitCode(try await CommandFailure.reported { try await runReported() })
    }

    private func runReported() async throws -> Int32 {
        let environment = ProcessVariables.all
        let file = try ConfigurationFile.load(environment: environment)
        let all = JobRecord.all(results: ResultDirectory.root(environment: environment))
        let records = all.filter { $0.launcher == file.launcher.rawValue }
        var isWhole = true
        var count = 0
        var bytes: UInt64 = 0
        for (system, runs) in Dictionary(grouping: records, by: \.system).sorted(by: { $0.key ?? "" < $1.key ?? "" }) {
            let launcher = try await file.openLauncher(
                system: system, account: environment.filled("SML_ACCOUNT"), environment: environment,
                trace: verbose ? TerminalDisplay().trace : nil)
            let cleaning = StagedRunCleaning(launcher: launcher)
            for record in runs {
                switch await cleaning.look(at: record) {
                case .gone: continue
                case .kept(let reason): try line("keep", record, reason)
                case .removable(let size):
                    if remove {
                        do throws(LauncherError) {
                            try await cleaning.remove(record)
                        } catch {
                            isWhole = false
                            try line("keep", record, "\(error)")
                            continue
                        }
                    }
                    count += 1
                    bytes += size
                    try line(remove ? "removed" : "remove", record, "\((size + 1023) >> 10) kB")
                }
            }
        }
        let what = "\(count) \(count == 1 ? "directory" : "directories"), \((bytes + 1023) >> 10) kB"
        say(remove ? "removed \(what)" : "\(what) can be removed\(count > 0 ? ": sml loadtest clean --remove" : "")")
        return isWhole ? 0 : ExitStatus.unavailable.rawValue
    }

    private func line(_ word: String, _ record: JobRecord, _ text: String) throws {
        try StandardOutput.write("\(word)\t\(OneLine.escaped(record.runDirectory))\t\(OneLine.escaped(text))\n")
    }
}
