// Renders a stream's events: `chat.completion.chunk` objects as OpenAI's, each an event and a chunk of HTTP/1.1 of its own. What is the
// same in all chunks of a stream is rendered once; a chunk then costs a few copies of known length and no allocation. A chunk as long
// as the last is that one copied, with another text: a seventh of what a chunk cost was putting it together.

import NIOCore

/// Renders one stream.
struct ChunkWriter {
    /// A chunk with text as it is written, to be copied.
    private struct Rendered {
        let bytes: ByteBuffer
        let text: Range<Int>
        let isReasoning: Bool
    }

    private var last: Rendered?
    /// From `data: ` to the comma after the model's name.
    private let opening: ByteBuffer
    /// What stands after `choices` where usage is not: nothing, or null when it will come.
    private let withoutUsage: StaticString
    private let isWithoutChoices: Bool
    /// HTTP/1.0 knows no chunks: the body ends with the connection.
    private let isFramed: Bool

    init(sequence: UInt64, created: UInt64, model: ByteBuffer, announcesUsage: Bool, isWithoutChoices: Bool, isFramed: Bool) {
        var opening = ByteBufferAllocator().buffer(capacity: 128 + model.readableBytes)
        opening.writeStaticString(#"data: {"id":"chatcmpl-"#)
        opening.writeDecimal(sequence)
        opening.writeStaticString(#"","object":"chat.completion.chunk","created":"#)
        opening.writeDecimal(created)
        opening.writeStaticString(#","model":""#)
        opening.writeImmutableBuffer(model)
        opening.writeStaticString(#"","#)
        self.opening = opening
        withoutUsage = announcesUsage ? #","usage":null"# : ""
        self.isWithoutChoices = isWithoutChoices
        self.isFramed = isFramed
    }

    func writeHead(keepAlive: Bool, to buffer: inout ByteBuffer) {
        buffer.writeStaticString(
            "HTTP/1.1 200 OK\r\nServer: sml-endpoint\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n")
        if isFramed { buffer.writeStaticString("Transfer-Encoding: chunked\r\n") }
        if !keepAlive { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("\r\n")
    }

    func writeRole(usage: ByteBuffer?, to buffer: inout ByteBuffer) {
        writeEvent(
            #""choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]"#, nil, "",
            usage, to: &buffer)
    }

    /// - Parameter text: bytes of ``ChunkText``.
    mutating func writeDelta(_ text: Range<Int>, isReasoning: Bool, usage: ByteBuffer?, to buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        if usage == nil, let last, last.text.count == text.count, last.isReasoning == isReasoning {
            buffer.writeImmutableBuffer(last.bytes)
            ChunkText.write(text, to: &buffer, at: start + last.text.lowerBound)
            return
        }
        let choices: StaticString =
            isReasoning ? #""choices":[{"index":0,"delta":{"reasoning_content":""# : #""choices":[{"index":0,"delta":{"content":""#
        let rest: StaticString = #""},"logprobs":null,"finish_reason":null}]"#
        writeEvent(choices, text, rest, usage, to: &buffer)
        guard usage == nil, !isWithoutChoices, text.count <= Self.longestKept else { return }
        let end = buffer.writerIndex - (isFramed ? 2 : 0) - Self.closing.utf8CodeUnitCount - withoutUsage.utf8CodeUnitCount
        let textStart = end - rest.utf8CodeUnitCount - text.count - start
        // A slice would share the buffer's memory, which is about to be written again.
        last = buffer.viewBytes(at: start, length: buffer.writerIndex - start).map {
            Rendered(bytes: ByteBuffer(bytes: $0), text: textStart..<textStart + text.count, isReasoning: isReasoning)
        }
    }

    /// A stream keeps no longer text than this: 20,000 may be open.
    private static let longestKept = 64

    func writeFinish(_ reason: SimulatedFinish, usage: ByteBuffer?, to buffer: inout ByteBuffer) {
        switch reason {
        case .stop:
            writeEvent(#""choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]"#, nil, "", usage, to: &buffer)
        case .length:
            writeEvent(#""choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"}]"#, nil, "", usage, to: &buffer)
        }
    }

    /// The chunk that has nothing but usage.
    func writeUsage(_ usage: ByteBuffer, to buffer: inout ByteBuffer) {
        writeEvent(Self.noChoices, nil, "", usage, to: &buffer)
    }

    func writeError(_ message: String, to buffer: inout ByteBuffer) {
        let event = "data: \(ErrorBody.json(500, message))\n\n"
        frame(event.utf8.count, to: &buffer) { $0.writeString(event) }
    }

    /// An event that stops inside an object.
    func writeBrokenEvent(to buffer: inout ByteBuffer) {
        let rest: StaticString = #""choices":[{"index":0,"delta":{"content":"#
        frame(opening.readableBytes + rest.utf8CodeUnitCount + 2, to: &buffer) {
            $0.writeImmutableBuffer(opening)
            $0.writeStaticString(rest)
            $0.writeStaticString("\n\n")
        }
    }

    /// Bytes that are neither an event nor UTF-8.
    static let garbage: [UInt8] = [0x00, 0xFF, 0xFE, 0x7B, 0x5D, 0x0D, 0xC3, 0x28, 0x0A, 0x0A]

    func writeGarbage(to buffer: inout ByteBuffer) {
        frame(Self.garbage.count, to: &buffer) { $0.writeBytes(Self.garbage) }
    }

    func writeDone(to buffer: inout ByteBuffer) {
        frame(14, to: &buffer) { $0.writeStaticString("data: [DONE]\n\n") }
    }

    /// The end of the body.
    func writeEnd(to buffer: inout ByteBuffer) {
        if isFramed { buffer.writeStaticString("0\r\n\r\n") }
    }

    private static let noChoices: StaticString = #""choices":[]"#
    private static let closing: StaticString = "}\n\n"

    private func writeEvent(
        _ choices: StaticString, _ text: Range<Int>?, _ rest: StaticString, _ usage: ByteBuffer?, to buffer: inout ByteBuffer
    ) {
        let (choices, text, rest) = isWithoutChoices ? (Self.noChoices, nil, "") : (choices, text, rest)
        let usageSize = usage.map { 9 + $0.readableBytes } ?? withoutUsage.utf8CodeUnitCount
        let size =
            opening.readableBytes + choices.utf8CodeUnitCount + (text?.count ?? 0) + rest.utf8CodeUnitCount + usageSize
            + Self.closing.utf8CodeUnitCount
        frame(size, to: &buffer) {
            $0.writeImmutableBuffer(opening)
            $0.writeStaticString(choices)
            if let text { ChunkText.write(text, to: &$0) }
            $0.writeStaticString(rest)
            if let usage {
                $0.writeStaticString(#","usage":"#)
                $0.writeImmutableBuffer(usage)
            } else {
                $0.writeStaticString(withoutUsage)
            }
            $0.writeStaticString(Self.closing)
        }
    }

    /// `size` bytes as one chunk of HTTP/1.1.
    private func frame(_ size: Int, to buffer: inout ByteBuffer, _ body: (inout ByteBuffer) -> Void) {
        guard isFramed else { return body(&buffer) }
        buffer.writeHexadecimal(UInt64(size))
        buffer.writeStaticString("\r\n")
        body(&buffer)
        buffer.writeStaticString("\r\n")
    }
}

extension ByteBuffer {
    /// Writes `value` in lower-case hexadecimal.
    fileprivate mutating func writeHexadecimal(_ value: UInt64) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: 16) { bytes in
            let count = max(1, (64 - value.leadingZeroBitCount + 3) / 4)
            for index in 0..<count {
                let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * (count - 1 - index))) & 15
                bytes[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
            return count
        }
    }
}
