// Error texts and redirect URLs, interned: a record carries a 16-bit index instead of a string. Bounded, because a
// server chooses what ends up here (k6's `error` label grows without limit with every ephemeral port).

import Synchronization

/// Strings by index, shared by all shards and readers. Index 0 is the empty string.
package final class TextTable: Sendable {
    /// More distinct texts than this become ``overflowText``: 1,000 is far above what a human reads and far below
    /// what hurts Prometheus.
    package static let capacity = 1000
    package static let overflowText = "other"

    private struct State {
        var texts: [String] = [""]
        var indices: [String: UInt16] = ["": 0]
    }
    private let state = Mutex(State())

    package init() {}

    /// The index of `text`, adding it if there are fewer than `limit` yet.
    package func index(of text: String, atMost limit: Int = capacity) -> UInt16 {
        state.withLock { state in
            if let known = state.indices[text] { return known }
            let entry = state.texts.count >= limit ? Self.overflowText : text
            if let known = state.indices[entry] { return known }
            let index = UInt16(state.texts.count)
            state.texts.append(entry)
            state.indices[entry] = index
            return index
        }
    }

    package subscript(index: UInt16) -> String {
        state.withLock { Int(index) < $0.texts.count ? $0.texts[Int(index)] : Self.overflowText }
    }

    /// All texts from `first` on, so that a writer can append only what is new.
    package func texts(from first: Int = 0) -> [String] {
        state.withLock { Array($0.texts.dropFirst(first)) }
    }
}
