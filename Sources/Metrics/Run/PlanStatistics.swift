// What happened within the plan's time. A run goes on after it until the last answer is there, up to 30 s and more; with
// that in the divisor 1,000.2 requests a second at the server were printed as 975. Whole numbers, so that it makes no
// difference in which order records come or how many tasks they are from.

import Generator

/// Requests and tokens of the plan's time.
package struct PlanStatistics: Sendable, Equatable {
    /// Where the plan's time ends, nanoseconds since the run's start.
    package let end: Int64
    /// Requests that started in it, and successes that ended in it.
    package private(set) var started = Counter()
    package private(set) var succeeded = Counter()
    private var outputParts: UInt64 = 0
    private var inputParts: UInt64 = 0

    /// Tokens are added up in parts, so that an answer that ends after the plan is counted to 1/65,536.
    private static let partsPerToken: UInt64 = 1 << 16

    init(end: Int64) { self.end = end }

    /// Tokens of good answers that fall into the plan's time: each answer's are spread evenly over the time it took, where its
    /// first token is known the input before it and the output after it.
    package var outputTokens: Double { Double(outputParts) / Double(Self.partsPerToken) }
    package var inputTokens: Double { Double(inputParts) / Double(Self.partsPerToken) }

    /// Takes in the first exchange of a request.
    @inline(__always)
    mutating func addStarted(_ record: RunRecord) {
        if record.started < end { started.add() }
    }

    /// Takes in a success that `started` then, redirects included.
    @inline(__always)
    mutating func addSuccess(_ record: RunRecord, started: Int64) {
        if record.end <= end {
            succeeded.add()
            outputParts &+= UInt64(max(0, record.completionTokens)) &* Self.partsPerToken
            inputParts &+= UInt64(max(0, record.promptTokens)) &* Self.partsPerToken
        } else if started < end {
            let isStreamed = record.firstToken > started && record.firstToken < record.end
            outputParts &+= parts(record.completionTokens, from: isStreamed ? record.firstToken : started, to: record.end)
            inputParts &+= parts(record.promptTokens, from: started, to: isStreamed ? record.firstToken : record.end)
        }
    }

    /// What of `count` tokens, spread over that time, falls into the plan's.
    private func parts(_ count: Int32, from: Int64, to: Int64) -> UInt64 {
        let share = min(1, max(0, Double(end - from) / Double(to - from)))
        return UInt64((Double(max(0, count)) * share * Double(Self.partsPerToken)).rounded())
    }
}
