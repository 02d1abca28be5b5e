// The grammar of events against examples of the WHATWG's standard and against a reading of the whole text that knows nothing of
// pieces, wherever the bytes are cut.

import Base
import Testing

@testable import Generator

struct EventStreamTests {
    struct Event: Equatable, CustomStringConvertible {
        var data: String
        var isError = false
        var description: String { (isError ? "error " : "") + data.debugDescription }
    }

    static func events(_ pieces: [ArraySlice<UInt8>], limit: Int = 1 << 20) -> [Event]? {
        var stream = EventStream(limit: limit)
        var found: [Event] = []
        for piece in pieces {
            // A copy each: what is kept of one must not look into memory that is gone.
            let isTaken = Array(piece).withUnsafeBytes { bytes in
                stream.receive(bytes) { found.append(Event(data: String(decoding: $0, as: UTF8.self), isError: $1)) }
            }
            guard isTaken else { return nil }
        }
        return found
    }

    /// The standard's algorithm, line by line over all of the text.
    static func truth(_ text: String) -> [Event] {
        var scalars = Array(text.unicodeScalars)
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            guard scalar == "\r" || scalar == "\n" else {
                line.append(scalar)
                continue
            }
            if scalar == "\r", index < scalars.count, scalars[index] == "\n" { index += 1 }
            lines.append(String(line))
            line = String.UnicodeScalarView()
        }
        var events: [Event] = []
        var data: [String] = []
        var isError = false
        for line in lines {
            if line.isEmpty {
                if !data.isEmpty { events.append(Event(data: data.joined(separator: "\n"), isError: isError)) }
                data = []
                isError = false
                continue
            }
            let colon = line.firstIndex(of: ":")
            let name = String(line[..<(colon ?? line.endIndex)])
            var value = colon.map { line[line.index(after: $0)...] } ?? ""
            if value.first == " " { value = value.dropFirst() }
            if name == "data" { data.append(String(value)) }
            if name == "event" { isError = value == "error" }
        }
        return events
    }

    static let texts: [(text: String, events: [Event]?)] = [
        ("data: one\n\ndata: two\n\n", [Event(data: "one"), Event(data: "two")]),
        ("data: one\r\n\r\ndata: two\r\n\r\n", [Event(data: "one"), Event(data: "two")]),
        ("data: one\r\rdata: two\r\r", [Event(data: "one"), Event(data: "two")]),
        ("data: one\r\n\ndata: two\n\r\n\n\n", [Event(data: "one"), Event(data: "two")]),
        // Of the standard.
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [Event(data: "YHOO\n+2\n10")]),
        (
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
            [Event(data: "first event"), Event(data: "second event")]
        ),
        ("data\n\ndata\ndata\n\ndata:", [Event(data: ""), Event(data: "\n")]),
        ("data:test\n\ndata: test\n\n", [Event(data: "test"), Event(data: "test")]),
        ("\u{FEFF}data: one\n\n\u{FEFF}data: none\n\n", [Event(data: "one")]),
        ("\u{FEFF}\ndata: one\n\n", [Event(data: "one")]),
        ("event: error\ndata: {}\n\ndata: {}\n\n", [Event(data: "{}", isError: true), Event(data: "{}")]),
        ("event: error\n\ndata: {}\n\n", [Event(data: "{}")]),
        ("event: errors\ndata: 1\n\nevent:error\nevent: x\ndata: 2\n\n", [Event(data: "1"), Event(data: "2")]),
        ("dat: 1\ndatas: 2\nDATA: 3\n data: 4\ndata : 5\n\n", []),
        (": keep-alive\n\n: \n\n:\n\ndata: ü — 😀\n\n", [Event(data: "ü — 😀")]),
        ("retry: 10\nid: 4\nfoo\ndata: a:b: c\n\n", [Event(data: "a:b: c")]),
        ("data: \(String(repeating: "long ", count: 60))\ndata: end\n\n", nil),
        ("data: unfinished", []), ("data: unfinished\n", []), ("", []), ("\n\n\r\r\n", []),
    ]

    @Test func itReadsWhatTheStandardSaysHoweverItIsCut() throws {
        for (text, expected) in Self.texts {
            let truth = Self.truth(text)
            if let expected { #expect(truth == expected, "\(text.debugDescription)") }
            let bytes = Array(text.utf8)
            #expect(Self.events([bytes[...]]) == truth, "\(text.debugDescription)")
            #expect(Self.events(bytes.indices.map { bytes[$0...$0] }) == truth, "\(text.debugDescription), byte by byte")
            for cut in bytes.indices {
                #expect(Self.events([bytes[..<cut], bytes[cut...]]) == truth, "\(text.debugDescription), cut at \(cut)")
                for second in stride(from: cut, to: bytes.count, by: 7) {
                    let pieces = [bytes[..<cut], bytes[cut..<second], bytes[second...]]
                    #expect(Self.events(pieces) == truth, "\(text.debugDescription), cut at \(cut) and \(second)")
                }
            }
        }
    }

    /// Lines of every kind in random order, with random ends and cuts.
    @Test func randomStreamsAreReadAsTheWholeTextIs() {
        var random = SplitMix(seed: 20)
        let lines = [
            "data: x", "data:", "data", "", "", ": c", "event: error", "event: y", "id: 1", "data: [DONE]", "\u{FEFF}data: z", "data:  two",
        ]
        let ends = ["\n", "\r", "\r\n"]
        for _ in 0..<2_000 {
            let text = (0..<random.below(12)).map { _ in lines[random.below(lines.count)] + ends[random.below(3)] }.joined()
            let bytes = Array(text.utf8)
            var pieces: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let length = 1 + random.below(9)
                pieces.append(rest.prefix(length))
                rest = rest.dropFirst(length)
            }
            #expect(Self.events(pieces) == Self.truth(text), "\(text.debugDescription)")
        }
    }

    @Test func anEventOverTheLimitIsRefusedAndWhatIsKeptIsNotMore() {
        let line = Array(("data: " + String(repeating: "x", count: 100) + "\n").utf8)
        #expect(Self.events([line[...], Array("\n".utf8)[...]], limit: 200)?.count == 1)
        #expect(Self.events([line[...], line[...], line[...]], limit: 200) == nil)
        #expect(Self.events([Array(repeating: UInt8(ascii: "x"), count: 300)[...]], limit: 200) == nil)
        // A stream of any length, in events below it.
        let event = line + Array("\n".utf8)
        #expect(Self.events((0..<5_000).map { _ in event[...] }, limit: 200)?.count == 5_000)
    }
}

/// Random numbers of a test, the same each time.
struct SplitMix {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= SplitMix64.step
        return SplitMix64.mix(state)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
