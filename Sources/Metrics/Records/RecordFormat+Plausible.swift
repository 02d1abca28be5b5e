// What a frame must hold to be a record of ours. A file that was damaged (a disk, a transfer in text mode) would otherwise
// overflow the arithmetic or name a label that is not there; found by fuzzing.

import Generator

extension RecordFormat {
    /// 4.5 years: sums and differences of such instants are far from the limits of 64 bits.
    private static let instants = -(Int64(1) << 57)...(Int64(1) << 57)

    /// Whether `record` can have been written by a run with `labels` labels.
    static func isPlausible(_ record: RunRecord, labels: Int) -> Bool {
        if record.kind == .sample {
            let sample = record.sample
            return [sample.time, sample.cpuTime, sample.residentBytes, sample.loopDelay].allSatisfy(instants.contains)
        }
        return [record.scheduled, record.started, record.sent, record.firstByte, record.end]
            .allSatisfy(instants.contains)
            && Int(record.label) < labels && record.promptTokens >= -1 && record.completionTokens >= -1
    }

    /// Whether `context`'s wall clock can be added to: 1970 to 2116.
    static func isPlausible(_ context: RunContext) -> Bool {
        (0...(Int64(1) << 62)).contains(context.startedUnixNanoseconds)
    }
}
