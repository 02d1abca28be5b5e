// The order of load when only one arm can be up at a time, or both share one server: blocks in the order A B B A, so that a
// steady drift cancels; between them no load until nothing is in flight, and the head of each block is not measured.

/// Blocks of load for two arms in turn. Durations in seconds.
package struct AlternatingBlocks: Sendable, Equatable {
    package enum Arm: Sendable { case a, b }

    /// One difference of a comparison comes from each pair.
    package let pairs: Int
    /// What is loaded, the unmeasured head included.
    package let block: Double
    /// Unmeasured head of each block, two 99th percentiles long.
    package let discarded: Double
    package static let fewestPairs = 8
    private static let blockLengths = 2.5

    /// As many pairs as fit into `duration` when emptying the server takes about `gap`; `nil` when that is fewer than 8.
    package init?(duration: Double, p99: Double, gap: Double) {
        discarded = 2 * p99
        // Two to three times what is lost between two blocks.
        block = Self.blockLengths * (gap + discarded)
        let fitting = duration / (2 * (block + gap))
        guard fitting.isFinite, fitting >= Double(Self.fewestPairs) else { return nil }
        pairs = Int(fitting)
    }

    /// A B, B A, A B, …
    package var order: [Arm] { (0..<pairs).flatMap { $0 % 2 == 0 ? [Arm.a, .b] : [.b, .a] } }
}
