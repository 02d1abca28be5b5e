// Random numbers that depend only on the seed, the request's number and what is drawn. Counter-based, so that adding a
// draw to one dimension (say, failures) leaves every other one (say, lengths) as it was.

import Glibc

/// What a draw decides; each has its own stream.
enum DrawDimension: UInt64 {
    case timeToFirstToken = 1
    case timePerToken
    case outputTokens
    case failure
}

/// SplitMix64 (Steele, Lea, Flood 2014), started from (seed, request number, dimension).
struct DrawStream: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64, sequence: UInt64, dimension: DrawDimension) {
        let stream = Self.mix(seed &+ Self.golden &* dimension.rawValue)
        state = Self.mix(stream ^ Self.mix(sequence &+ Self.golden))
    }

    mutating func next() -> UInt64 {
        state &+= Self.golden
        return Self.mix(state)
    }

    /// Uniform in [0, 1), 53 bits.
    mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Standard normal by Box-Muller; 1 - u keeps the logarithm's argument above 0.
    mutating func normal() -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * Double.pi * unit())
    }

    private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
