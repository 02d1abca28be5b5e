// /v1/chat/completions: a request succeeds with status 200, a choice and no word of failure. Read in one walk over the
// bytes: an object tree of an answer of 10 kB would cost more than sending the request did. It sees what JavaScript's
// JSON.parse would: keys however they are written, the last of several.

import Base
import Scenarios

/// Chat completions, and the completions of text that answer in the same shape.
enum ChatCompletions: AnswerAPI {
    /// An empty or malformed text leaves `parsed` false and says of the rest only whether the text was empty or cut short.
    static func read(_ answer: UnsafeRawBufferPointer, _ setting: AnswerSetting) -> AnswerFacts {
        var facts = AnswerFacts()
        guard !answer.isEmpty else {
            facts.isEmpty = true
            return facts
        }
        var scanner = JSONScanner(answer, depthLimit: JSONScanner.answerNestingLimit)
        do throws(JSONError) {
            try facts.read(&scanner, setting)
            try scanner.finish()
        } catch {
            var facts = AnswerFacts()
            facts.isCutShort = scanner.isAtEnd
            return facts
        }
        facts.parsed = true
        return facts
    }
}

extension AnswerFacts {
    fileprivate mutating func read(_ scanner: inout JSONScanner, _ setting: AnswerSetting) throws(JSONError) {
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return
        }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "choices") {
                try readChoices(&scanner, setting)
            } else if scanner.equals(key, "usage") {
                try readUsage(&scanner)
            } else if scanner.equals(key, "timings") {
                try readTimings(&scanner)
            } else if scanner.equals(key, "error") {
                hasError = try scanner.isError()
            } else if scanner.equals(key, "model") {
                isOtherModel = false
                if let model = setting.model, try scanner.peek() == .string {
                    let name = try scanner.string()
                    isOtherModel = !Self.isSame(name, model, in: scanner)
                    if isOtherModel { modelText = setting.index(ofModel: name, in: scanner) }
                } else {
                    try scanner.skipValue()
                }
            } else {
                try scanner.skipValue()
            }
        }
    }

    static func isSame(_ name: JSONString, _ model: [UInt8], in scanner: JSONScanner) -> Bool {
        if !name.hasEscapes, model.withUnsafeBytes({ scanner.equals(name, $0) }) { return true }
        return ModelName.isSame(JSONText.decode(name, in: scanner.bytes), as: String(decoding: model, as: UTF8.self))
    }

    private mutating func readChoices(_ scanner: inout JSONScanner, _ setting: AnswerSetting) throws(JSONError) {
        hasChoices = false
        hasContent = false
        hasFailedChoice = false
        finishReason = .absent
        finishText = 0
        guard try scanner.peek() == .array else {
            try scanner.skipValue()
            return
        }
        try scanner.beginArray()
        while try scanner.nextElement() {
            if try scanner.peek() == .object {
                try readChoice(&scanner, isFirst: !hasChoices, setting)
            } else {
                try scanner.skipValue()
            }
            hasChoices = true
        }
    }

    private mutating func readChoice(
        _ scanner: inout JSONScanner, isFirst: Bool, _ setting: AnswerSetting
    ) throws(JSONError) {
        var reason = FinishReason.absent
        var reasonText: JSONString?
        var hasMessage = false
        var hasText = false
        var hasError = false
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "finish_reason") {
                (reason, reasonText) = try Self.readFinishReason(&scanner)
            } else if scanner.equals(key, "message") {
                hasMessage = try Self.readMessage(&scanner)
            } else if scanner.equals(key, "text") {
                // Of /v1/completions.
                hasText = try scanner.isFilled()
            } else if scanner.equals(key, "error") {
                // OpenRouter's place for it.
                hasError = try scanner.isError()
            } else {
                try scanner.skipValue()
            }
        }
        if hasError || reason.isFailure { hasFailedChoice = true }
        guard isFirst else { return }
        finishReason = reason
        if reason == .other, let reasonText { finishText = setting.index(of: reasonText, in: scanner) }
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
            } else if try scanner.isFilled() {
                filled |= bit
            } else {
                filled &= ~bit
            }
        }
        return filled != 0
    }

    static func readFinishReason(
        _ scanner: inout JSONScanner
    ) throws(JSONError) -> (FinishReason, text: JSONString?) {
        guard try scanner.peek() == .string else {
            try scanner.skipValue()
            return (.absent, nil)
        }
        let text = try scanner.string()
        if scanner.equals(text, "stop") { return (.stop, nil) }
        if scanner.equals(text, "length") { return (.length, nil) }
        if scanner.equals(text, "tool_calls") || scanner.equals(text, "function_call") { return (.toolCalls, nil) }
        if scanner.equals(text, "content_filter") { return (.contentFilter, nil) }
        return (FinishReason(failure: JSONText.decode(text, in: scanner.bytes)) ?? .other, text)
    }
}
