// `sml loadtest list` and `baseline`: which results are on this machine, and which of them others are compared with.

import ArgumentParser
import Base
import Loadtests
import Metrics
import Scenarios
import Statistics

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the runs whose results are on this machine.",
        discussion: """
            Jobs that were submitted from this home directory, runs that were given a name (--name), and those in ./runs; the \
            oldest first. Figures are those of a run's steady part; of a plan that was run several times (--repeat) those between \
            the runs that count, with their 95 % interval, and how many count. A run is called by its name, its job's number or its \
            label in 'sml loadtest compare'. A name is unique among the runs that are still there.

            EXAMPLES
              sml loadtest list
              sml loadtest list --json | jq -r '.[] | select(.verdict == "VALID") | .name'
            """)

    @Flag(help: "Print a JSON document instead of the table.")
    var json = false

    func run() async throws {
        try await CommandFailure.reported {
            let runs = RunList.all(environment: ProcessVariables.all)
            if json { return try StandardOutput.write((JSON.array(runs.map(\.document)).bytes(indentation: 2) + [0x0A])[...]) }
            guard !runs.isEmpty else { return say("No runs here. 'sml loadtest local' makes one.") }
            let pinned = Baseline(environment: ProcessVariables.all).pinned?.name
            let head = ["RUN", "WHEN (UTC)", "SCENARIO", "MODEL", "VERDICT", "REQ/S", "P50 MS", "P95 MS", "OK %"]
            try StandardOutput.write(AlignedTable.render([head] + runs.map { Self.row($0, isBaseline: $0.handle == pinned) }))
        }
    }

    private static func row(_ run: ListedRun, isBaseline: Bool) -> [String] {
        let headline = run.headline
        func shown(_ figure: Figure?) -> String { figure.map { $0.low == nil ? $0.shortText : $0.text(unit: "") } ?? "–" }
        return [
            run.handle + (isBaseline ? " (baseline)" : ""), String(run.started.prefix(16)).replacing("T", with: " "),
            run.scenario ?? "–", run.model ?? "–", run.verdict, shown(headline.perSecond), shown(headline.p50),
            shown(headline.p95), shown(headline.successRate?.inPerCent),
        ]
    }
}

struct BaselineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline",
        abstract: "Pin the run that 'compare --baseline' compares with.",
        discussion: """
            Without a run it shows which one is pinned. The run stays where it is: when its files are removed, comparing with it \
            is an error.

            EXAMPLES
              sml loadtest baseline tp4
              sml loadtest baseline
              sml loadtest compare --baseline dp4 --tolerance 3%
              sml loadtest baseline --clear
            """)

    @Argument(help: ArgumentHelp("Run: a path, or its name, label or job number.", valueName: "run"))
    var target: String?

    @Flag(help: "Let none be pinned.")
    var clear = false

    func run() async throws {
        try await CommandFailure.reported {
            let environment = ProcessVariables.all
            let baseline = Baseline(environment: environment)
            guard !clear else {
                guard target == nil else { throw ConfigurationError(.usage, "--clear: takes no run") }
                return baseline.clear()
            }
            guard let target else {
                guard let pinned = baseline.pinned else { return say("No baseline is pinned.") }
                return try StandardOutput.write("\(OneLine.escaped(pinned.name))\t\(OneLine.escaped(pinned.path))\n")
            }
            let source = try RunFinding(environment: environment).source(target)
            // What cannot be compared with is said now and not after the next run.
            _ = try ComparisonSource.side([source])
            try baseline.pin(target, path: FileLook.absolute(source.path))
        }
    }
}
