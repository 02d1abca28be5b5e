// `HH:MM:SS`, and whether a run fits into it. Found out before anything waits in a queue, because SLURM says nothing
// and ends the job in the middle.

import Base
import Scenarios

/// A job's time limit.
package struct JobTime: Sendable, Equatable, CustomStringConvertible {
    package let duration: Duration

    /// SLURM tells the generator this long before the limit. It may come up to a minute later or earlier than asked,
    /// because SLURM looks every 30 s and rounds; earlier is what was measured. Ten seconds are for answers in flight,
    /// the rest for delivering series.
    package static let warning = Duration.seconds(90)
    /// What a job needs beside its plan: a minute to unpack its image, a minute to deliver its last series, and the
    /// warning with the minute by which it may come early.
    static let overhead = Duration.seconds(60 + 60 + 60) + warning
    /// How early the warning may come before the limit.
    static let earliestWarning = warning + .seconds(60)
    /// How long the tasks of a run on several nodes wait for the slowest of them to unpack its image.
    static let taskWait = Duration.seconds(180)

    /// - Throws: ``SubmitError/usage(_:)``.
    package init(_ text: String, option: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.allSatisfy(\.isASCII) && !$0.hasPrefix("+") ? Int($0) : nil }
        guard parts.count == 3, numbers.count == 3, (1...3).contains(parts[0].count), parts[1].count == 2, parts[2].count == 2,
            numbers.allSatisfy({ $0 >= 0 }), numbers[1] < 60, numbers[2] < 60, numbers.contains(where: { $0 > 0 })
        else {
            throw SubmitError.usage(
                "\(option): \(JSON.string(text).shown) is not accepted; expected HH:MM:SS, 00:00:01 to 999:59:59")
        }
        duration = .seconds(numbers[0] * 3600 + numbers[1] * 60 + numbers[2])
    }

    init(roundedUp duration: Duration) {
        let seconds = duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0)
        self.duration = .seconds((seconds + 59) / 60 * 60)
    }

    package var description: String { Self.clock(duration) }

    /// `HH:MM:SS`.
    static func clock(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    /// From the last answer of one run to the first request of the next: the last series, the summary, the corpus.
    private static let betweenRuns = Duration.seconds(30)

    /// How long a plan takes that is run that often, with the connections that it makes first and its last answers.
    package static func longestEnd(of plan: Plan, nodes: Int = 1, repeats: Int) -> Duration {
        (plan.lead(tasks: nodes) + plan.longestEnd) * repeats + betweenRuns * (repeats - 1)
    }

    /// The least a job for `plan` may be given, in whole minutes.
    package static func needed(for plan: Plan, nodes: Int = 1, repeats: Int = 1) -> JobTime {
        JobTime(roundedUp: longestEnd(of: plan, nodes: nodes, repeats: repeats) + overhead(nodes: nodes))
    }

    /// What a job of that time has for the load of `plan`, so that ``needed(for:nodes:repeats:)`` of it is no more than `time`.
    static func available(in time: JobTime, for plan: Plan) -> Duration {
        .seconds(time.duration.components.seconds / 60 * 60) - plan.lead() - plan.gracefulStop - overhead
    }

    private static func overhead(nodes: Int) -> Duration { overhead + (nodes > 1 ? taskWait : .zero) }

    /// - Throws: ``SubmitError/usage(_:)`` that says how long a job for `plan` must be.
    package func check(fits plan: Plan, scenario: String, nodes: Int = 1, repeats: Int = 1, option: String) throws {
        let needed = Self.needed(for: plan, nodes: nodes, repeats: repeats)
        guard duration >= needed.duration else {
            let what = repeats > 1 ? "\(repeats) runs of scenario" : "scenario"
            let lead = plan.lead(tasks: nodes)
            let before = lead > .zero ? "\(DurationGrammar.format(lead)) to make its connections (preconnect), " : ""
            let each = repeats > 1 ? " and \(DurationGrammar.format(Self.betweenRuns)) before the next, \(repeats) times" : ""
            throw SubmitError.usage(
                "\(option): \(self) is too short for \(what) \"\(scenario)\"; it needs \(needed): "
                    + "\(before)\(DurationGrammar.format(plan.executor.duration)) of load, up to "
                    + "\(DurationGrammar.format(plan.gracefulStop)) for its last answers\(each), and "
                    + "\(DurationGrammar.format(Self.overhead(nodes: nodes))) to start, deliver and stop in time")
        }
    }
}
