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
    /// The facts of the answer that is complete, empty if nothing came, and gives its memory back.
    func read() -> AnswerFacts
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

    init(model: [UInt8]? = nil, texts: TextTable = TextTable()) {
        self.model = model
        self.texts = texts
    }

    /// Texts that a server chooses must leave room in the table for errors: only this many of all get in.
    private static let mostTexts = 200
    /// Longer ones are cut.
    private static let longest = 64

    /// The index of `text`, a word of an answer.
    func index(of text: JSONString, in scanner: JSONScanner) -> UInt16 {
        texts.index(of: String(JSONText.decode(text, in: scanner.bytes).prefix(Self.longest)), atMost: Self.mostTexts)
    }
}
