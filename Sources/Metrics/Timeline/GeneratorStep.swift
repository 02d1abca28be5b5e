// What the generator's samples of one step of the timeline say: what was under way, and what kept it from being on time.

import Generator

/// Samples of one interval. Delays are the longest, what took the processor away is added up; microseconds.
package struct GeneratorStep: Sendable, Equatable {
    package var samples: UInt64 = 0
    /// Added up over the samples, and the most in one of them.
    package var inFlight: UInt64 = 0
    package var mostInFlight: UInt64 = 0
    package var virtualUsers: UInt64 = 0
    package var loopDelay: UInt64 = 0
    package var beats: UInt64 = 0
    package var lateBeats: UInt64 = 0
    package var runQueueWait: UInt64 = 0
    package var throttled: UInt64 = 0
    package var stolen: UInt64 = 0
    package var cpu: UInt64 = 0
    package var residentBytes: UInt64 = 0

    package init() {}

    /// Mean requests in flight; nil without a sample.
    package var meanInFlight: Double? { samples > 0 ? Double(inFlight) / Double(samples) : nil }

    /// - Parameter cpu: time used since the sample before, nanoseconds.
    mutating func add(_ sample: GeneratorSample, cpu: Int64) {
        samples += 1
        inFlight += UInt64(sample.inFlight)
        mostInFlight = max(mostInFlight, UInt64(sample.inFlight))
        virtualUsers = max(virtualUsers, UInt64(sample.virtualUsers))
        loopDelay = max(loopDelay, Self.microseconds(sample.loopDelay))
        beats += UInt64(sample.beats)
        lateBeats += UInt64(sample.lateBeats)
        runQueueWait &+= Self.microseconds(sample.runQueueWait)
        throttled &+= Self.microseconds(sample.throttled)
        stolen &+= Self.microseconds(sample.stolen)
        self.cpu &+= Self.microseconds(cpu)
        residentBytes = max(residentBytes, UInt64(max(0, sample.residentBytes)))
    }

    mutating func merge(_ next: Self) {
        for count in Self.sums { self[keyPath: count] &+= next[keyPath: count] }
        for count in Self.mosts { self[keyPath: count] = max(self[keyPath: count], next[keyPath: count]) }
    }

    private static func microseconds(_ nanoseconds: Int64) -> UInt64 { UInt64(max(0, nanoseconds) / 1_000) }

    typealias Member = WritableKeyPath<Self, UInt64> & Sendable
    private static let sums: [Member] = [
        \.samples, \.inFlight, \.beats, \.lateBeats, \.runQueueWait, \.throttled, \.stolen, \.cpu,
    ]
    private static let mosts: [Member] = [\.mostInFlight, \.virtualUsers, \.loopDelay, \.residentBytes]
}
