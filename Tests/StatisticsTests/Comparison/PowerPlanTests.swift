// How long a comparison must last: against simulated comparisons of that length, not against the formula.

import Foundation
import Testing

@testable import Statistics

@Suite struct PowerPlanTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        mutating func normal() -> Double {
            sqrt(-2 * log(Double.random(in: 1e-300..<1, using: &self))) * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
        }
    }

    /// Twenty blocks of a comparison of `seconds`, B slower by `shift`; a minute spreads by `spread`.
    private func differences(_ seconds: Double, shift: Double, spread: Double, _ random: inout Random) -> [Double] {
        let ofBlock = spread / (seconds / 20 / 60).squareRoot()
        return (0..<20).map { _ in log1p(shift) + ofBlock * random.normal() }
    }

    /// The interval is widened for what blocks share, so that independent ones are found a little less often than 80 %.
    @Test(arguments: [(0.03, 0.05), (0.1, 0.2), (0.01, 0.04)]) func aRunOfThatLengthFindsIt(shift: Double, spread: Double) {
        let seconds = PowerPlan.seconds(toFind: shift, spreadOfMinutes: spread)
        #expect(seconds > 60)
        var random = Random(state: 11)
        func power(_ seconds: Double) -> Double {
            let found = (0..<2_000).filter { _ in
                RatioEstimate(differences(seconds, shift: shift, spread: spread, &random)).map { $0.low > 1 } ?? false
            }.count
            return Double(found) / 2_000
        }
        let there = power(seconds)
        #expect((0.6...0.9).contains(there), "\(there)")
        #expect(power(seconds / 4) < there - 0.2)
    }

    @Test func aPilotTellsOfAnyLength() {
        #expect(abs(PowerPlan.seconds(toFind: 0.03, detectable: 0.03, in: 900) - 900) < 1e-9)
        // Half the shift, four times the time.
        let half = expm1(log1p(0.04) / 2)
        #expect(abs(PowerPlan.seconds(toFind: half, detectable: 0.04, in: 600) - 2_400) < 1e-6)
        #expect(PowerPlan.seconds(toFind: 0.5, detectable: 0.01, in: 600) == 60)
    }
}
