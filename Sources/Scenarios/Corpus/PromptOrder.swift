// The order in which prompts are sent: SML's deterministic shuffle, so that two runs with one seed send the same
// prompts in the same order whatever tool runs them. k6 shuffles once per virtual user; once per run is enough.

/// Which prompt iteration k of a run sends: `order[k mod n]` (k6 §3.3).
package struct PromptOrder: Sendable {
    private let order: [Int32]

    /// - Parameters:
    ///   - count: prompts after the label filter, at least 1 and below 2^31.
    ///   - seed: rounded to a double, then taken mod 2^32, two's complement for negatives.
    ///   - first: how many were sent before: the first prompt is the one that comes after them.
    package init(count: Int, seed: Int64, after first: Int = 0) {
        precondition(count > 0 && count <= Int(Int32.max))
        var order = (0..<Int32(count)).map { $0 }
        var generator = ScriptLCG(seed: seed)
        for index in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(index, Int(generator.next() * Double(index + 1)))
        }
        let start = first % count
        self.order = Array(order[start...] + order[..<start])
    }

    package var count: Int { order.count }

    /// Index into the corpus for an iteration number (k6 §4.6), from 0.
    package func prompt(forIteration iteration: Int) -> Int { Int(order[iteration % order.count]) }
}

/// SML's generator in script.js: s ← 1664525·s + 1013904223 mod 2^32; the draw is s / 2^32 after the step.
struct ScriptLCG {
    private(set) var state: UInt32

    /// All numbers of the script are doubles: 2^53 + 1 is 2^53 before it is cut to 32 bits.
    init(seed: Int64) {
        // 2^63 itself, which Int64.max is rounded to, is 0 in the lower 32 bits.
        state = UInt32(truncatingIfNeeded: Int64(exactly: Double(seed)) ?? 0)
    }

    /// In [0, 1).
    mutating func next() -> Double {
        state = 1_664_525 &* state &+ 1_013_904_223
        return Double(state) / 4_294_967_296
    }
}
