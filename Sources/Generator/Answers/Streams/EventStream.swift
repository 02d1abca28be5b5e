// Server-sent events, as the WHATWG's HTML standard defines them (§9.2.5, §9.2.6): lines that end with CR, LF or both, fields,
// comments, data of several lines, a byte order mark. Fed with the bytes as they arrive, cut anywhere; an event that lies in one
// piece, as nearly all do, is handed on where it stands, and only what a cut left open is kept. Identifiers and retry times are
// for clients that connect again, which a measurement must not.

import Glibc

/// The grammar of one stream of events. A value: no clock, no socket.
struct EventStream {
    /// Of a line whose end has not come.
    private var line: [UInt8] = []
    /// Of an event whose end has not come, its lines joined by LF.
    private var data: [UInt8] = []
    private var dataLines = 0
    private var isErrorEvent = false
    /// The last byte was a CR, so that an LF now belongs to it.
    private var endedInReturn = false
    private var isFirstLine = true
    private let limit: Int

    /// - Parameter limit: the longest event taken, bytes: what may be kept of one.
    init(limit: Int) { self.limit = limit }

    /// Calls `take` with the data of each event that is complete, and whether its type is `error`.
    ///
    /// - Returns: false when an event is over the limit.
    mutating func receive(_ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer, _ isError: Bool) -> Void) -> Bool {
        var at = 0
        // The event's one line of data, as long as it stands in `bytes`.
        var standing: Range<Int>?
        while at < bytes.count {
            if endedInReturn {
                endedInReturn = false
                if bytes[at] == Self.lineFeed {
                    at += 1
                    continue
                }
            }
            guard let end = Self.lineEnd(in: bytes, from: at) else {
                line.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[at...]))
                break
            }
            endedInReturn = bytes[end] == Self.carriageReturn
            let field: Field
            if line.isEmpty {
                field = read(bytes, at..<end)
                if case .data(let value) = field, dataLines == 0 { standing = value } else { keep(field, bytes, &standing) }
            } else {
                line.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[at..<end]))
                keep(&standing, bytes)
                field = readKeptLine()
            }
            at = end + 1
            switch field {
            case .none: break
            case .data: dataLines += 1
            case .type(let isError): isErrorEvent = isError
            case .end:
                if dataLines > 0 {
                    if let standing {
                        take(UnsafeRawBufferPointer(rebasing: bytes[standing]), isErrorEvent)
                    } else {
                        data.withUnsafeBytes { take($0, isErrorEvent) }
                        forget()
                    }
                }
                standing = nil
                dataLines = 0
                isErrorEvent = false
            }
            guard line.count + data.count <= limit else { return false }
        }
        keep(&standing, bytes)
        return line.count + data.count <= limit
    }

    // MARK: - Lines

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private enum Field {
        case data(Range<Int>)
        case type(isError: Bool)
        /// An empty line: the event's end.
        case end
        case none
    }

    /// Where the line from `start` on ends: its CR or LF.
    private static func lineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let feed = memchr(base + start, Int32(lineFeed), bytes.count - start).map { UnsafeRawPointer($0) - base }
        let length = (feed ?? bytes.count) - start
        return memchr(base + start, Int32(carriageReturn), length).map { UnsafeRawPointer($0) - base } ?? feed
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) -> Field {
        var line = line
        if isFirstLine {
            isFirstLine = false
            if Self.begins(bytes, line, "\u{FEFF}") { line = line.lowerBound + 3..<line.upperBound }
        }
        guard !line.isEmpty else { return .end }
        // `data`, `event`: every other name, and a comment, which has none, means nothing here.
        guard let first = Self.value(of: "data", in: bytes, line) else {
            guard let type = Self.value(of: "event", in: bytes, line) else { return .none }
            return .type(isError: type.count == 5 && Self.begins(bytes, type, "error"))
        }
        return .data(first)
    }

    /// The value of a line whose field is `name`, without the blank before it; empty without a colon.
    private static func value(of name: StaticString, in bytes: UnsafeRawBufferPointer, _ line: Range<Int>) -> Range<Int>? {
        guard begins(bytes, line, name) else { return nil }
        let colon = line.lowerBound + name.utf8CodeUnitCount
        guard colon < line.upperBound else { return colon..<colon }
        guard bytes[colon] == UInt8(ascii: ":") else { return nil }
        let start = colon + 1
        return start < line.upperBound && bytes[start] == UInt8(ascii: " ") ? start + 1..<line.upperBound : start..<line.upperBound
    }

    private static func begins(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ text: StaticString) -> Bool {
        guard let base = bytes.baseAddress, range.count >= text.utf8CodeUnitCount else { return false }
        return memcmp(base + range.lowerBound, text.utf8Start, text.utf8CodeUnitCount) == 0
    }

    // MARK: - What is kept

    /// The line that has just been completed in ``line``; its data go to the event's.
    private mutating func readKeptLine() -> Field {
        var kept: [UInt8] = []
        swap(&kept, &line)
        let field = kept.withUnsafeBytes { bytes in
            let field = read(bytes, 0..<bytes.count)
            var none: Range<Int>?
            keep(field, bytes, &none)
            return field
        }
        kept.removeAll(keepingCapacity: kept.capacity <= Self.keepLimit)
        line = kept
        return field
    }

    /// Puts a further line of data behind those there are.
    private mutating func keep(_ field: Field, _ bytes: UnsafeRawBufferPointer, _ standing: inout Range<Int>?) {
        guard case .data(let value) = field else { return }
        keep(&standing, bytes)
        if dataLines > 0 { data.append(Self.lineFeed) }
        data.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[value]))
    }

    /// Copies what stands in `bytes`, which are about to go.
    private mutating func keep(_ standing: inout Range<Int>?, _ bytes: UnsafeRawBufferPointer) {
        guard let range = standing else { return }
        data.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[range]))
        standing = nil
    }

    /// A usual event fits; what a large one needed is given back.
    private static let keepLimit = 16 << 10

    private mutating func forget() { data.removeAll(keepingCapacity: data.capacity <= Self.keepLimit) }
}
