// What a run needs from an answer: is it JSON, is there a choice, does it say anything, who answered, why did it stop,
// how many tokens. Read in one walk over the bytes: an object tree of an answer of 10 kB would cost more than sending
// the request did. It sees what JavaScript's JSON.parse would: keys however they are written, the last of several.

import Base
import Scenarios

/// The facts of one chat completion.
struct ResponseFacts: Equatable {
    var parsed = false
    /// `choices` is a non-empty array (k6's check `has choices`).
    var hasChoices = false
    /// The first choice holds text or a tool call.
    var hasContent = false
    /// The answer names a model, and not the one that was asked for.
    var isOtherModel = false
    /// There was no byte.
    var isEmpty = false
    /// The text ends inside a JSON document.
    var isCutShort = false
    /// There is an `error` beside the choices, whatever the status says.
    var hasError = false
    /// One of the choices has an `error`, or a finish reason that is one.
    var hasFailedChoice = false
    var finishReason = FinishReason.absent
    /// -1 when absent or not a usable number.
    var promptTokens: Int32 = -1
    var completionTokens: Int32 = -1

    /// Reads `bytes`, the answer of a server that was asked for `model` (UTF-8; nil when for none). An empty or
    /// malformed text leaves `parsed` false and says of the rest only whether the text was empty or cut short.
    init(reading bytes: UnsafeRawBufferPointer, model: [UInt8]? = nil) {
        guard !bytes.isEmpty else {
            isEmpty = true
            return
        }
        var facts = self
        var scanner = JSONScanner(bytes, depthLimit: JSONScanner.answerNestingLimit)
        do throws(JSONError) {
            try facts.read(&scanner, model: model)
            try scanner.finish()
        } catch {
            isCutShort = scanner.isAtEnd
            return
        }
        facts.parsed = true
        self = facts
    }

    private mutating func read(_ scanner: inout JSONScanner, model: [UInt8]?) throws(JSONError) {
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
            } else if scanner.equals(key, "error") {
                hasError = try Self.isError(&scanner)
            } else if let model, scanner.equals(key, "model") {
                if try scanner.peek() == .string {
                    isOtherModel = !Self.isSame(try scanner.string(), model, in: scanner)
                } else {
                    isOtherModel = false
                    try scanner.skipValue()
                }
            } else {
                try scanner.skipValue()
            }
        }
    }

    private static func isSame(_ name: JSONString, _ model: [UInt8], in scanner: JSONScanner) -> Bool {
        name.hasEscapes
            ? JSONText.decode(name, in: scanner.bytes).utf8.elementsEqual(model)
            : model.withUnsafeBytes { scanner.equals(name, $0) }
    }

    private mutating func readChoices(_ scanner: inout JSONScanner) throws(JSONError) {
        hasChoices = false
        hasContent = false
        hasFailedChoice = false
        finishReason = .absent
        guard try scanner.peek() == .array else {
            try scanner.skipValue()
            return
        }
        try scanner.beginArray()
        while try scanner.nextElement() {
            if try scanner.peek() == .object {
                try readChoice(&scanner, isFirst: !hasChoices)
            } else {
                try scanner.skipValue()
            }
            hasChoices = true
        }
    }

    private mutating func readChoice(_ scanner: inout JSONScanner, isFirst: Bool) throws(JSONError) {
        var reason = FinishReason.absent
        var hasMessage = false
        var hasText = false
        var hasError = false
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "finish_reason") {
                reason = try Self.readFinishReason(&scanner)
            } else if scanner.equals(key, "message") {
                hasMessage = try Self.readMessage(&scanner)
            } else if scanner.equals(key, "text") {
                // Of /v1/completions.
                hasText = try Self.isFilled(&scanner)
            } else if scanner.equals(key, "error") {
                // OpenRouter's place for it.
                hasError = try Self.isError(&scanner)
            } else {
                try scanner.skipValue()
            }
        }
        if hasError || reason.isFailure { hasFailedChoice = true }
        guard isFirst else { return }
        finishReason = reason
        hasContent = hasMessage || hasText
    }

    /// Whether the message holds anything.
    private static func readMessage(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return false
        }
        // A bit for each of the keys, because the last of two of a name counts.
        var filled: UInt8 = 0
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            let bit: UInt8 =
                if scanner.equals(key, "content") { 1 } else if scanner.equals(key, "reasoning_content") {
                    2
                } else if scanner.equals(key, "tool_calls") { 4 } else if scanner.equals(key, "refusal") {
                    8
                } else if scanner.equals(key, "function_call") { 16 } else if scanner.equals(key, "reasoning") { 32 } else { 0 }
            if bit == 0 {
                try scanner.skipValue()
            } else if try isFilled(&scanner) {
                filled |= bit
            } else {
                filled &= ~bit
            }
        }
        return filled != 0
    }

    /// Whether the next value is a text, list or object that is not empty.
    private static func isFilled(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
        let kind = try scanner.peek()
        let range = try scanner.skipValue()
        return switch kind {
        case .string: range.count > 2
        case .array, .object: scanner.bytes[range].dropFirst().first { $0 > 0x20 } != scanner.bytes[range.upperBound - 1]
        case .null, .bool, .number: false
        }
    }

    /// Whether the next value, that of an `error`, speaks of one: not `null`, `false`, `0` or anything empty.
    private static func isError(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
        switch try scanner.peek() {
        case .bool: return try scanner.bool()
        case .number:
            let range = try scanner.number()
            return Double(String(decoding: scanner.bytes[range], as: UTF8.self)) != 0
        case .null, .string, .array, .object: return try isFilled(&scanner)
        }
    }

    private static func readFinishReason(_ scanner: inout JSONScanner) throws(JSONError) -> FinishReason {
        guard try scanner.peek() == .string else {
            try scanner.skipValue()
            return .absent
        }
        let text = try scanner.string()
        if scanner.equals(text, "stop") { return .stop }
        if scanner.equals(text, "length") { return .length }
        if scanner.equals(text, "tool_calls") || scanner.equals(text, "function_call") { return .toolCalls }
        if scanner.equals(text, "content_filter") { return .contentFilter }
        return FinishReason(failure: JSONText.decode(text, in: scanner.bytes)) ?? .other
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

    /// Writes the facts into the record of a complete exchange whose answer must have `tokensAsked` completion tokens
    /// (-1: any number).
    func complete(_ record: inout RunRecord, tokensAsked: Int32) {
        if parsed { record.flags.insert(.parsed) }
        if hasChoices {
            record.flags.insert(.hasChoices)
            if !hasContent { record.flags.insert(.withoutContent) }
            if tokensAsked >= 0, completionTokens >= 0, completionTokens != tokensAsked {
                record.flags.insert(.tokensNotAsAsked)
            }
        }
        if hasError || hasFailedChoice { record.flags.insert(.reportsFailure) }
        if isOtherModel { record.flags.insert(.otherModel) }
        if isEmpty { record.flags.insert(.emptyBody) }
        if isCutShort { record.flags.insert(.cutShort) }
        record.finishReasonRaw = finishReason.rawValue
        record.promptTokens = promptTokens
        record.completionTokens = completionTokens
    }
}
