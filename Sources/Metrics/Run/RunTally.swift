// The statistics of a run that may have lanes: of the whole, and of each lane for itself. A record is told apart by the number it
// carries. Without lanes it is the statistics of the run and nothing else. A probe is a lane whose figures are in no others.

import Generator

/// Takes in what a run hands to its readers.
package struct RunTally: Sendable {
    /// Of all lanes together; of a run without lanes all there is.
    package private(set) var whole: RunStatistics
    /// Of each, in the order of the context's ``RunContext/lanes``, and of the probe behind them.
    package private(set) var lanes: [RunStatistics]
    private let arms: [UInt16]
    /// Of a run of two arms what their comparison reads.
    private(set) var requests: ArmRequests?
    private let probe: UInt16?

    package init(context: RunContext, texts: TextTable) {
        whole = RunStatistics(context: context, texts: texts)
        probe = context.probe?.arm
        arms = (context.lanes ?? []).map(\.arm) + [probe].compactMap { $0 }
        lanes = arms.map { RunStatistics(context: context.ofLane($0), texts: texts) }
        requests = ArmRequests(context: context)
    }

    /// Of the lane with that number; of the whole for 0.
    package subscript(arm: UInt16) -> RunStatistics { arms.firstIndex(of: arm).map { lanes[$0] } ?? whole }

    /// Records of any lanes, in any order except that hops of one request must come in theirs.
    package mutating func consume(_ batch: UnsafeBufferPointer<RunRecord>) {
        guard !arms.isEmpty else { return whole.consume(batch) }
        requests?.consume(batch)
        for record in batch {
            if record.arm != probe { whole.consume(record) }
            if let index = arms.firstIndex(of: record.arm) { lanes[index].consume(record) }
        }
    }

    /// A sample is of one lane, or of the whole.
    package mutating func consume(_ sample: GeneratorSample) {
        if let index = arms.firstIndex(of: sample.arm) { lanes[index].consume(sample) } else { whole.consume(sample) }
    }

    package mutating func consume(_ counts: [StreamCount]) {
        guard let arm = counts.first?.arm else { return }
        if arm != probe { whole.consume(counts) }
        if let index = arms.firstIndex(of: arm) { lanes[index].consume(counts) }
    }
}
