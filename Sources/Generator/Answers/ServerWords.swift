// What a server says when it fails, kept as evidence: "Invalid model name passed in model=nope" ends a search that
// "HTTP 400" begins. One line, without secrets, and short enough to stand in a summary. Only failures come here.

import Base
import Scenarios

enum ServerWords {
    /// Bytes of UTF-8 that are kept.
    static let limit = 300
    /// Bytes of a body that are looked at for them: pages of HTML are mostly white space.
    static let looked = 4096

    /// The words of `answer`, empty when it has none. A body that is too long to be kept whole, and one with status 200, whose
    /// choices would stand first, is searched for its `error`.
    static func of(_ answer: UnsafeRawBufferPointer, status: UInt16, redactor: Redactor) -> String {
        let whole = redactor.words(String(decoding: answer.prefix(looked), as: UTF8.self), limit: limit)
        guard status == 200 || answer.count > limit, let message = message(in: answer) else { return whole }
        return redactor.words(message, limit: limit)
    }

    /// The text of an `error` in a JSON document, wherever servers put it: beside the choices, in one of them, or as the
    /// document's own `message` or `detail`.
    private static func message(in answer: UnsafeRawBufferPointer) -> String? {
        var scanner = JSONScanner(answer, depthLimit: JSONScanner.answerNestingLimit)
        return try? message(&scanner)
    }

    private static func message(_ scanner: inout JSONScanner) throws(JSONError) -> String? {
        guard try scanner.peek() == .object else { return nil }
        var error: String?
        var own: String?
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "error") {
                error = try text(&scanner) ?? error
            } else if scanner.equals(key, "message") || scanner.equals(key, "detail") {
                own = try text(&scanner) ?? own
            } else if scanner.equals(key, "choices"), try scanner.peek() == .array {
                try scanner.beginArray()
                while try scanner.nextElement() { error = try message(&scanner, orSkip: true) ?? error }
            } else {
                try scanner.skipValue()
            }
        }
        return error ?? own
    }

    /// Of a choice, which may be anything.
    private static func message(_ scanner: inout JSONScanner, orSkip: Bool) throws(JSONError) -> String? {
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return nil
        }
        var error: String?
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "error") { error = try text(&scanner) ?? error } else { try scanner.skipValue() }
        }
        return error
    }

    /// A string as it is, of an object its `message`, else the value as it is written; nil for null and the like.
    private static func text(_ scanner: inout JSONScanner) throws(JSONError) -> String? {
        var ahead = scanner
        guard try ahead.isError() else {
            try scanner.skipValue()
            return nil
        }
        switch try scanner.peek() {
        case .string: return JSONText.decode(try scanner.string(), in: scanner.bytes)
        case .object:
            var inside = scanner
            let range = try scanner.skipValue()
            try inside.beginObject()
            while let key = try inside.nextKey() {
                if inside.equals(key, "message"), try inside.peek() == .string {
                    return JSONText.decode(try inside.string(), in: inside.bytes)
                }
                try inside.skipValue()
            }
            return String(decoding: inside.bytes[range], as: UTF8.self)
        default: return String(decoding: scanner.bytes[try scanner.skipValue()], as: UTF8.self)
        }
    }
}
