// One chunk of a stream: `chat.completion.chunk`, or the piece of text that /v1/completions sends. Read in one walk, as whole
// answers are. Servers differ in where usage stands, what reasoning is called and how many tokens are in a chunk; none of that
// is an error, and no number of tokens is taken from the number of chunks.

import Base
import Scenarios

extension StreamedAnswer {
    /// What a chunk adds to the answer's output.
    struct Delta {
        var isContent = false
        var isReasoning = false
        /// Where the last of its texts stands, without its quotes.
        var text: Range<Int>?
    }

    mutating func readChunk(_ scanner: inout JSONScanner, _ setting: AnswerSetting) throws(JSONError) -> Delta {
        var delta = Delta()
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return delta
        }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "choices") {
                try readChoices(&scanner, &delta, setting)
            } else if scanner.equals(key, "usage"), try scanner.peek() == .object {
                // The last one counts: some count up in every chunk.
                try facts.readUsage(&scanner)
            } else if scanner.equals(key, "timings") {
                try facts.readTimings(&scanner)
            } else if scanner.equals(key, "error") {
                if try scanner.isError() { facts.hasError = true }
            } else if scanner.equals(key, "model"), !isModelRead, let model = setting.model, try scanner.peek() == .string {
                // Every chunk says it; one is enough.
                isModelRead = true
                let name = try scanner.string()
                facts.isOtherModel = !AnswerFacts.isSame(name, model, in: scanner)
                if facts.isOtherModel { facts.modelText = setting.index(ofModel: name, in: scanner) }
            } else {
                try scanner.skipValue()
            }
        }
        return delta
    }

    private mutating func readChoices(
        _ scanner: inout JSONScanner, _ delta: inout Delta, _ setting: AnswerSetting
    ) throws(JSONError) {
        guard try scanner.peek() == .array else {
            try scanner.skipValue()
            return
        }
        try scanner.beginArray()
        while try scanner.nextElement() {
            facts.hasChoices = true
            guard try scanner.peek() == .object else {
                try scanner.skipValue()
                continue
            }
            try readChoice(&scanner, &delta, setting)
        }
    }

    private mutating func readChoice(
        _ scanner: inout JSONScanner, _ whole: inout Delta, _ setting: AnswerSetting
    ) throws(JSONError) {
        var delta = Delta()
        var reason = FinishReason.absent
        var reasonText: JSONString?
        var index: Int32 = 0
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "delta") {
                try Self.readDelta(&scanner, &delta)
            } else if scanner.equals(key, "text") {
                // Of /v1/completions.
                if try Self.readOutput(&scanner, &delta) { delta.isContent = true }
            } else if scanner.equals(key, "finish_reason") {
                (reason, reasonText) = try AnswerFacts.readFinishReason(&scanner)
                if reasonText?.range.isEmpty == true { reason = .absent }
            } else if scanner.equals(key, "index") {
                index = try scanner.count()
            } else if scanner.equals(key, "error") {
                if try scanner.isError() { facts.hasFailedChoice = true }
            } else {
                try scanner.skipValue()
            }
        }
        if delta.isContent { whole.isContent = true }
        if delta.isReasoning { whole.isReasoning = true }
        if let text = delta.text { whole.text = text }
        if reason.isFailure { facts.hasFailedChoice = true }
        // Of several choices the first is the answer.
        guard index == 0 else { return }
        if delta.isContent || delta.isReasoning { facts.hasContent = true }
        guard reason != .absent else { return }
        facts.finishReason = reason
        facts.finishText = reason == .other ? reasonText.map { setting.index(of: $0, in: scanner) } ?? 0 : 0
    }

    private static func readDelta(_ scanner: inout JSONScanner, _ delta: inout Delta) throws(JSONError) {
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return
        }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "content") || scanner.equals(key, "tool_calls") || scanner.equals(key, "refusal")
                || scanner.equals(key, "function_call")
            {
                if try readOutput(&scanner, &delta) { delta.isContent = true }
            } else if scanner.equals(key, "reasoning_content") || scanner.equals(key, "reasoning") {
                if try readOutput(&scanner, &delta) { delta.isReasoning = true }
            } else {
                try scanner.skipValue()
            }
        }
    }

    /// Whether the next value is output.
    private static func readOutput(_ scanner: inout JSONScanner, _ delta: inout Delta) throws(JSONError) -> Bool {
        guard try scanner.peek() == .string else { return try scanner.isFilled() }
        let text = try scanner.string().range
        guard !text.isEmpty else { return false }
        delta.text = text
        return true
    }
}
