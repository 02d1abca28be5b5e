// Into which blocks the requests of two arms fall. Arms that share the time of a run are cut at the same instants; arms that
// take turns are cut into pairs of turns, of which each has its own measured part.

package struct BlockCut: Sendable, Equatable {
    package enum Arm: Sendable { case a, b }

    private enum Shape: Sendable, Equatable {
        case shared(Range<Int64>)
        /// Ascending, as many of the one as of the other.
        case turns(a: [Range<Int64>], b: [Range<Int64>])
    }

    private let shape: Shape
    package let count: Int

    /// Equal parts of a window that both arms share, nanoseconds.
    package init(_ window: Range<Int64>, blocks: Int) {
        shape = .shared(window)
        count = blocks
    }

    /// Pairs of turns; with fewer blocks than pairs, a block is several pairs that follow each other. Ranges are the measured
    /// parts of the turns, nanoseconds, in the order of time.
    package init(a: [Range<Int64>], b: [Range<Int64>], blocks: Int) {
        precondition(a.count == b.count && blocks <= a.count)
        shape = .turns(a: a, b: b)
        count = blocks
    }

    /// Nil for an instant (nanoseconds since the run's start) that is in no block.
    package func block(of instant: Int64, _ arm: Arm) -> Int? {
        switch shape {
        case .shared(let window):
            guard window.contains(instant) else { return nil }
            return Int((instant - window.lowerBound) * Int64(count) / (window.upperBound - window.lowerBound))
        case .turns(let a, let b):
            let turns = arm == .a ? a : b
            // The first turn that ends behind the instant.
            var (low, high) = (0, turns.count)
            while low < high {
                let middle = (low + high) / 2
                if turns[middle].upperBound > instant { high = middle } else { low = middle + 1 }
            }
            guard low < turns.count, turns[low].contains(instant) else { return nil }
            return low * count / turns.count
        }
    }

    /// Measured seconds of a block.
    package func seconds(of block: Int, _ arm: Arm) -> Double {
        switch shape {
        case .shared(let window): return Double(window.upperBound - window.lowerBound) / 1e9 / Double(count)
        case .turns(let a, let b):
            let turns = arm == .a ? a : b
            return turns.indices.reduce(0) { sum, turn in
                turn * count / turns.count == block ? sum + Double(turns[turn].upperBound - turns[turn].lowerBound) / 1e9 : sum
            }
        }
    }

    /// From the begin to the end of a block, nanoseconds; of turns, from its first one to its last.
    package func span(of block: Int) -> Range<Int64> {
        switch shape {
        case .shared(let window):
            let length = window.upperBound - window.lowerBound
            func edge(_ number: Int) -> Int64 { window.lowerBound + length * Int64(number) / Int64(count) }
            return edge(block)..<edge(block + 1)
        case .turns(let a, let b):
            let own = a.indices.filter { $0 * count / a.count == block }
            let turns = own.map { a[$0] } + own.map { b[$0] }
            guard let first = turns.map(\.lowerBound).min(), let last = turns.map(\.upperBound).max() else { return 0..<0 }
            return first..<last
        }
    }
}
