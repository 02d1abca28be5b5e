// Values as the answers of every API hold them: a count, an error, something that is filled or empty. Each is the next value
// of the text, and is passed.

import Base
import Scenarios

extension JSONScanner {
    /// Whether the next value is a text, list or object that is not empty.
    mutating func isFilled() throws(JSONError) -> Bool {
        let kind = try peek()
        let range = try skipValue()
        return switch kind {
        case .string: range.count > 2
        case .array, .object: bytes[range].dropFirst().first { $0 > 0x20 } != bytes[range.upperBound - 1]
        case .null, .bool, .number: false
        }
    }

    /// Whether the next value, that of an `error`, speaks of one: not `null`, `false`, `0` or anything empty.
    mutating func isError() throws(JSONError) -> Bool {
        switch try peek() {
        case .bool: return try bool()
        case .number:
            let range = try number()
            return Double(String(decoding: bytes[range], as: UTF8.self)) != 0
        case .null, .string, .array, .object: return try isFilled()
        }
    }

    /// A number of tokens: a number, or a text that is one, cut to a whole one; -1 for everything else. What is not said is
    /// not 0: k6's script takes `null`, `""` and `false` for it, and an average of 100 became 49.7. No answer has 10⁸ of
    /// them: ``RunRecord/implausibleTokens``.
    mutating func count() throws(JSONError) -> Int32 {
        let value: Double
        switch try peek() {
        case .number:
            let range = try number()
            if let count = Self.smallInteger(bytes[range]) { return count <= RunRecord.mostTokens ? count : RunRecord.implausibleTokens }
            value = Double(String(decoding: bytes[range], as: UTF8.self)) ?? .nan
        case .string:
            let text = JSONText.decode(try string(), in: bytes)
            let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
            value = Double(String(trimmed)) ?? .nan
        case .null, .bool, .object, .array:
            try skipValue()
            return -1
        }
        guard value.isFinite, value >= 0 else { return -1 }
        return value <= Double(RunRecord.mostTokens) ? Int32(value) : RunRecord.implausibleTokens
    }

    /// Up to nine digits and nothing else, which is what every server sends: no string, no allocation.
    private static func smallInteger(_ digits: Slice<UnsafeRawBufferPointer>) -> Int32? {
        guard digits.count <= 9 else { return nil }
        var value: Int32 = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int32(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
