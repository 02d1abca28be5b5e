// `sml loadtest compare`: two sides of runs, and whether their difference is one. The verdict is the exit code, so that continuous
// integration needs no parser.

import ArgumentParser
import Base
import Glibc
import Loadtests
import Metrics
import Report
import Scenarios

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two runs, or several of each: is B slower than A?",
        discussion: """
            A and B are records files, directories of runs, summaries (of sml loadtest, or one of k6's two), or runs by name, \
            label or job number; 'sml loadtest list' shows them. Records make intervals and a verdict; summaries alone have \
            values. Several of each side (--a, --b, or a directory of runs) are repeats: the interval is the one between them. \
            A run of two arms ('sml loadtest ab', 'advanced --ab') is given alone: A and B are its arms, compared again \
            where --tolerance is given.

            Runs that are no pair are refused, with what differs: rate, executor, corpus, seeds, max_tokens, model and other \
            settings of requests, more than one point of success rate, arrivals that were dropped, a generator that was late, \
            a queue that grew. What differs because it is what you compare is allowed by name (--allow model).

            --report FILE writes the comparison as a page of charts besides (docs/REPORT.md); 'sml loadtest report A B' makes \
            one with both runs' own pages behind it.

            docs/COMPARE.md says what the verdict means and what it does not cover.

            EXIT CODES
            \(ExitStatus.table([
                .done: "no difference, or none beyond --tolerance",
                .worse: "B is worse by more than the tolerance",
                .better: "B is better by more than the tolerance",
                .usage: nil,
                .records: "no pair of runs, nothing with an interval, or not a file of a run",
                .output: "output cannot be written",
            ]))

            EXAMPLES
              sml loadtest compare tp4 dp4
              sml loadtest compare runs/old runs/new --tolerance 3%
              sml loadtest compare tp4 dp4 --report tp4-dp4.html
              sml loadtest compare runs/ab --tolerance 5%
              sml loadtest compare old/summary.json k6_summary.json
              sml loadtest compare --a runs/a-* --b runs/b-* --json > comparison.json
              sml loadtest baseline tp4 && sml loadtest compare --baseline dp4
            """)

    @Argument(help: ArgumentHelp("A and B; with --baseline only B; a run of two arms alone.", valueName: "run"))
    var runs: [String] = []

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Runs of side A, in the order of those of B.", valueName: "run"))
    var a: [String] = []

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Runs of side B.", valueName: "run"))
    var b: [String] = []

    @Flag(help: "A is the run pinned by 'sml loadtest baseline'.")
    var baseline = false

    @Option(
        help: ArgumentHelp(
            "Take differences up to this for none (default: 0%, of a run of two arms what it was run with).", valueName: "percentage"))
    var tolerance: String?

    @Option(help: ArgumentHelp("Let this differ; may be repeated. Names are those of a refusal.", valueName: "setting"))
    var allow: [String] = []

    @Flag(help: "Print the JSON document instead of the readable block.")
    var json = false

    @Option(help: ArgumentHelp("Write the comparison as a page of charts, too.", valueName: "file"))
    var report: String?

    func run() async throws {
        throw ExitCode(try await CommandFailure.reported { try runReported() })
    }

    private func runReported() throws -> Int32 {
        if report?.isEmpty == true { throw ConfigurationError(.usage, "--report: \"\" is not a file") }
        let share = try tolerance.map { text in try Percentage.share(text, option: "--tolerance") }
        let settings = ComparisonSettings(tolerance: share ?? 0, allowed: Set(allow))
        if runs.count == 1, !baseline, a.isEmpty, b.isEmpty, let code = try showArms(of: runs[0], tolerance: share) { return code }
        let (first, second) = try sides()
        let found = RunFinding(environment: ProcessVariables.all)
        let ofA = try ComparisonSource.side(try first.map(found.source)), ofB = try ComparisonSource.side(try second.map(found.source))
        guard ofA.count == ofB.count else {
            throw ConfigurationError(.usage, "A has \(ofA.count) runs and B \(ofB.count): give as many of the one as of the other")
        }
        try ComparisonSource.requireDistinct(ofA + ofB)
        try Comparison.check(allowed: settings.allowed, ofA + ofB, option: "--allow")
        let comparison = Comparison(a: ofA, b: ofB, settings: settings)
        if json {
            try StandardOutput.write((comparison.document.bytes(indentation: 2) + [0x0A])[...])
        } else {
            try StandardOutput.write(comparison.textBlock(color: TerminalStyle.colorWanted(STDOUT_FILENO)))
        }
        if let report, let page = ComparisonReport(comparison, a: ofA, b: ofB) {
            try ReportFile.write(ReportContents([], comparison: page), to: report)
            say("report: \(report)")
        }
        return comparison.exitStatus.rawValue
    }

    /// What a run of two arms at once said of them at its end; nil for a run of one server, which needs another to compare with.
    private func showArms(of run: String, tolerance: Double?) throws -> Int32? {
        let path = try RunFinding(environment: ProcessVariables.all).source(run).path
        guard let arms = try ComparisonSource.ofArms(at: path, tolerance: tolerance) else { return nil }
        guard allow.isEmpty else {
            throw ConfigurationError(.usage, "--allow: is for two runs; \(run) holds two arms of one, which differ by what each was given")
        }
        guard report == nil else {
            throw ConfigurationError(.usage, "--report: is for two runs; 'sml loadtest report \(run)' makes the page of \(run)")
        }
        if json {
            try StandardOutput.write((arms.document.bytes(indentation: 2) + [0x0A])[...])
        } else {
            try StandardOutput.draw(arms.lines.map { $0 + "\n" }.joined())
        }
        return arms.exitStatus.rawValue
    }

    private func sides() throws -> (a: [String], b: [String]) {
        func refused(_ text: String) -> ConfigurationError { ConfigurationError(.usage, text) }
        var (first, second) = (a, b)
        if baseline {
            guard first.isEmpty else { throw refused("--a: contradicts --baseline, which is side A") }
            guard let pinned = Baseline(environment: ProcessVariables.all).pinned else {
                throw refused("--baseline: none is pinned; 'sml loadtest baseline RUN' does")
            }
            first = [pinned.path]
        }
        guard !runs.isEmpty else {
            guard !first.isEmpty, !second.isEmpty else {
                throw refused(baseline ? "expected a run to compare with the baseline" : "expected two runs: sml loadtest compare A B")
            }
            return (first, second)
        }
        guard a.isEmpty, b.isEmpty else { throw refused("--a, --b: for several runs of each side; leave out \(runs[0])") }
        guard runs.count == (baseline ? 1 : 2) else {
            throw refused(
                baseline
                    ? "expected one run to compare with the baseline, not \(runs.count)"
                    : "expected two runs, not \(runs.count); several of each side go behind --a and --b")
        }
        if !baseline { first = [runs[0]] }
        second = [runs[runs.count - 1]]
        return (first, second)
    }
}

/// A percentage as an option's value: with its sign, since 0.03 could be either.
enum Percentage {
    static func share(_ text: String, option: String) throws(ConfigurationError) -> Double {
        guard text.hasSuffix("%"), let value = Double(text.dropLast()), (0...1000).contains(value) else {
            throw ConfigurationError(.usage, "\(option): \(JSON.string(text).shown) is not accepted; expected a percentage such as 3%")
        }
        return value / 100
    }
}

/// From what somebody typed to where a run's files are.
struct RunFinding {
    let environment: [String: String]

    /// - Throws: `ConfigurationError` for what is both a path and a name; ``ComparisonSourceError`` for what is neither.
    func source(_ text: String) throws -> (name: String, path: String) {
        let named = RunNames(environment: environment).path(named: text)
        if FileLook.isThere(text) {
            guard let named, named != text, !text.contains("/") else { return (text, text) }
            throw ConfigurationError(.usage, "\(text): is the name of a run and a path; write ./\(text) for the path")
        }
        guard let named else {
            throw ComparisonSourceError(
                path: text, reason: "no such file or directory, and no run of that name; 'sml loadtest list' shows those there are")
        }
        return (text, named)
    }
}
