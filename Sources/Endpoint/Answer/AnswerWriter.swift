// Renders an answer, head and body, into one buffer that leaves in one write. The body comes first, behind room for the
// head: Content-Length is then known without computing the body's size twice, and nothing is copied.

import Glibc
import NIOCore

/// Renders HTTP/1.1 answers. Immutable, so shared by all connections.
struct AnswerWriter: Sendable {
    /// Text of an answer when the user sets no size; 4 kB is 1,000 tokens, more would measure loopback, not clients.
    static let defaultTextLimit = 4096
    /// `--answer-bytes` above this is refused.
    static let largestText = 64 << 20
    /// Longer than any head written here.
    private static let headRoom = 320

    private let filler: ByteBuffer
    private let answerBytes: Int?
    /// JSON-escaped.
    let defaultModel: ByteBuffer

    init(_ configuration: EndpointConfiguration) {
        answerBytes = configuration.answerBytes
        let words = ChunkText.words
        let size = configuration.answerBytes ?? Self.defaultTextLimit
        filler = ByteBuffer(bytes: repeatElement(words.utf8, count: size / words.utf8.count + 1).joined().prefix(size))
        defaultModel = ByteBuffer(string: ErrorBody.escaped(configuration.model))
    }

    /// What goes into a chat completion.
    struct Completion {
        var sequence: UInt64
        /// JSON-escaped; `nil` for the configured name.
        var model: ByteBuffer?
        var promptTokens: Int
        var completionTokens: Int
        /// `nil` where usage says nothing of a cache.
        var cachedTokens: Int?
        /// `nil` where usage says nothing of reasoning.
        var reasoningTokens: Int?
        var finish: SimulatedFinish
        /// `choices` is empty.
        var isWithoutChoices = false
        /// The body stops inside an object.
        var isCutShort = false
    }

    /// A 200 answer. The reader index is at the head's first byte.
    func completion(_ completion: Completion, keepAlive: Bool, allocator: ByteBufferAllocator) -> ByteBuffer {
        let text = answerBytes ?? min(4 * completion.completionTokens, Self.defaultTextLimit)
        var buffer = allocator.buffer(capacity: Self.headRoom + 448 + text)
        buffer.moveWriterIndex(to: Self.headRoom)
        buffer.writeStaticString(#"{"id":"chatcmpl-"#)
        buffer.writeDecimal(completion.sequence)
        buffer.writeStaticString(#"","object":"chat.completion","created":"#)
        buffer.writeDecimal(Self.unixSeconds())
        buffer.writeStaticString(#","model":""#)
        buffer.writeImmutableBuffer(completion.model ?? defaultModel)
        if completion.isCutShort {
            buffer.writeStaticString(#"","choices":[{"index":0,"message":{"role":"assistant","#)
            prependHead(to: &buffer, status: 200, keepAlive: keepAlive)
            return buffer
        }
        if completion.isWithoutChoices {
            buffer.writeStaticString(#"","choices":["#)
        } else {
            buffer.writeStaticString(#"","choices":[{"index":0,"message":{"role":"assistant","content":""#)
            if let slice = filler.getSlice(at: filler.readerIndex, length: text) { buffer.writeImmutableBuffer(slice) }
            switch completion.finish {
            case .stop: buffer.writeStaticString(#""},"logprobs":null,"finish_reason":"stop"}"#)
            case .length: buffer.writeStaticString(#""},"logprobs":null,"finish_reason":"length"}"#)
            }
        }
        buffer.writeStaticString(#"],"usage":"#)
        Usage(
            promptTokens: completion.promptTokens, completionTokens: completion.completionTokens, cachedTokens: completion.cachedTokens,
            reasoningTokens: completion.reasoningTokens
        ).write(to: &buffer)
        buffer.writeStaticString("}")
        prependHead(to: &buffer, status: 200, keepAlive: keepAlive)
        return buffer
    }

    /// Any other answer.
    ///
    /// - Parameter extraHeaders: complete lines, each with its line end.
    func answer(
        status: Int, body: String, extraHeaders: String = "", keepAlive: Bool, allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: Self.headRoom + body.utf8.count)
        buffer.moveWriterIndex(to: Self.headRoom)
        buffer.writeString(body)
        prependHead(to: &buffer, status: status, extraHeaders: extraHeaders, keepAlive: keepAlive)
        return buffer
    }

    /// Bytes of the body in an answer that was rendered here and not yet read from.
    static func bodyLength(of answer: ByteBuffer) -> Int { answer.writerIndex - headRoom }

    /// Writes the head into the room before the body. In place: a second reference to the buffer would copy it.
    private func prependHead(
        to buffer: inout ByteBuffer, status: Int, extraHeaders: String = "", keepAlive: Bool
    ) {
        let bodyEnd = buffer.writerIndex
        let bodyLength = UInt64(bodyEnd - Self.headRoom)
        let statusLine = StatusText.line(status)
        let ending = keepAlive ? Self.open : Self.closing
        let size =
            statusLine.utf8.count + Self.fixed.utf8CodeUnitCount + ByteBuffer.digits(of: bodyLength)
            + ending.utf8CodeUnitCount + extraHeaders.utf8.count + 2
        let start = Self.headRoom - size
        buffer.moveWriterIndex(to: start)
        buffer.writeString(statusLine)
        buffer.writeStaticString(Self.fixed)
        buffer.writeDecimal(bodyLength)
        buffer.writeStaticString(ending)
        buffer.writeString(extraHeaders)
        buffer.writeStaticString("\r\n")
        buffer.moveWriterIndex(to: bodyEnd)
        buffer.moveReaderIndex(to: start)
    }

    private static let fixed: StaticString =
        "Server: sml-endpoint\r\nContent-Type: application/json\r\nContent-Length: "
    private static let open: StaticString = "\r\n"
    private static let closing: StaticString = "\r\nConnection: close\r\n"

    static func unixSeconds() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return UInt64(now.tv_sec)
    }
}
