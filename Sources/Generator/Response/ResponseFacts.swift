// What a run needs from an answer: is it JSON, is there a choice, why did it stop, how many tokens. Read in one walk
// over the bytes: an object tree of an answer of 10 kB would cost more than sending the request did.

import Scenarios

/// The facts of one chat completion.
struct ResponseFacts: Equatable {
    var parsed = false
    /// `choices` is a non-empty array (k6's check `has choices`).
    var hasChoices = false
    var finishReason = FinishReason.absent
    /// -1 when absent or not a usable number.
    var promptTokens: Int32 = -1
    var completionTokens: Int32 = -1

    /// Reads `bytes`; an empty or malformed text leaves `parsed` false and all else at its default.
    init(reading bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        var facts = self
        var scanner = JSONScanner(bytes)
        do throws(JSONError) {
            try facts.read(&scanner)
            try scanner.finish()
        } catch {
            return
        }
        facts.parsed = true
        self = facts
    }

    private mutating func read(_ scanner: inout JSONScanner) throws(JSONError) {
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return
        }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "choices") {
                try readChoices(&scanner)
            } else if scanner.equals(key, "usage") {
                try readUsage(&scanner)
            } else {
                try scanner.skipValue()
            }
        }
    }

    private mutating func readChoices(_ scanner: inout JSONScanner) throws(JSONError) {
        hasChoices = false
        guard try scanner.peek() == .array else {
            try scanner.skipValue()
            return
        }
        try scanner.beginArray()
        while try scanner.nextElement() {
            if !hasChoices, try scanner.peek() == .object {
                finishReason = try Self.readFinishReason(&scanner)
            } else {
                try scanner.skipValue()
            }
            hasChoices = true
        }
    }

    /// Of one choice.
    private static func readFinishReason(_ scanner: inout JSONScanner) throws(JSONError) -> FinishReason {
        var reason = FinishReason.absent
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "finish_reason"), try scanner.peek() == .string {
                let text = try scanner.string()
                reason =
                    if scanner.equals(text, "stop") {
                        .stop
                    } else if scanner.equals(text, "length") {
                        .length
                    } else if scanner.equals(text, "tool_calls") || scanner.equals(text, "function_call") {
                        .toolCalls
                    } else if scanner.equals(text, "content_filter") {
                        .contentFilter
                    } else {
                        .other
                    }
            } else {
                try scanner.skipValue()
            }
        }
        return reason
    }

    private mutating func readUsage(_ scanner: inout JSONScanner) throws(JSONError) {
        promptTokens = -1
        completionTokens = -1
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return
        }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "prompt_tokens") {
                promptTokens = try Self.readCount(&scanner)
            } else if scanner.equals(key, "completion_tokens") {
                completionTokens = try Self.readCount(&scanner)
            } else {
                try scanner.skipValue()
            }
        }
    }

    /// JavaScript's `Number(value)` when it is finite and not negative, as k6's script takes it (§3.5): `"7"` is 7,
    /// `null`, `""` and `false` are 0, `true` is 1; everything else counts as absent.
    private static func readCount(_ scanner: inout JSONScanner) throws(JSONError) -> Int32 {
        let value: Double
        switch try scanner.peek() {
        case .number:
            let range = try scanner.number()
            if let count = smallInteger(scanner.bytes[range]) { return count }
            value = Double(String(decoding: scanner.bytes[range], as: UTF8.self)) ?? .nan
        case .string:
            let text = JSONText.decode(try scanner.string(), in: scanner.bytes)
            let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
            value = trimmed.isEmpty ? 0 : Double(String(trimmed)) ?? .nan
        case .null:
            try scanner.null()
            value = 0
        case .bool:
            value = try scanner.bool() ? 1 : 0
        case .object, .array:
            try scanner.skipValue()
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

    /// Writes the facts into the record of a complete exchange.
    func complete(_ record: inout RunRecord) {
        if parsed { record.flags.insert(.parsed) }
        if hasChoices { record.flags.insert(.hasChoices) }
        record.finishReasonRaw = finishReason.rawValue
        record.promptTokens = promptTokens
        record.completionTokens = completionTokens
    }
}
