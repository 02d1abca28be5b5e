// Streams of events: what is read must not depend on how the bytes come in pieces.

@testable import Generator

extension FuzzTarget {
    /// A byte with the length of a piece, then the stream.
    static func stream(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let body = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        let whole = read(body, piece: max(1, body.count))
        let pieces = read(body, piece: Int(first % 32) + 1)
        // In pieces an event may be found too long before it is found to end.
        if whole.isTaken, pieces.isTaken {
            precondition(whole.events == pieces.events && whole.facts == pieces.facts && whole.chunks == pieces.chunks)
        }
        // With a blank before every other one, no chunk is known by the one before.
        let separate = read(body, piece: max(1, body.count), isApart: true)
        if whole.isTaken { precondition(whole.facts == separate.facts && whole.chunks == separate.chunks) }
        let facts = whole.facts
        precondition(facts.parsed || !facts.hasChoices && facts.finishReason == .absent && facts.promptTokens == -1)
        precondition(facts.promptTokens >= -2 && facts.completionTokens >= -2 && whole.chunks <= whole.events)
    }

    private static func read(
        _ body: UnsafeRawBufferPointer, piece: Int, isApart: Bool = false
    ) -> (isTaken: Bool, events: Int, chunks: Int, facts: AnswerFacts) {
        var stream = EventStream(limit: 4_096)
        var answer = StreamedAnswer()
        let setting = AnswerSetting()
        var events = 0
        var rest = body[...]
        var now: Int64 = 0
        while !rest.isEmpty {
            now += 1
            // A piece of its own, so that a look behind it is found.
            let isTaken = Array(rest.prefix(piece)).withUnsafeBytes {
                stream.receive($0) { event, isError in
                    events += 1
                    guard isApart, events % 2 == 0, event.first == UInt8(ascii: "{") else {
                        return answer.take(event, isError: isError, at: now, setting)
                    }
                    ([0x20] + Array(event)).withUnsafeBytes { answer.take($0, isError: isError, at: now, setting) }
                }
            }
            guard isTaken else { return (false, events, Int(answer.times.chunks), answer.end()) }
            rest = rest.dropFirst(piece)
        }
        let times = answer.times
        precondition(
            times.firstToken <= times.lastToken && times.gapCounts.reduce(0) { $0 + Int($1.count) } == max(0, Int(times.chunks) - 1))
        return (true, events, Int(times.chunks), answer.end())
    }
}
