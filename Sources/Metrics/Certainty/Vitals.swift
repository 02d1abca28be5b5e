// What the generator's samples say about how far its measurement can be trusted: how late answers were read, whether it ran
// into a limit, and what took its processor away. Of the latter only the longest of each kind is kept, since one is named.

import Generator
import Statistics

/// Built up from samples in their order.
package struct Vitals: Sendable {
    /// Shorter losses are a scheduler's daily business.
    private static let shortest = 0.02

    /// Half the squares of the loops' absences, nanoseconds times seconds.
    package private(set) var readDelay = 0.0
    private var samples = 0
    private var withoutDescriptors = 0
    private var mostUsers: UInt32 = 0
    private var samplesAtMostUsers = 0
    private var longest: [Cause.Kind: Cause] = [:]
    private var current: [Cause.Kind: Cause] = [:]
    private var last: Int64 = 0

    mutating func add(_ sample: GeneratorSample) {
        samples += 1
        readDelay += Double(sample.readDelay)
        if sample.withoutDescriptors > 0 { withoutDescriptors += 1 }
        if sample.virtualUsers > mostUsers { (mostUsers, samplesAtMostUsers) = (sample.virtualUsers, 0) }
        if sample.virtualUsers == mostUsers { samplesAtMostUsers += 1 }
        let passed = max(0, Double(sample.time - last) / 1e9)
        for kind in Cause.Kind.allCases { note(kind, seconds: seconds(kind, of: sample, passed: passed)) }
        last = max(last, sample.time)
    }

    /// Losses of seconds that follow each other are one.
    private mutating func note(_ kind: Cause.Kind, seconds: Double) {
        guard seconds >= Self.shortest else { return current[kind] = nil }
        let known = current[kind]
        let cause = Cause(kind: kind, seconds: seconds + (known?.seconds ?? 0), at: known?.at ?? Double(last) / 1e9)
        current[kind] = cause
        if cause.seconds > longest[kind]?.seconds ?? 0 { longest[kind] = cause }
    }

    private func seconds(_ kind: Cause.Kind, of sample: GeneratorSample, passed: Double) -> Double {
        switch kind {
        case .throttling: Double(sample.throttled) / 1e9
        case .steal: Double(sample.stolen) / 1e9
        case .runQueue: Double(sample.runQueueWait) / 1e9
        case .heartbeat: Double(sample.loopDelay) / 1e9
        case .descriptors: sample.withoutDescriptors > 0 ? passed : 0
        }
    }

    /// Until the last sample.
    package var nanoseconds: Double { Double(last) }

    /// The longest loss, by the kind that explains it best.
    package var cause: Cause? { Cause.main(of: Array(longest.values)) }

    /// Share of samples that found every one of `users` busy or no descriptor left.
    ///
    /// - Parameter users: the most of an open loop; nil for a closed one, whose users are all busy by definition.
    package func atCapShare(users: Int?) -> Double {
        guard samples > 0 else { return 0 }
        let busy = users.map { Int(mostUsers) >= $0 && $0 > 0 } == true ? samplesAtMostUsers : 0
        return Double(max(busy, withoutDescriptors)) / Double(samples)
    }
}
