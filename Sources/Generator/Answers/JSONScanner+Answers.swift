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

    /// JavaScript's `Number(value)` when it is finite and not negative, as k6's script takes it (§3.5): `"7"` is 7,
    /// `null`, `""` and `false` are 0, `true` is 1; everything else counts as absent.
    mutating func count() throws(JSONError) -> Int32 {
        let value: Double
        switch try peek() {
        case .number:
            let range = try number()
            if let count = Self.smallInteger(bytes[range]) { return count }
            value = Double(String(decoding: bytes[range], as: UTF8.self)) ?? .nan
        case .string:
            let text = JSONText.decode(try string(), in: bytes)
            let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
            value = trimmed.isEmpty ? 0 : Double(String(trimmed)) ?? .nan
        case .null:
            try null()
            value = 0
        case .bool:
            value = try bool() ? 1 : 0
        case .object, .array:
            try skipValue()
            return -1
        }
        return value.isFinite && value >= 0 ? Int32(clamping: Int64(min(value, 1e15))) : -1
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
