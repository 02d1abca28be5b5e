// Think times and staggers come from a seed that the summary records, so that a run can be repeated. Each
// virtual user has its own stream, so draws do not depend on who answers first.

import Base

struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Stream number `stream` of `seed`.
    init(seed: UInt64, stream: UInt64) {
        state = seed
        state = next() ^ (stream &* 0xD1B5_4A32_D192_ED03)
    }

    mutating func next() -> UInt64 {
        state &+= SplitMix64.step
        return SplitMix64.mix(state)
    }

    /// Uniform in [0, bound); 0 when `bound` is not positive.
    mutating func duration(below bound: Int64) -> Int64 {
        bound > 0 ? Int64(Double(next() >> 11) * 0x1p-53 * Double(bound)) : 0
    }
}
