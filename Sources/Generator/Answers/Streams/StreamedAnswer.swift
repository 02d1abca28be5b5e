// What the events of one answer come to: its facts as of a whole answer, and when its tokens came. An answer ends well when it said
// so, by `[DONE]` or by a finish reason: servers that leave one of them out are many, and a stream that has neither stopped in
// the middle, whatever the transfer says.

import Base
import Scenarios

/// One answer, event by event. A value: the instants come from outside.
struct StreamedAnswer {
    var facts = AnswerFacts()
    var times = TokenTimes()
    private var isDone = false
    /// Events with data.
    private var hasEvents = false
    /// An event's data were no JSON.
    private var isMalformed = false
    /// The data of the first event that says of a failure, or that are none; no more of them than is looked at.
    private(set) var failing: [UInt8] = []
    /// A chunk has named the model.
    var isModelRead = false
    private var shape = ChunkShape()

    /// Takes the data of an event that had been read at `now`, nanoseconds on the run's clock.
    ///
    /// - Parameter isError: the event's type is `error`.
    mutating func take(_ data: UnsafeRawBufferPointer, isError: Bool, at now: Int64, _ setting: AnswerSetting) {
        times.event(at: now)
        // Some keep a connection alive with events that hold nothing.
        guard !data.isEmpty, !isDone else { return }
        hasEvents = true
        if Self.isEnd(data) {
            isDone = true
            return
        }
        if !isError, shape.fits(data) {
            times.chunk(isContent: shape.delta.isContent, isReasoning: shape.delta.isReasoning, at: now)
            return
        }
        var scanner = JSONScanner(data, depthLimit: JSONScanner.answerNestingLimit)
        let before = facts
        do throws(JSONError) {
            let delta = try readChunk(&scanner, setting)
            try scanner.finish()
            if delta.isContent || delta.isReasoning {
                times.chunk(isContent: delta.isContent, isReasoning: delta.isReasoning, at: now)
            }
            if isError { facts.hasError = true }
            if facts == before { shape.keep(data, delta) } else { shape.forget() }
        } catch {
            isMalformed = true
            shape.forget()
        }
        if facts.hasError || facts.hasFailedChoice || isMalformed, failing.isEmpty { failing = Array(data.prefix(ServerWords.looked)) }
    }

    /// The facts, now that no more comes. What was damaged or broke off says no more than that, as a whole answer would.
    func end() -> AnswerFacts {
        var end = AnswerFacts()
        guard hasEvents, !isMalformed else { return end }
        end.parsed = true
        guard isDone || facts.finishReason != .absent || facts.hasError || facts.hasFailedChoice else {
            end.isCutShort = true
            return end
        }
        end = facts
        end.parsed = true
        return end
    }

    private static func isEnd(_ data: UnsafeRawBufferPointer) -> Bool {
        let text = "[DONE]".utf8
        guard data.count >= text.count, data.first == UInt8(ascii: "[") else { return false }
        return data.prefix(text.count).elementsEqual(text) && data.dropFirst(text.count).allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }
}
