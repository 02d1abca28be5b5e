// One run of one side of a comparison: its result and, where there are records, its requests. A run of two arms at once is two
// of these, with the same context.

import Generator
import Statistics

package struct ComparedRun: Sendable {
    /// What it is called in texts: the path or the name that was given, or the arm.
    package var name: String
    package var result: RunResult
    /// Nil where there is a summary and nothing else.
    package var requests: ComparedRequests?
    /// Requests per second as a document of k6 has them, over all of its duration; nil for others.
    var k6Rate: Double?

    package init(name: String, result: RunResult, requests: ComparedRequests? = nil) {
        self.name = name
        self.result = result
        self.requests = requests
    }

    /// k6's documents do not say what was run.
    var isOfK6: Bool { result.run == nil }

    /// Whether requests are due whatever the server does.
    var hasSchedule: Bool { result.run?.plannedArrivals != nil }

    /// What its percentiles are about, nanoseconds: the steady part, or all of the load where there is none. Nil for nothing.
    var window: Range<Int64>? {
        if let steady = result.certainty?.steady?.figures { return Self.range(steady.from, steady.to) }
        let planned = result.run?.plan.durationSeconds ?? 0
        return Self.range(0, planned > 0 ? min(planned, result.seconds) : result.seconds)
    }

    private static func range(_ from: Double, _ to: Double) -> Range<Int64>? {
        guard 0 <= from, from < to, to < 1e9 else { return nil }
        return Int64(from * 1e9)..<Int64(to * 1e9)
    }

    /// When it began, nanoseconds since 1970; nil in documents of k6.
    var started: Int64? { result.run?.startedUnixNanoseconds }
}
