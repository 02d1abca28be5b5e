// Seeded random numbers, so that everybody who runs the simulation sees the same table.

import Glibc

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) with the distributions that the servers need.
struct Random {
    private var state: UInt64
    /// Neighbouring seeds are mixed apart: as states they would give one sequence, shifted by a step.
    init(seed: UInt64) { state = Self.mix(Self.mix(seed &+ 0x1234_5678_9ABC_DEF1)) }

    mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        return (Double(Self.mix(state) >> 11) + 0.5) / 9_007_199_254_740_992
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func exponential(mean: Double) -> Double { -mean * log(uniform()) }
    /// Box and Muller, the cosine half.
    mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * Double.pi * uniform()) }
}
