// How much the total of a correlated stream varies, from sums over blocks of time (docs/STATISTICS.md, "Variance by
// blocks"). Requests near each other share their fate, so n of them say less than n; sums over blocks longer than that
// memory are independent again. Nobody knows how long the memory is: three lengths are tried and the largest answer counts.

/// Sums over the 20 equal parts of a window, from which those over 10 and 5 follow.
package struct BlockTotals: Sendable, Equatable {
    /// Numbers of blocks in use. Each divides the finest, so that one pass serves all.
    package static let blockCounts = [5, 10, 20]
    static let finest = 20

    private let window: Range<Int64>
    package private(set) var sums = [Double](repeating: 0, count: finest)

    /// `window` in nanoseconds, not empty.
    package init(window: Range<Int64>) { self.window = window }

    init(window: Range<Int64>, sums: [Double]) {
        self.window = window
        self.sums = sums
    }

    package var total: Double { sums.reduce(0, +) }
    package var seconds: Double { Double(window.upperBound - window.lowerBound) / 1e9 }

    /// Counts `amount` at `instant` (nanoseconds), if that is inside the window.
    package mutating func add(_ amount: Double = 1, at instant: Int64) {
        guard window.contains(instant) else { return }
        sums[Self.block(of: instant, in: window)] += amount
    }

    @inline(__always)
    static func block(of instant: Int64, in window: Range<Int64>) -> Int {
        Int((instant &- window.lowerBound) &* Int64(finest) / (window.upperBound &- window.lowerBound))
    }

    /// The instants of which ``block(of:in:)`` is `block`.
    static func instants(of block: Int, in window: Range<Int64>) -> Range<Int64> {
        let length = window.upperBound - window.lowerBound
        func first(_ block: Int) -> Int64 { window.lowerBound + (Int64(block) * length + Int64(finest) - 1) / Int64(finest) }
        return first(block)..<first(block + 1)
    }

    /// The variance of the total, by number of blocks: b/(b−1)·Σ(e − ē)².
    var variances: [Double] { variances(Self.blockCounts) }

    private func variances(_ blockCounts: [Int]) -> [Double] {
        blockCounts.map { blocks in
            let width = Self.finest / blocks
            let parts = (0..<blocks).map { sums[$0 * width..<($0 + 1) * width].reduce(0, +) }
            let mean = parts.reduce(0, +) / Double(blocks)
            let squares = parts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return Double(blocks) / Double(blocks - 1) * squares
        }
    }

    /// What the total may be off by, on either side: the largest of t·√V over the numbers of blocks.
    package func halfWidth(_ confidence: Confidence) -> Double {
        zip(confidence.t, variances(confidence.blocks)).map { $0 * $1.squareRoot() }.max() ?? 0
    }
}
