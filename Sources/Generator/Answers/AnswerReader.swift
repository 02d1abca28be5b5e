// How an answer comes in: whole and read at its end, or event by event where it is streamed. The exchange hands over
// bytes, already decoded, and asks for the facts when the answer is complete. A class, made once for each user, so that a
// request pays for two calls through a table and no box.

import Base
import Scenarios

/// Reads one user's answers, one after the other. Not Sendable: it belongs to its exchange's shard.
protocol AnswerReader: AnyObject {
    /// Takes the next bytes of the answer.
    ///
    /// - Returns: why it takes no more of it; nil when all is well.
    func receive(_ data: UnsafeRawBufferPointer) -> ResponseRefusal?
    /// The facts of the answer that is complete, empty if nothing came. Of a good one the memory is given back; what came of a
    /// failure, or of one with `isError`, stays until ``discard()``.
    func read(isError: Bool) -> AnswerFacts
    /// Calls `body` with what has come of the answer, as far as it is kept.
    func withReceived(_ body: (UnsafeRawBufferPointer) -> UInt16) -> UInt16
    /// Forgets what has come of an answer and gives its memory back.
    func discard()
    /// When the tokens of the answer under way came, before it is read or discarded; nil when it is no stream.
    func tokenTimes() -> TokenTimes?
}

extension AnswerReader {
    func tokenTimes() -> TokenTimes? { nil }
}

/// What all readers of a run have in common.
final class AnswerSetting: Sendable {
    /// The name that answers must carry, UTF-8; nil when the bodies name none.
    let model: [UInt8]?
    /// For what an answer says in its own words.
    let texts: TextTable
    /// Hides what the run keeps secret in them.
    let redactor: Redactor

    init(model: [UInt8]? = nil, texts: TextTable = TextTable(), redactor: Redactor = Redactor()) {
        self.model = model
        self.texts = texts
        self.redactor = redactor
    }

    /// Texts that a server chooses must leave room in the table for errors: only this many of all get in.
    private static let mostTexts = 200
    /// Longer ones are cut.
    private static let longest = 64
    private static let longestModel = 200
    /// Words of failures are few, one for each kind and shard, but long.
    private static let mostWords = 500

    /// The index of `text`, a word of an answer.
    func index(of text: JSONString, in scanner: JSONScanner) -> UInt16 {
        texts.index(of: String(JSONText.decode(text, in: scanner.bytes).prefix(Self.longest)), atMost: Self.mostTexts)
    }

    /// The index of `name`, a model that was not asked for.
    func index(ofModel name: JSONString, in scanner: JSONScanner) -> UInt16 {
        let name = JSONText.decode(name, in: scanner.bytes)
        return texts.index(of: redactor.line(name, limit: Self.longestModel), atMost: Self.mostTexts)
    }

    /// The index of what an answer with `status` said; 0 for nothing, and when so much has been said that no more is kept.
    func index(ofWords answer: UnsafeRawBufferPointer, status: UInt16) -> UInt16 {
        index(ofWords: ServerWords.of(answer, status: status, redactor: redactor))
    }

    func index(ofWords words: String) -> UInt16 {
        guard !words.isEmpty else { return 0 }
        let index = texts.index(of: words, atMost: Self.mostWords)
        return texts[index] == TextTable.overflowText ? 0 : index
    }
}
