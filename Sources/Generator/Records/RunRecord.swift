// One fixed-width record for everything that happens to a plan: a request, a dropped arrival, an iteration's end. Records
// are the source of truth; series, summary, progress and the records file are readers of them and never touch the engine.
// Fixed width so that a ring, a file and a truncated file are all plain arrays: 136 bytes, measured cheaper than an enum
// with payloads (no ARC, memcpy). What the generator sees of itself is no record: see GeneratorSample.swift.

/// What one record describes. Raw values are part of the records file's format.
package enum RecordKind: UInt8, Sendable, CaseIterable {
    /// One HTTP exchange. A redirect hop is an exchange of its own, as in k6.
    case request = 1
    /// An arrival that found `maxVUs` requests in flight, or several of one second: see ``RunRecord/droppedArrivals``.
    /// It has no iteration number (k6 §4.6).
    case dropped = 2
    /// The end of an iteration that outlived its request (think time, initial stagger). An iteration that ends
    /// with its last exchange carries ``RecordFlags/endsIteration`` instead and has no record of its own.
    case iterationEnd = 3
}

/// Yes/no facts of a record. Raw values are part of the records file's format. Public, because the
/// compiler inlines across modules only what is: asking for a flag was a call of a witness.
public struct RecordFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The exchange used a connection that an earlier one had opened.
    public static let connectionReused = RecordFlags(rawValue: 1 << 0)
    /// The answer's body was a JSON document.
    public static let parsed = RecordFlags(rawValue: 1 << 1)
    /// The answer had a non-empty `choices` array (k6's check `has choices`).
    public static let hasChoices = RecordFlags(rawValue: 1 << 2)
    /// Last exchange of its request: it carries the request's outcome. Unset on redirect hops that were followed.
    public static let final = RecordFlags(rawValue: 1 << 3)
    /// The iteration ended with this exchange (no think time followed).
    public static let endsIteration = RecordFlags(rawValue: 1 << 4)
    /// Cut off by the end of the run, a ramp-down or a signal. No k6 request metric counts it.
    public static let interrupted = RecordFlags(rawValue: 1 << 5)
    /// The request was sent more than once, because a reused connection died before the server can have read it.
    public static let retriedByTransport = RecordFlags(rawValue: 1 << 6)
    /// The exchange was sent as GET (a 301, 302 or 303 turned the POST into it).
    public static let methodGet = RecordFlags(rawValue: 1 << 7)
    /// The first choice of the answer had neither text nor a tool call.
    public static let withoutContent = RecordFlags(rawValue: 1 << 8)
    /// The answer named a model that is not the one asked for.
    public static let otherModel = RecordFlags(rawValue: 1 << 9)
    /// With `ignore_eos`: `usage.completion_tokens` is not the `max_tokens` of the request.
    public static let tokensNotAsAsked = RecordFlags(rawValue: 1 << 10)
    /// The answer's body ended inside a JSON document; with ``parsed``, a stream ended without saying that it did.
    public static let cutShort = RecordFlags(rawValue: 1 << 11)
    /// The answer had no body.
    public static let emptyBody = RecordFlags(rawValue: 1 << 12)
    /// A dropped arrival: it fell into a pause that a 429 had asked for.
    public static let paused = RecordFlags(rawValue: 1 << 13)
    /// The answer said of itself that it failed: an `error` in it, or a finish reason that is one
    /// (``FinishReason/isFailure``). k6 does not look.
    public static let reportsFailure = RecordFlags(rawValue: 1 << 14)
    /// A request: an address of the server's could not be connected to, and the next one was tried. The bit is ``paused``'s,
    /// which only dropped arrivals have: all sixteen are given away.
    public static let nextAddress = RecordFlags(rawValue: 1 << 13)
    /// A stream was asked for, and the answer was one document.
    public static let answeredWhole = RecordFlags(rawValue: 1 << 15)
}

/// How far an exchange got. Raw values are part of the records file's format.
package enum TransferPhase: UInt8, Sendable, CaseIterable {
    case resolve = 1, connect, tls, send, wait, receive, complete
}

/// `finish_reason` of the first choice. Raw values are part of the records file's format.
package enum FinishReason: UInt8, Sendable, CaseIterable {
    case absent = 0, stop, length, toolCalls, contentFilter, other
    /// The server failed: `error` (vLLM, LMDeploy, OpenRouter), `network_error` (Zhipu), `insufficient_system_resource`
    /// (DeepSeek).
    case error
    /// The server gave up before the end: `abort` (vLLM, SGLang), `cancelled` and `timeout` (TensorRT-LLM).
    case abort

    /// Whether an answer that ended so is none, whatever text it holds. A `content_filter` did what it is for.
    package var isFailure: Bool { self == .error || self == .abort }

    /// A reason that means failure, in any case; nil for every other text.
    init?(failure text: String) {
        guard text.utf8.count <= 32 else { return nil }
        switch text.lowercased() {
        case "error", "network_error", "insufficient_system_resource": self = .error
        case "abort", "aborted", "cancelled", "canceled", "timeout": self = .abort
        default: return nil
        }
    }
}

