// The prompts of a run as ready request bodies: parsed once, rendered once, shared by all virtual users and never
// moved. k6 parses the corpus again in every virtual user, 50 ms each with 2,000 prompts (k6 §11); here it is a few
// milliseconds for all of them.

import Base

/// Immutable after loading.
///
/// `@unchecked Sendable` because raw pointers are not: the memory they point into is written only while the corpus is
/// built, before anybody else has it, and freed in `deinit`, when nobody has it any more. Every member is a constant.
package final class Corpus: @unchecked Sendable {
    /// The label of entries that have none. In k6 they could not be sent at all (k6 §1 no. 10).
    package static let unlabelled = "unlabelled"

    /// A record names its label by 16 bits.
    static let mostLabels = 1 << 16
    /// Bytes of all labels together: they are in the head of the records file, where each may need an escape of six.
    static let mostLabelText = 2 << 20

    struct Prompt {
        let body: UnsafeRawPointer
        let length: UInt32
        /// Completion tokens the answer must have; -1 when it may have any number.
        let tokens: Int32
        let label: Int32
        let source: Int32
    }

    /// Labels of the kept prompts, in order of first appearance.
    package let labels: [String]
    /// The sum of all bodies, in bytes.
    package let bodyBytesTotal: Int
    /// Entries in the file, kept or not.
    package let sourceCount: Int
    /// The model that all bodies ask for, nil when they name none.
    package let model: String?
    /// What the file was taken for, and which keys of it are not sent.
    package let reading: CorpusReading
    /// `fnv1a:` and the fingerprint of what the file says of the kept prompts, in their order: the same for every model, limit and
    /// system prompt that bodies are made with. Empty for a corpus that was not read from anywhere.
    package let digest: String
    private let prompts: ContiguousArray<Prompt>
    /// By prompt, where in its body a nonce goes; empty for a corpus without.
    private let nonceOffsets: [UInt32]
    private let arena: BodyArena

    init(
        prompts: ContiguousArray<Prompt>, labels: [String], arena: BodyArena, sourceCount: Int, bodyBytesTotal: Int,
        model: String?, reading: CorpusReading, digest: String = "", nonceOffsets: [UInt32] = []
    ) {
        self.digest = digest
        self.prompts = prompts
        self.nonceOffsets = nonceOffsets
        self.labels = labels
        self.arena = arena
        self.sourceCount = sourceCount
        self.bodyBytesTotal = bodyBytesTotal
        self.model = model
        self.reading = reading
    }

    deinit { arena.release() }

    /// Prompts left after the label filter, at least 1.
    package var count: Int { prompts.count }

    /// How many different bodies there are. Reads all of them: 1 GB in about a second.
    package var distinctCount: Int {
        var seen = Set<Int>(minimumCapacity: count)
        for index in prompts.indices {
            var hasher = Hasher()
            hasher.combine(bytes: body(at: index))
            seen.insert(hasher.finalize())
        }
        return seen.count
    }

    /// Index into `labels`.
    package func labelIndex(at index: Int) -> Int { Int(prompts[index].label) }

    /// The request body, valid as long as the corpus.
    package func body(at index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: prompts[index].body, count: Int(prompts[index].length))
    }

    /// How many completion tokens the answer must have (`ignore_eos` with a limit); -1 when it may have any number.
    package func tokensAsked(at index: Int) -> Int32 { prompts[index].tokens }

    /// The entry's position in the file, from 0.
    package func sourceIndex(at index: Int) -> Int { Int(prompts[index].source) }

    /// Whether there is a place for a nonce in every body.
    package var hasNonces: Bool { !nonceOffsets.isEmpty }

    /// Where it is, of a corpus that has one.
    package func nonceOffset(at index: Int) -> Int { Int(nonceOffsets[index]) }

    // MARK: Other bodies

    /// A body in place of a prompt's.
    struct Rewritten {
        var body: UnsafeRawPointer
        var length: Int
        var nonceOffset: UInt32?
    }

    /// The same prompts with other bodies, one for each, which are in `arena`.
    func rewritten(_ bodies: [Rewritten], arena: BodyArena, labels: [String]) -> Corpus {
        Corpus(
            prompts: ContiguousArray(
                zip(prompts, bodies).map { prompt, new in
                    Prompt(
                        body: new.body, length: UInt32(new.length), tokens: prompt.tokens, label: prompt.label, source: prompt.source)
                }),
            labels: labels, arena: arena, sourceCount: sourceCount, bodyBytesTotal: bodies.reduce(0) { $0 + $1.length }, model: model,
            reading: reading, digest: digest, nonceOffsets: bodies.compactMap(\.nonceOffset))
    }

    // MARK: Loading

    /// Reads a JSON array (k6 §3.2), JSON Lines or CSV; `-` is standard input. Errors carry exit code 107 and name the
    /// entry and where in the file it stands.
    package static func load(path: String, options: CorpusOptions) throws(ConfigurationError) -> Corpus {
        let bytes: FileBytes
        do {
            bytes = try FileBytes(path: path)
        } catch {
            throw ConfigurationError(.corpus, "\(path): \(error.reason)")
        }
        defer { bytes.release() }
        MappedFileGuard.begin(path: path, exitCode: ExitStatus.corpus.rawValue)
        defer { MappedFileGuard.end() }
        var loader = CorpusLoader(bytes.buffer, file: path, options: options) { bytes.discard($0) }
        return try loader.load()
    }

    /// A corpus on standard input as it is, for whoever passes it on. Errors carry exit code 107.
    package static func readStandardInput() throws(ConfigurationError) -> [UInt8] {
        do {
            let bytes = try FileBytes(path: "-")
            defer { bytes.release() }
            return Array(bytes.buffer)
        } catch {
            throw ConfigurationError(.corpus, "standard input: \(error.reason)")
        }
    }

    /// Reads a corpus that is in memory already, such as the packaged one.
    package static func load(
        bytes: UnsafeRawBufferPointer, file: String, options: CorpusOptions
    ) throws(ConfigurationError) -> Corpus {
        var loader = CorpusLoader(bytes, file: file, options: options) { _ in }
        return try loader.load()
    }
}
