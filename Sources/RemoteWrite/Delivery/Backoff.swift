// The pause before the next attempt: doubling, bounded, and random from a seed so that a test can foresee it.

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

    /// SplitMix64; uniform in [0, 1).
    private mutating func randomFraction() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
    }
}