/// One record, 136 bytes. Instants are nanoseconds on the monotonic clock since the run's start; `-1` says that
/// the point was never reached. Which members mean something depends on ``kind``.
package struct RunRecord: Sendable {
    /// When the plan wanted the request to start: the arrival's due instant, or for closed-loop executors the
    /// instant the virtual user became free to send (its start, or the end of its think time).
    package var scheduled: Int64 = 0
    /// When the engine handed the exchange to libcurl.
    package var started: Int64 = 0
    /// When a connection was ready and the first byte was about to go out; `-1` if never.
    package var sent: Int64 = -1
    /// When the answer began, its first line read; an interim answer (1xx) is one, as for k6. `-1` if never.
    package var firstByte: Int64 = -1
    /// When the exchange ended, however it ended.
    package var end: Int64 = 0
    /// Name resolution, microseconds; 0 on a reused connection.
    package var lookupMicroseconds: UInt32 = 0
    /// TCP connect, microseconds; 0 on a reused connection.
    package var connectMicroseconds: UInt32 = 0
    /// TLS handshake, microseconds; 0 on a reused connection and for plain http.
    package var tlsMicroseconds: UInt32 = 0
    /// Number of the iteration over the whole run, counting started ones from 0. Of a dropped arrival: how many more
    /// of the same second the record stands for, all due before it.
    package var iteration: UInt32 = 0
    /// Index of the prompt in the corpus as loaded (before shuffling).
    package var prompt: UInt32 = 0
    /// Number of the virtual user, from 0.
    package var virtualUser: UInt32 = 0
    /// `usage.prompt_tokens`, or -1 when the answer had none; of this and the other counts of tokens see
    /// ``implausibleTokens``.
    package var promptTokens: Int32 = -1
    /// `usage.completion_tokens`, or -1 when the answer had none.
    package var completionTokens: Int32 = -1
    /// Bytes handed to the kernel: request line, headers and body, of every sending; an HTTP/2 head as HTTP/1.1 would
    /// write it. TLS framing is not visible to us.
    package var bytesSent: UInt32 = 0
    /// Bytes received: status line, headers and body as they came over the wire (before decompression).
    package var bytesReceived: UInt32 = 0
    /// Index into the run's label table.
    package var label: UInt16 = 0
    /// HTTP status, 0 when the transfer failed, even if a status line had arrived (k6 §5.1).
    package var status: UInt16 = 0
    /// k6's error code (``ErrorCode``), 0 for none.
    package var errorCode: UInt16 = 0
    /// Index into the run's text table for the error text, 0 for none.
    package var errorText: UInt16 = 0
    /// Index into the run's text table for the URL when it is not the plan's own (a redirect target), else 0.
    package var url: UInt16 = 0
    package var flags: RecordFlags = []
    package var kindRaw: UInt8 = RecordKind.request.rawValue
    /// 0 for the request itself, 1… for the redirects followed.
    package var hop: UInt8 = 0
    /// 0 when no answer was read, else 10, 11 or 20 for HTTP/1.0, 1.1, 2.
    package var httpVersion: UInt8 = 0
    /// 0 for plain http or no handshake, else 10…13 for TLS 1.0…1.3.
    package var tlsVersion: UInt8 = 0
    package var finishReasonRaw: UInt8 = FinishReason.absent.rawValue
    package var phaseRaw: UInt8 = TransferPhase.complete.rawValue
    /// Shard that wrote the record.
    package var shard: UInt8 = 0
    /// How often the request was sent again, because a reused connection died before the server can have read it.
    package var resends: UInt8 = 0
    /// `Retry-After` of an answer with status 429 or 503, seconds; 0 when it had none.
    /// Of a record with a ``firstToken`` the place of ``chunks`` instead.
    package var retryAfterSeconds: UInt16 = 0
    /// ``sending`` as it is kept.
    package var sendingCode = ShortDuration()
    /// When the first and the last token of a streamed answer had been read; `-1` if never.
    package var firstToken: Int64 = -1
    package var lastToken: Int64 = -1
    /// `usage.prompt_tokens_details.cached_tokens` or what servers have instead, or -1 when the answer had none.
    package var cachedTokens: Int32 = -1
    /// `usage.completion_tokens_details.reasoning_tokens` or what servers have instead, or -1 when the answer had none.
    package var reasoningTokens: Int32 = -1
    /// Index into the run's text table for the finish reason when it is ``FinishReason/other``, else 0.
    package var finishText: UInt16 = 0
    /// The number of the lane it belongs to; 0 in a run without lanes.
    package var arm: UInt16 = 0
    /// Which request of its conversation this is, from 0.
    package var turn: UInt16 = 0
    /// Index into the run's text table for what the server said, else 0: of the first failures of a kind their words, of
    /// a success by another model than the one asked for that model's name.
    package var words: UInt16 = 0

    /// From ``sent`` until all of the request was with the kernel, nanoseconds: earlier than the write of its last byte,
    /// later than the one before it, so 0 for what goes out in one piece. Ends with the first byte of the answer or with
    /// the exchange, if they came before that.
    package var sending: Int64 {
        get { sendingCode.nanoseconds }
        set { sendingCode = ShortDuration(nanoseconds: newValue) }
    }

    /// More tokens than any answer has; a count above it is not kept.
    package static let mostTokens: Int32 = 100_000_000
    /// In the place of a count above ``mostTokens``.
    package static let implausibleTokens: Int32 = -2

    package init(kind: RecordKind = .request) { kindRaw = kind.rawValue }

    /// Arrivals that a record of kind ``RecordKind/dropped`` stands for.
    package var droppedArrivals: UInt64 { UInt64(iteration) + 1 }

    /// `nil` for a kind written by a newer version.
    package var kind: RecordKind? { RecordKind(rawValue: kindRaw) }
    package var finishReason: FinishReason { FinishReason(rawValue: finishReasonRaw) ?? .other }
    package var phase: TransferPhase { TransferPhase(rawValue: phaseRaw) ?? .complete }

    /// Whether a finished request brought what it asked for: status 200, a choice, and no word of failure. The one place
    /// that says so; k6's script stops at the choice.
    package var isSuccess: Bool {
        status == 200 && flags.contains(.hasChoices) && !flags.contains(.reportsFailure)
    }
}
