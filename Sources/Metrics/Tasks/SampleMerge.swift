// Adds up what several tasks saw of themselves. All sample once a second from one start, so samples of the same second
// belong together; one process's CPU time is not to be compared with another's.

import Generator

enum SampleMerge {
    /// One sample a second for all tasks together: users, requests, CPU time, memory and heartbeats added, delays the
    /// longest, and of what took the processor away that of the task it took most from.
    ///
    /// A task without a sample in a second counts as in its last one; before its first, as idle.
    static func merged(_ tasks: [[GeneratorSample]]) -> [GeneratorSample] {
        let bySecond = tasks.map { samples in
            samples.reduce(into: [Int64: GeneratorSample]()) { found, sample in
                let second = (sample.time + 500_000_000) / 1_000_000_000
                // The last sample of a run may share its second with a regular one, whose delay must not get lost.
                let earlier = found[second]
                found[second] = sample
                guard let earlier else { return }
                found[second]?.loopDelay = max(sample.loopDelay, earlier.loopDelay)
                found[second]?.beats.addUpToTheMost(earlier.beats)
                found[second]?.lateBeats.addUpToTheMost(earlier.lateBeats)
                found[second]?.strayConnections.addUpToTheMost(earlier.strayConnections)
                found[second]?.readDelay += earlier.readDelay
                found[second]?.runQueueWait += earlier.runQueueWait
                found[second]?.throttled += earlier.throttled
                found[second]?.stolen += earlier.stolen
                found[second]?.withoutDescriptors.addUpToTheMost(earlier.withoutDescriptors)
            }
        }
        var current = tasks.map { samples in
            samples.first.map {
                GeneratorSample(
                    time: 0, virtualUsers: 0, maxVirtualUsers: 0, inFlight: 0, cpuTime: $0.cpuTime, residentBytes: 0,
                    loopDelay: 0)
            }
        }
        return Set(bySecond.flatMap(\.keys)).sorted().map { second in
            var sum = GeneratorSample(
                time: 0, virtualUsers: 0, maxVirtualUsers: 0, inFlight: 0, cpuTime: 0, residentBytes: 0, loopDelay: 0)
            for task in tasks.indices {
                if let sample = bySecond[task][second] {
                    current[task] = sample
                    sum.time = max(sum.time, sample.time)
                    sum.loopDelay = max(sum.loopDelay, sample.loopDelay)
                    sum.beats.addUpToTheMost(sample.beats)
                    sum.lateBeats.addUpToTheMost(sample.lateBeats)
                    sum.strayConnections.addUpToTheMost(sample.strayConnections)
                    sum.readDelay = max(sum.readDelay, sample.readDelay)
                    sum.runQueueWait = max(sum.runQueueWait, sample.runQueueWait)
                    sum.throttled = max(sum.throttled, sample.throttled)
                    sum.stolen = max(sum.stolen, sample.stolen)
                    sum.withoutDescriptors.addUpToTheMost(sample.withoutDescriptors)
                }
                guard let latest = current[task] else { continue }
                sum.virtualUsers += latest.virtualUsers
                sum.maxVirtualUsers += latest.maxVirtualUsers
                sum.inFlight += latest.inFlight
                sum.cpuTime += latest.cpuTime
                sum.residentBytes += latest.residentBytes
            }
            return sum
        }
    }
}

extension UInt32 {
    /// A damaged file may hold any number.
    fileprivate mutating func addUpToTheMost(_ other: UInt32) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }
}
