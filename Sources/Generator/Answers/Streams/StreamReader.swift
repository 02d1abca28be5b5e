// Answers to requests for a stream. The instants are those of libcurl's write callback, one look at the clock for each piece that
// it hands over: what came in one piece came at one instant. A server may answer such a request with one document, an error or
// a completion; that is read as a whole answer is.

import Base
import Scenarios

/// Reads one user's streams, one after the other.
final class StreamReader: AnswerReader {
    private enum Form { case unknown, events, whole }

    private let whole: WholeAnswer<ChatCompletions>
    private let setting: AnswerSetting
    private let clock: RunClock
    private let limit: Int
    private var form = Form.unknown
    private var events: EventStream
    private var answer = StreamedAnswer()

    /// - Parameter limit: longest event taken, and longest answer that is one document, bytes. A stream has no limit but its time.
    init(pool: ResponseBufferPool, limit: Int, setting: AnswerSetting, clock: RunClock) {
        whole = WholeAnswer(pool: pool, limit: limit, setting: setting)
        self.setting = setting
        self.clock = clock
        self.limit = limit
        events = EventStream(limit: limit)
    }

    func receive(_ data: UnsafeRawBufferPointer) -> ResponseRefusal? {
        guard let first = data.first else { return nil }
        if form == .unknown { form = Self.beginsStream(first) ? .events : .whole }
        guard form == .events else { return whole.receive(data) }
        let now = clock.now
        return events.receive(data) { answer.take($0, isError: $1, at: now, setting) } ? nil : .tooLong
    }

    func read(isError: Bool) -> AnswerFacts {
        let facts = form == .events ? answer.end() : whole.read(isError: isError)
        if !isError, facts.isSuccess { forget() }
        return facts
    }

    func withReceived(_ body: (UnsafeRawBufferPointer) -> UInt16) -> UInt16 {
        form == .events ? answer.failing.withUnsafeBytes(body) : whole.withReceived(body)
    }

    func discard() {
        whole.discard()
        forget()
    }

    func tokenTimes() -> TokenTimes? { form == .events ? answer.times : nil }

    private func forget() {
        guard form != .unknown else { return }
        form = .unknown
        events = EventStream(limit: limit)
        answer = StreamedAnswer()
    }

    /// What a stream can begin with: a field (`data`, `event`, `id`, `retry`), a comment, an empty line, a byte order mark. A line of
    /// anything else would mean nothing in one, so nothing is lost.
    private static func beginsStream(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "r"), UInt8(ascii: ":"), 0x0A, 0x0D, 0xEF: true
        default: false
        }
    }
}
