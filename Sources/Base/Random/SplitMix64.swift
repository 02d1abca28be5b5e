// SplitMix64: one add and three multiplies a draw, passes BigCrush (Steele, Lea, Flood: "Fast splittable pseudorandom
// number generators", OOPSLA 2014). Its state is a counter, so that draw number n needs no draw before it.

package enum SplitMix64 {
    /// What the state grows by before each draw.
    package static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The draw for a state.
    package static func mix(_ state: UInt64) -> UInt64 {
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
