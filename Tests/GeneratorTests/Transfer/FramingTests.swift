// Where an answer ends, from its header lines: what Go's net/http takes and what it refuses.

import CLibcurl
import Testing

struct FramingTests {
    private static func framing(_ lines: [String], status: String = "HTTP/1.1 200 OK") -> sml_framing {
        var framing = sml_framing()
        for line in [status] + lines {
            let bytes = Array((line + "\r\n").utf8)
            bytes.withUnsafeBytes { sml_framing_line(&framing, $0.baseAddress, $0.count) }
        }
        return framing
    }

    private static func isWrong(_ lines: [String], status: String = "HTTP/1.1 200 OK") -> Bool {
        var framing = framing(lines, status: status)
        return sml_framing_is_wrong(&framing) != 0
    }

    @Test(arguments: [
        [], ["Content-Length: 5"], ["content-length:5"], ["Content-Length: \t5 "], ["Content-Length: 0"],
        ["Content-Length: 9223372036854775807"], ["Content-Length: 5", "Content-Length: 5"],
        ["Transfer-Encoding: chunked"], ["transfer-encoding: CHUNKED"],
        // Chunks override a length.
        ["Content-Length: 5", "Transfer-Encoding: chunked"], ["Content-Length: 5", "Content-Length: 6", "Transfer-Encoding: chunked"],
        ["Content-Lengthy: x", "X-Content-Length: x", "Transfer-Encodings: x"],
    ])
    func isClear(lines: [String]) { #expect(!Self.isWrong(lines)) }

    @Test(arguments: [
        ["Content-Length: 5", "Content-Length: 6"], ["Content-Length: 5, 5"], ["Content-Length: -1"], ["Content-Length: +5"],
        ["Content-Length: 5x"], ["Content-Length: 0x5"], ["Content-Length: five"], ["Content-Length:"], ["Content-Length: 5 5"],
        ["Content-Length: 9223372036854775808"], ["Content-Length: 5", "Content-Length: x"],
    ])
    func isUnclear(lines: [String]) { #expect(Self.isWrong(lines)) }

    /// Streams of HTTP/2 have an end of their own.
    @Test func http2IsNotFramedByHeaders() {
        #expect(!Self.isWrong(["content-length: 5", "content-length: 6"], status: "HTTP/2 200"))
        var framing = Self.framing([], status: "HTTP/2 200")
        #expect(sml_framing_ends_with_stream(&framing) == 0)
    }

    @Test func answersWithoutABody() {
        for status in ["HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified", "HTTP/1.1 100 Continue"] {
            #expect(!Self.isWrong(["Content-Length: x"], status: status))
            var framing = Self.framing([], status: status)
            #expect(sml_framing_ends_with_stream(&framing) == 0)
        }
    }

    @Test func endOfTheStreamIsTheEndOnlyWithoutALength() {
        var open = Self.framing([])
        #expect(sml_framing_ends_with_stream(&open) != 0 && open.length == -1)
        var old = Self.framing([], status: "HTTP/1.0 200 OK")
        #expect(sml_framing_ends_with_stream(&old) != 0)
        var known = Self.framing(["Content-Length: 17"])
        #expect(sml_framing_ends_with_stream(&known) == 0 && known.length == 17)
        var chunked = Self.framing(["Transfer-Encoding: chunked"])
        #expect(sml_framing_ends_with_stream(&chunked) == 0)
    }

    /// An interim answer's headers are not those of the final one.
    @Test func statusLineBeginsAnew() {
        let framing = Self.framing(["Content-Length: 5", "HTTP/1.1 200 OK", "Content-Length: 6"], status: "HTTP/1.1 103 Early Hints")
        #expect(framing.length == 6 && framing.is_length_wrong == 0 && framing.status == 200)
    }

    /// Over HTTP/2, by its length or because it has none; what says nothing of its length ends with its stream.
    @Test(arguments: [
        ("HTTP/2 200", ["content-length: 5"], 5, true), ("HTTP/2 200", ["content-length: 5"], 4, false),
        ("HTTP/2 429", ["content-length: 0"], 0, true), ("HTTP/2 204", [], 0, true), ("HTTP/2 200", [], 5, false),
        ("HTTP/2 103", ["content-length: 0"], 0, false), ("HTTP/2 200", ["content-length: 5", "content-length: 6"], 5, false),
        ("HTTP/1.1 200 OK", ["content-length: 5"], 5, false),
    ])
    func anAnswerOverHTTP2IsWhole(status: String, lines: [String], received: Int64, isWhole: Bool) {
        var framing = Self.framing(lines, status: status)
        #expect((sml_framing_is_whole(&framing, received) != 0) == isWhole)
    }
}
