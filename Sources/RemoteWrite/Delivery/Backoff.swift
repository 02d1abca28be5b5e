// The pause before the next attempt: doubling, bounded, and random from a seed so that a test can foresee it.

import Base

struct Backoff {
    private let initial: Duration
    private let maximum: Duration
    private var failures = 0
    private var state: UInt64

    init(_ policy: DeliveryPolicy) {
        initial = policy.initialBackoff
        maximum = policy.maximumBackoff
        state = policy.seed
    }

    /// The pause after one more failure: between a half and all of min(maximum, initial * 2^failures).
    mutating func next() -> Duration {
        // 2^20 times any sensible initial pause is beyond any maximum.
        let full = min(maximum, initial * (1 << min(failures, 20)))
        failures += 1
        return full * (0.5 + 0.5 * randomFraction())
    }

    mutating func reset() { failures = 0 }

    /// Uniform in [0, 1).
    private mutating func randomFraction() -> Double {
        state &+= SplitMix64.step
        return Double(SplitMix64.mix(state) >> 11) * 0x1p-53
    }
}
