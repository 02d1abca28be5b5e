// How long an A/B must last, asked before it is run: `sml loadtest ab --find 3 --pilot …`. Nothing is loaded.

import ArgumentParser
import Base
import Metrics
import Statistics
import Submit

struct PowerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Instead of a run: how long one must last to find a shift of this many percent 80 % of the time. Needs --pilot or --expect-sd.",
            valueName: "percent"))
    var find: Double?

    @Option(help: ArgumentHelp("With --find: summary of an earlier run of two arms under the same load.", valueName: "summary.json"))
    var pilot: String?

    @Option(
        help: ArgumentHelp(
            "With --find: standard deviation of ln(B/A) between parts of a minute, e.g. 0.05 for some 5 %.", valueName: "number"))
    var expectSd: Double?

    /// The answer; nil where nobody asks.
    ///
    /// - Throws: ``SubmitError/usage(_:)``.
    func answer() throws -> String? {
        guard let find else {
            if pilot != nil { throw SubmitError.usage("--pilot: needs --find") }
            if expectSd != nil { throw SubmitError.usage("--expect-sd: needs --find") }
            return nil
        }
        guard find > 0, find < 1_000 else {
            throw SubmitError.usage("--find: \(find) is not accepted; expected a percentage above 0, e.g. 3")
        }
        let head = "To find a shift of \(JSONText.javaScriptNumber(find)) % 80 % of the time, under the same load:\n"
        switch (pilot, expectSd) {
        case (let path?, nil): return head + (try Self.lines(ofPilot: path, share: find / 100))
        case (nil, let spread?):
            guard spread > 0, spread < 100 else {
                throw SubmitError.usage("--expect-sd: \(spread) is not accepted; expected a number above 0, e.g. 0.05")
            }
            return head + Self.line("any figure", PowerPlan.seconds(toFind: find / 100, spreadOfMinutes: spread))
        default: throw SubmitError.usage("--find: needs one of --pilot and --expect-sd")
        }
    }

    private static func lines(ofPilot path: String, share: Double) throws -> String {
        let result: RunResult
        do {
            result = try Summary(path: path).result
        } catch {
            throw SubmitError.usage("--pilot \(error)")
        }
        guard let comparison = result.comparison, let planned = result.run?.plan.durationSeconds else {
            throw SubmitError.usage("--pilot \(path): is no summary of a run of two arms")
        }
        let seconds = planned > 0 ? min(planned, result.seconds) : result.seconds
        let lines = (comparison.document["figures"]?.members ?? []).compactMap { figure -> String? in
            let estimate = figure.value["at_equal_lengths"]?["detectable"] == nil ? "measured" : "at_equal_lengths"
            guard let detectable = figure.value[estimate]?["detectable"]?.number, detectable > 0 else { return nil }
            return line(OneLine.escaped(figure.key), PowerPlan.seconds(toFind: share, detectable: detectable, in: seconds))
        }
        guard !lines.isEmpty else {
            throw SubmitError.usage("--pilot \(path): was too short for any interval; run one of at least a few minutes")
        }
        return lines.joined()
    }

    private static func line(_ name: String, _ seconds: Double) -> String {
        let minutes = Int((seconds / 60).rounded(.up))
        let padding = String(repeating: " ", count: max(1, 32 - name.count))
        return "  \(name)\(padding)\(minutes) min\n"
    }
}
