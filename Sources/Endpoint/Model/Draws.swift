// Random numbers that depend only on the seed, the request's number and what is drawn. Counter-based, so that adding a
// draw to one dimension (say, failures) leaves every other one (say, lengths) as it was.

import Base
import Glibc

/// What a draw decides; each has its own stream.
enum DrawDimension: UInt64 {
    case timeToFirstToken = 1
    case timePerToken
    case outputTokens
    case failure
    case reasoningTokens
    case tokensPerChunk
    case jitter
    case stall
}

/// SplitMix64, started from (seed, request number, dimension).
struct DrawStream: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64, sequence: UInt64, dimension: DrawDimension) {
        let stream = SplitMix64.mix(seed &+ SplitMix64.step &* dimension.rawValue)
        state = SplitMix64.mix(stream ^ SplitMix64.mix(sequence &+ SplitMix64.step))
    }

    mutating func next() -> UInt64 {
        state &+= SplitMix64.step
        return SplitMix64.mix(state)
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
}
