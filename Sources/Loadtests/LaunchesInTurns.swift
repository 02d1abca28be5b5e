// Two models of which only one fits at a time: launched, tested and cancelled in the order A B, B A, A B, …, so that a steady drift of
// the machine cancels. Each run is a whole one of its own, and what they come to is the comparison of pairs of runs.

import Base
import Glibc
import Metrics
import Models
import Scenarios
import Statistics
import Submit

struct LaunchesInTurns {
    /// Of both arms.
    let test: PreparedLoadtest
    let place: OpenedCluster
    let launches: [ModelLaunch]
    let pairs: Int
    let interrupts: Interrupts
    /// Directories of the results so far, by arm and in the order of pairs.
    private var results: [[String]] = [[], []]

    init(test: PreparedLoadtest, place: OpenedCluster, launches: [ModelLaunch], pairs: Int, interrupts: Interrupts) {
        self.test = test
        self.place = place
        self.launches = launches
        self.pairs = pairs
        self.interrupts = interrupts
    }

    /// Which arm's turn it is, first to last.
    static func order(pairs: Int) -> [(pair: Int, arm: Int)] {
        (0..<pairs).flatMap { pair in (pair % 2 == 0 ? [0, 1] : [1, 0]).map { (pair, $0) } }
    }

    /// Returns the exit code: of the run that ended the series, or of the comparison.
    mutating func carryOut() async throws -> Int32 {
        let order = Self.order(pairs: pairs)
        for (number, turn) in order.enumerated() {
            say("Run \(number + 1) of \(order.count): arm \(Self.name(turn.arm)) of pair \(turn.pair + 1)")
            do {
                let code = try await run(turn.arm, pair: turn.pair)
                guard goesOn(after: code, turn.arm) else {
                    tellOfTheRest(number)
                    return code
                }
            } catch {
                tellOfTheRest(number)
                throw error
            }
        }
        return try compare()
    }

    private static func name(_ arm: Int) -> String { RunConfiguration.armNames[arm] }

    /// One arm alone, whose job ends with its test.
    private mutating func run(_ arm: Int, pair: Int) async throws -> Int32 {
        let launch = launches[arm].again()
        let alone = try test.alone(arm: arm, pair: pair)
            .aimed(at: [.init(model: launch.servedName.description, size: launch.size)])
        var models = LaunchedModels(test: alone, place: place, cancelsAfter: true, interrupts: interrupts)
        let code = try await models.loadtest([launch])
        results[arm].append("\(ResultDirectory.root(environment: test.environment))/\(models.runID)")
        return code
    }

    /// A threshold that was not met ends nothing: the run was carried out.
    private func goesOn(after code: Int32, _ arm: Int) -> Bool {
        switch ExitStatus(rawValue: code) {
        case .done, .seriesMissing: true
        case .rule:
            results[arm].last.flatMap { try? ComparisonSource.side([("", $0)]).first }?.result.outcome?.kind == .completed
        default: false
        }
    }

    private func tellOfTheRest(_ number: Int) {
        let whole = min(results[0].count, results[1].count)
        say("sml: the series ends with run \(number + 1) of \(2 * pairs)" + (whole > 0 ? "; pairs so far: \(whole)" : ""))
        if whole > 0 { say("  compare them: \(command(pairs: whole))") }
    }

    private func command(pairs: Int) -> String {
        func side(_ arm: Int) -> String { results[arm].prefix(pairs).map(ShellWord.quoted).joined(separator: " ") }
        return "sml loadtest compare --a \(side(0)) --b \(side(1))" + (isOneName ? "" : " --allow model")
            + (tolerance > 0 ? " --tolerance \(Figures.percent(tolerance))%" : "")
    }

    private var tolerance: Double { test.request.arms?.design.tolerance ?? 0 }

    private var isOneName: Bool { launches.allSatisfy { $0.servedName == launches[0].servedName } }

    private func compare() throws -> Int32 {
        let sides = try results.enumerated().map { arm, directories in
            try ComparisonSource.side(directories.map { ("arm \(Self.name(arm)), model job \(PathText.name(of: $0))", $0) })
        }
        guard sides[0].count == pairs, sides[1].count == pairs else {
            say("sml: not every run has its results here; compare those that have: \(command(pairs: pairs))")
            return ExitStatus.records.rawValue
        }
        let comparison = Comparison(
            a: sides[0], b: sides[1],
            settings: ComparisonSettings(tolerance: tolerance, allowed: PlanFacts.differing(sides[0][0], sides[1][0])))
        try StandardOutput.write(comparison.textBlock(color: TerminalStyle.colorWanted(STDOUT_FILENO)))
        say("Compare them again, or without one of the pairs:\n  \(command(pairs: pairs))")
        return comparison.verdict == .none ? ExitStatus.records.rawValue : ExitStatus.done.rawValue
    }
}
