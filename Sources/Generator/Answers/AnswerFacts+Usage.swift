// How many tokens an answer says it took. OpenAI's members, and what other servers have in their place: a server's cache
// decides the time to the first token whoever made it, so a run must see it.

import Base
import Scenarios

extension AnswerFacts {
    /// `usage`: the next value of the text.
    mutating func readUsage(_ scanner: inout JSONScanner) throws(JSONError) {
        promptTokens = -1
        completionTokens = -1
        cachedTokens = -1
        reasoningTokens = -1
        // OpenAI's details win over what stands beside them.
        var cached: Int32 = -1
        var reasoning: Int32 = -1
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return
        }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, "prompt_tokens") {
                promptTokens = try scanner.count()
            } else if scanner.equals(key, "completion_tokens") {
                completionTokens = try scanner.count()
            } else if scanner.equals(key, "prompt_tokens_details") {
                cachedTokens = try Self.readDetail("cached_tokens", &scanner)
            } else if scanner.equals(key, "completion_tokens_details") {
                reasoningTokens = try Self.readDetail("reasoning_tokens", &scanner)
            } else if scanner.equals(key, "cached_tokens") || scanner.equals(key, "prompt_cache_hit_tokens")
                || scanner.equals(key, "cache_read_input_tokens")
            {
                // Moonshot; DeepSeek; Anthropic, through proxies.
                cached = try scanner.count()
            } else if scanner.equals(key, "reasoning_tokens") {
                // SGLang.
                reasoning = try scanner.count()
            } else {
                try scanner.skipValue()
            }
        }
        if cachedTokens == -1 { cachedTokens = cached }
        if reasoningTokens == -1 { reasoningTokens = reasoning }
    }

    /// llama.cpp's `timings`, beside `usage`: the prompt's tokens that were in its cache.
    mutating func readTimings(_ scanner: inout JSONScanner) throws(JSONError) {
        let cached = try Self.readDetail("cache_n", &scanner)
        if cached != -1 { timedCachedTokens = cached }
    }

    /// The count `name` of an object of counts; -1 without one.
    static func readDetail(_ name: StaticString, _ scanner: inout JSONScanner) throws(JSONError) -> Int32 {
        var count: Int32 = -1
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            return count
        }
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            if scanner.equals(key, name) {
                count = try scanner.count()
            } else {
                try scanner.skipValue()
            }
        }
        return count
    }
}
