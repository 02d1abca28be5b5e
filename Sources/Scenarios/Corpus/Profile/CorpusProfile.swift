// What a corpus is like, before anything is sent: how long its prompts are, how often they repeat and how much of their
// beginning is the same, which decides what a server's prefix cache makes of them. Taken from the bodies a run would send.

import Base

package struct CorpusProfile: Sendable, Equatable {
    /// Numbers of entries, from the smallest to the largest.
    package struct Spread: Sendable, Equatable {
        package let count: Int
        package let least: Int
        package let median: Int
        /// The value that 95 % do not exceed.
        package let p95: Int
        package let most: Int
        package let total: Int

        /// Nil for no numbers.
        init?(_ values: [Int]) {
            guard !values.isEmpty else { return nil }
            let sorted = values.sorted()
            func rank(_ share: Int) -> Int { sorted[max(0, (sorted.count * share + 99) / 100 - 1)] }
            count = sorted.count
            least = sorted[0]
            median = rank(50)
            p95 = rank(95)
            most = sorted[sorted.count - 1]
            total = sorted.reduce(0, +)
        }
    }

    /// The entries of one label, or all.
    package struct Part: Sendable, Equatable {
        package let label: String
        package let characters: Spread
        /// Of the entries that have one.
        package let limits: Spread?
    }

    /// How many entries begin as another one does.
    package struct Prefix: Sendable, Equatable {
        /// So many characters are the same.
        package let characters: Int
        package let entries: Int
        /// Entries of the largest group.
        package let largest: Int
    }

    package let file: String
    /// Bytes; nil when it came through a pipe.
    package let size: Int?
    package let reading: CorpusReading
    package let all: Part
    /// In order of first appearance.
    package let labels: [Part]
    /// Different texts.
    package let distinct: Int
    /// Entries whose text another has too.
    package let repeating: Int
    /// Entries of the most frequent text.
    package let mostFrequent: Int
    package let prefixes: [Prefix]
    /// Characters with which every entry begins.
    package let commonPrefix: Int

    /// As SML's script does. Of English text a token is about four characters; of code and other languages less.
    package static let charactersPerToken = 4
    static let prefixLengths = [64, 256, 1_024, 4_096]

    /// - Parameter corpus: loaded without options, so that each limit in it is the entry's own.
    package init(of corpus: Corpus, file: String, size: Int?) {
        var lengths: [[Int]] = Array(repeating: [], count: corpus.labels.count)
        var limits = lengths
        var texts: [TextIdentity: Int] = [:]
        var beginnings = Self.prefixLengths.map { _ in [UInt64: Int]() }
        var common = CommonPrefix()
        var prompt = PromptText()
        for index in 0..<corpus.count {
            prompt.read(corpus.body(at: index))
            let label = corpus.labelIndex(at: index)
            lengths[label].append(prompt.characters)
            if let limit = prompt.limit { limits[label].append(limit) }
            texts[prompt.identity, default: 0] += 1
            for (place, hash) in prompt.beginnings.enumerated() { beginnings[place][hash, default: 0] += 1 }
            common.add(prompt.text)
        }
        self.file = file
        self.size = size
        reading = corpus.reading
        func part(_ label: String, _ lengths: [Int], _ limits: [Int]) -> Part? {
            Spread(lengths).map { Part(label: label, characters: $0, limits: Spread(limits)) }
        }
        labels = corpus.labels.indices.compactMap { part(corpus.labels[$0], lengths[$0], limits[$0]) }
        guard let all = part("all", lengths.flatMap { $0 }, limits.flatMap { $0 }) else { preconditionFailure("an empty corpus") }
        self.all = all
        distinct = texts.count
        repeating = texts.values.reduce(0) { $0 + ($1 > 1 ? $1 : 0) }
        mostFrequent = texts.values.max() ?? 0
        prefixes = zip(Self.prefixLengths, beginnings).map { length, counts in
            Prefix(
                characters: length, entries: counts.values.reduce(0) { $0 + ($1 > 1 ? $1 : 0) }, largest: counts.values.max() ?? 0)
        }
        commonPrefix = common.characters
    }
}

/// A text by its length and hash: two of a corpus that are alike in both are the same.
struct TextIdentity: Hashable {
    let count: Int
    let hash: Int
}

/// The beginning that all texts share.
private struct CommonPrefix {
    private var shared: [UInt8]?

    mutating func add(_ text: [UInt8]) {
        guard let before = shared else {
            shared = text
            return
        }
        let count = zip(before, text).prefix { $0 == $1 }.count
        if count < before.count { shared = Array(before[..<count]) }
    }

    /// A character that is cut is none.
    var characters: Int {
        guard let shared else { return 0 }
        let isCut = String(validating: shared, as: UTF8.self) == nil
        return PromptText.characters(in: shared) - (isCut ? 1 : 0)
    }
}
