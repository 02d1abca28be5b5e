// The bytes of request bodies that may be in memory at once, over all connections. A body's place is taken before it is
// read, so that whoever has one can be read to its end: places taken piece by piece could all be held by bodies that wait
// for each other's.

import DequeModule
import Synchronization

/// Places for bodies, given out in the order they were asked for. Used from all event loops.
final class BodyBudget: Sendable {
    /// Smaller bodies need no place: 20,000 clients with such are 320 MB, and most requests never come here.
    static let free = 16 << 10

    private struct State {
        var room: Int
        var waiting: Deque<(bytes: Int, granted: @Sendable () -> Void)> = []
    }
    private let state: Mutex<State>

    init(bytes: Int) { state = Mutex(State(room: bytes)) }

    /// Takes a place now, or asks for one: `granted` is then called later, when it is taken.
    func take(_ bytes: Int, orWait granted: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard state.waiting.isEmpty, state.room >= bytes else {
                state.waiting.append((bytes, granted))
                return false
            }
            state.room -= bytes
            return true
        }
    }

    /// Takes a place if there is one: for a body whose length nobody said, which is partly read already.
    func takeNow(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.waiting.isEmpty, state.room >= bytes else { return false }
            state.room -= bytes
            return true
        }
    }

    /// Gives `bytes` back.
    func give(_ bytes: Int) {
        guard bytes > 0 else { return }
        let granted = state.withLock { state in
            state.room += bytes
            var granted: [@Sendable () -> Void] = []
            while let next = state.waiting.first, state.room >= next.bytes {
                state.room -= next.bytes
                state.waiting.removeFirst()
                granted.append(next.granted)
            }
            return granted
        }
        for call in granted { call() }
    }
}
