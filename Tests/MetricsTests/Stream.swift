// A seeded stream of records with everything a run can contain but redirects, and its samples.

import Generator

@testable import Metrics

enum Stream {
    /// Two labels; 5 % failures of several kinds, 1 % interrupted, 1 % dropped arrivals.
    static func records(count: Int, seed: UInt64) -> [RunRecord] {
        var random = SplitMix(state: seed)
        return (0..<count).map { index in
            let at = Double(index)
            let latency = 20 + Double.random(in: 0..<1, using: &random) * Double.random(in: 0..<2_000, using: &random)
            var record = Samples.request(at: at, latency: latency, label: UInt16(index % 2))
            record.iteration = UInt32(index)
            switch Int.random(in: 0..<1_000, using: &random) {
            case 0..<10:
                record.flags = [.final, .endsIteration, .interrupted]
            case 10..<20:
                record = RunRecord(kind: .dropped)
                record.scheduled = Samples.nanoseconds(at)
            case 20..<40:
                record.status = 0
                record.errorCode = 1212
                record.sent = -1
                record.firstByte = -1
                record.flags = [.final, .endsIteration]
            case 40..<60:
                record.status = 503
                record.errorCode = 1503
                record.flags = [.final, .endsIteration, .parsed]
            case 60..<65:
                record.flags = [.final, .endsIteration]
            default: break
            }
            return record
        }
    }

    /// A sample every 1,000 of `count` records.
    static func samples(count: Int) -> [GeneratorSample] {
        stride(from: 999, to: count, by: 1_000).map { index in
            GeneratorSample(
                time: Samples.nanoseconds(Double(index)), virtualUsers: 10, maxVirtualUsers: 20, inFlight: 10,
                cpuTime: Samples.nanoseconds(Double(index) / 10), residentBytes: 40 << 20, loopDelay: 100_000)
        }
    }
}
