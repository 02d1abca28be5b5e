// An answer that is kept until it is there as a whole, then read in one walk: JSON has its tokens' count at the end.

/// Reads whole answers of one API; the compiler makes a class of its own for each.
final class WholeAnswer<API: AnswerAPI>: AnswerReader {
    private let pool: ResponseBufferPool
    private let limit: Int
    private let setting: AnswerSetting
    private var buffer: ResponseBuffer?

    /// - Parameter limit: longest answer taken, bytes.
    init(pool: ResponseBufferPool, limit: Int, setting: AnswerSetting) {
        self.pool = pool
        self.limit = limit
        self.setting = setting
    }

    func receive(_ data: UnsafeRawBufferPointer) -> ResponseRefusal? {
        var buffer = self.buffer ?? pool.take()
        defer { self.buffer = buffer }
        guard buffer.count + data.count <= limit else { return .tooLong }
        return pool.append(data, to: &buffer) ? nil : .noMemory
    }

    func withReceived(_ body: (UnsafeRawBufferPointer) -> UInt16) -> UInt16 { body(received) }

    private var received: UnsafeRawBufferPointer { buffer?.contents ?? UnsafeRawBufferPointer(start: nil, count: 0) }

    func read(isError: Bool) -> AnswerFacts {
        let facts = API.read(received, setting)
        if !isError, facts.isSuccess { discard() }
        return facts
    }

    func discard() {
        if let buffer { pool.give(back: buffer) }
        buffer = nil
    }
}
