import NIOCore
import Testing

@testable import Endpoint

@Suite struct ChunkWriterTests {
    private func writer(announcesUsage: Bool = false, isWithoutChoices: Bool = false, isFramed: Bool = true) -> ChunkWriter {
        ChunkWriter(
            sequence: 7, created: 1_700_000_000, model: ByteBuffer(string: "org/m"), announcesUsage: announcesUsage,
            isWithoutChoices: isWithoutChoices, isFramed: isFramed)
    }

    private func text(_ write: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        write(&buffer)
        return String(buffer: buffer)
    }

    private let opening = #"data: {"id":"chatcmpl-7","object":"chat.completion.chunk","created":1700000000,"model":"org/m","#

    private func chunk(_ event: String) -> String { "\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n" }

    @Test func events() {
        var writer = writer()
        #expect(
            text { writer.writeRole(usage: nil, to: &$0) }
                == chunk(
                    opening
                        + #""choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}"#
                        + "\n\n"))
        #expect(
            text { writer.writeDelta(4..<8, isReasoning: false, usage: nil, to: &$0) }
                == chunk(opening + #""choices":[{"index":0,"delta":{"content":"quic"},"logprobs":null,"finish_reason":null}]}"# + "\n\n"))
        #expect(
            text { writer.writeDelta(0..<4, isReasoning: true, usage: ByteBuffer(string: "{}"), to: &$0) }
                == chunk(
                    opening
                        + #""choices":[{"index":0,"delta":{"reasoning_content":"The "},"logprobs":null,"finish_reason":null}],"usage":{}}"#
                        + "\n\n"))
        for reason in [SimulatedFinish.stop, .length] {
            #expect(
                text { writer.writeFinish(reason, usage: nil, to: &$0) }
                    == chunk(
                        opening + #""choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"\#(reason.rawValue)"}]}"# + "\n\n"))
        }
        #expect(
            text { writer.writeUsage(ByteBuffer(string: #"{"x":1}"#), to: &$0) }
                == chunk(opening + #""choices":[],"usage":{"x":1}}"# + "\n\n"))
        #expect(text { writer.writeDone(to: &$0) } == "e\r\ndata: [DONE]\n\n\r\n")
        #expect(text { writer.writeEnd(to: &$0) } == "0\r\n\r\n")
    }

    @Test func usageToComeIsNull() {
        let finish = text { writer(announcesUsage: true).writeFinish(.stop, usage: nil, to: &$0) }
        #expect(finish.hasSuffix(#""stop"}],"usage":null}"# + "\n\n\r\n"))
    }

    @Test func choicesMayBeEmpty() {
        var writer = writer(isWithoutChoices: true)
        for _ in 1...2 {
            #expect(
                text { writer.writeDelta(0..<400, isReasoning: false, usage: nil, to: &$0) }
                    == chunk(opening + #""choices":[]}"# + "\n\n"))
        }
    }

    /// What is copied from the chunk before is what would have been put together.
    @Test func copiedChunksAreAsRenderedOnes() {
        for (announcesUsage, isFramed) in [(false, true), (true, true), (true, false)] {
            var copying = writer(announcesUsage: announcesUsage, isFramed: isFramed)
            var buffer = ByteBuffer()
            var expected = ""
            var position = 0
            for (size, isReasoning) in [
                (4, true), (4, true), (4, false), (4, false), (0, false), (0, false), (70, false), (70, false), (4, false),
            ] {
                let range = position..<position + size
                position += size
                let usage = position == 8 ? ByteBuffer(string: "{}") : nil
                copying.writeDelta(range, isReasoning: isReasoning, usage: usage, to: &buffer)
                var fresh = writer(announcesUsage: announcesUsage, isFramed: isFramed)
                expected += text { fresh.writeDelta(range, isReasoning: isReasoning, usage: usage, to: &$0) }
            }
            #expect(String(buffer: buffer) == expected)
        }
    }

    @Test func withoutChunksThereIsNoFrame() {
        let writer = writer(isFramed: false)
        #expect(text { writer.writeDone(to: &$0) } == "data: [DONE]\n\n")
        #expect(text { writer.writeEnd(to: &$0) } == "")
        let head = text { writer.writeHead(keepAlive: false, to: &$0) }
        #expect(!head.contains("Transfer-Encoding"))
        #expect(head.hasSuffix("\r\nConnection: close\r\n\r\n"))
    }

    @Test func faults() {
        let writer = writer()
        let error = text { writer.writeError("Boom.", to: &$0) }
        #expect(error.contains(#"data: {"error":{"message":"Boom.","type":"server_error","param":null"#))
        #expect(text { writer.writeBrokenEvent(to: &$0) } == chunk(opening + #""choices":[{"index":0,"delta":{"content":"# + "\n\n"))
    }

    /// Whatever the ranges, the text is one.
    @Test func textsJoin() {
        let whole = String(repeating: ChunkText.words, count: 200)
        #expect(text { ChunkText.write(0..<whole.utf8.count, to: &$0) } == whole)
        var position = 0
        var joined = ""
        for size in [1, 4, 0, 4000, 90, 8000, 5] {
            joined += text { ChunkText.write(position..<position + size, to: &$0) }
            position += size
        }
        #expect(joined == whole.prefix(position))
    }

    @Test func textIsSharedOutOverTheTokens() {
        #expect(ChunkText.bytes(of: 3..<5, of: 10, answerBytes: nil) == 12..<20)
        let shares = (0..<7).map { ChunkText.bytes(of: $0..<$0 + 1, of: 7, answerBytes: 100) }
        #expect(shares.first?.lowerBound == 0 && shares.last?.upperBound == 100)
        #expect(zip(shares, shares.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }
}
