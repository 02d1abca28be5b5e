// Lanes that take turns instead of running at once: one block of load, then nothing until the last answer is there, then the next
// lane's block. All shards change over together: the last of them to finish a block decides when the next begins.

import Synchronization

/// Whose turn it is. Shared by the shards of a run.
final class LaneTurns: Sendable {
    /// A block of load of one lane. Instants are nanoseconds since the run's start.
    struct Turn: Sendable, Equatable {
        var number: Int
        /// Among the run's lanes.
        var lane: Int
        var start: Int64
        /// When nothing was in flight any more; nil until then.
        var emptied: Int64?
    }

    /// From the end of a block to the start of the next: every shard is awake by then.
    static let pause: Int64 = 20_000_000

    private struct State {
        var turns: [Turn]
        /// Shards that are done with the last of them.
        var finished = 0
        var isEnded = false
    }
    let order: [Int]
    private let shards: Int
    private let state: Mutex<State>

    /// - Parameter order: of the lanes, at least one.
    init(order: [Int], shards: Int) {
        self.order = order
        self.shards = shards
        state = Mutex(State(turns: [Turn(number: 0, lane: order[0], start: 0)]))
    }

    /// The turns so far; the last may be under way.
    var all: [Turn] { state.withLock { $0.turns } }

    /// The turn with that number; nil when it has not begun, and never will if ``isOver``.
    func turn(_ number: Int) -> Turn? { state.withLock { $0.turns.indices.contains(number) ? $0.turns[number] : nil } }

    /// A shard has nothing left to do in the turn under way, at `now`.
    ///
    /// - Parameter open: called with the next turn's lane when all shards are there, before any of them sees it.
    func finish(at now: Int64, open: (Int) -> Void) {
        state.withLock { state in
            state.finished += 1
            guard state.finished == shards else { return }
            let number = state.turns.count
            state.turns[number - 1].emptied = now
            guard !state.isEnded, number < order.count else { return }
            open(order[number])
            state.turns.append(Turn(number: number, lane: order[number], start: now + Self.pause))
            state.finished = 0
        }
    }

    /// There are no more turns after the one under way.
    func end() { state.withLock { $0.isEnded = true } }

    /// Nothing is left to do.
    var isOver: Bool { state.withLock { $0.finished == shards && ($0.isEnded || $0.turns.count == order.count) } }
}
