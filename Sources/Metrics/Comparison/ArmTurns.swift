// What of the blocks of two arms that took turns is compared: not the head of a block, in which the server is only being filled,
// and not what was left over when the run was cut short in the middle of a pair.

import Base
import Generator

struct ArmTurns: Sendable {
    /// Of a block, seconds that are left out at its head: two 99th percentiles of the slower arm, in which its queue settles.
    let head: Double
    /// Measured parts in the order of time, nanoseconds since the run's start; as many of one arm as of the other.
    let a, b: [Range<Int64>]
    /// Why nothing can be compared; nil for no reason.
    let problem: String?
    private let names: [String]
    private let turns: [LaneTurn]
    private let arms: [UInt16]

    /// A block must be longer than its head by as much again, or hardly anything of it is measured.
    private static let shortestInHeads = 2.0

    init(_ turns: [LaneTurn], arms: [UInt16], lanes: [LaneResult]) {
        let p99 = lanes.compactMap { $0.result.metrics.trend(.successLatency)?.p99 }.max() ?? 0
        head = 2 * p99 / 1000
        let discarded = Int64(min(head, 1e6) * 1e9)
        func measured(_ arm: UInt16) -> [Range<Int64>] {
            turns.filter { $0.arm == arm && $0.end - $0.start > discarded }.map { $0.start + discarded..<$0.end }
        }
        let all = (measured(arms[0]), measured(arms[1]))
        let pairs = min(all.0.count, all.1.count)
        a = Array(all.0.prefix(pairs))
        b = Array(all.1.prefix(pairs))
        names = lanes.map(\.name)
        self.turns = turns
        self.arms = arms
        let shortest = turns.map { Double($0.end - $0.start) / 1e9 }.dropLast().min() ?? 0
        problem =
            shortest < head * Self.shortestInHeads
            ? "blocks of \(Format.duration(seconds: shortest)), of which the first \(Format.duration(seconds: head)) (twice the 99th "
                + "percentile) are left out, are too short: a longer plan, or fewer pairs"
            : nil
    }

    var design: Comparison.Design { .alternating(a: a, b: b) }

    /// For the summary: seconds since the run's start.
    var document: JSON {
        .object([
            ("head_seconds", .double(head)), ("problem", JSON(problem)),
            (
                "blocks",
                .array(
                    turns.map { turn in
                        .object([
                            ("arm", JSON(arms.firstIndex(of: turn.arm).map { names[$0] })), ("from", .double(Double(turn.start) / 1e9)),
                            ("to", .double(Double(turn.end) / 1e9)), ("emptied", .double(Double(turn.emptied) / 1e9)),
                        ])
                    })
            ),
        ])
    }
}
