// How often prompts were repeated, and from when on: a server that keeps what it has computed for a prompt answers it again
// in a fraction of the time (llama.cpp: 11 instead of 202 ms), and a corpus that is smaller than the run measures that.

import Generator

/// Which prompts a run has sent. Independent of the order in which records come.
package struct PromptStatistics: Sendable, Equatable {
    /// Entries of the corpus that were sent.
    package private(set) var distinct = Counter()
    /// Start of the first request whose prompt had been sent before, nanoseconds since the run's start; nil for none.
    package private(set) var repeatedFrom: Int64?
    /// The first start of each prompt; `.max` for none.
    private var first: [Int64] = []
    private let limit: Int
    /// A prompt is never the same again, however often it is sent.
    private let areNew: Bool

    /// Prompts from here on are not looked at: 8 bytes for each, and an index out of a damaged file may be any.
    static let mostPrompts = 1 << 22

    /// - Parameters:
    ///   - prompts: entries of the corpus.
    ///   - areNew: they have a nonce, so that a server has never seen them before.
    init(prompts: Int, areNew: Bool = false) {
        limit = min(max(0, prompts), Self.mostPrompts)
        self.areNew = areNew
    }

    /// Takes in the first exchange of a request.
    @inline(__always)
    mutating func add(_ record: RunRecord) {
        let prompt = Int(record.prompt)
        guard prompt < limit else { return }
        if prompt >= first.count {
            first.append(contentsOf: repeatElement(.max, count: min(limit, max(prompt + 1, 2 * first.count)) - first.count))
        }
        let earlier = first[prompt]
        guard earlier < .max else {
            first[prompt] = record.started
            return distinct.add()
        }
        if areNew { return }
        repeatedFrom = min(repeatedFrom ?? .max, max(earlier, record.started))
        if record.started < earlier { first[prompt] = record.started }
    }
}
