// Think times and staggers come from a seed that the summary records, so that a run can be repeated. SplitMix64:
// one add and three multiplies a draw, passes BigCrush (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", OOPSLA 2014). Each virtual user has its own stream, so draws do not depend on who answers first.

struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Stream number `stream` of `seed`.
    init(seed: UInt64, stream: UInt64) {
        state = seed
        state = next() ^ (stream &* 0xD1B5_4A32_D192_ED03)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in [0, bound); 0 when `bound` is not positive.
    mutating func duration(below bound: Int64) -> Int64 {
        bound > 0 ? Int64(Double(next() >> 11) * 0x1p-53 * Double(bound)) : 0
    }
}
