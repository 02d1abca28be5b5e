// The APIs that a server can be asked through. Each has a file, which says how an answer is read and what in it makes a
// request a success; a new one is that file and a line here.

/// One API's answers.
protocol AnswerAPI {
    /// The facts of `answer`, all bytes of one with status 200 or any other.
    static func read(_ answer: UnsafeRawBufferPointer, _ setting: AnswerSetting) -> AnswerFacts
}

/// The API of a run.
enum ServerAPI: Sendable {
    case chatCompletions

    /// A reader of its answers, for one user. With `streamClock` they are asked for as streams.
    func makeReader(pool: ResponseBufferPool, limit: Int, setting: AnswerSetting, streamClock: RunClock? = nil) -> any AnswerReader {
        if let streamClock { return StreamReader(pool: pool, limit: limit, setting: setting, clock: streamClock) }
        return switch self {
        case .chatCompletions: WholeAnswer<ChatCompletions>(pool: pool, limit: limit, setting: setting)
        }
    }
}
