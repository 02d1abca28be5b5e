// The keys of a request that an entry of a corpus may have for itself: those of OpenAI's API for chat completions. A list, so
// that a typing error is no key: what servers add of their own (top_k, guided_json) goes under `body`.

import Base

enum RequestKeys {
    /// Beside messages and max_tokens, in the order of OpenAI's reference.
    static let sent: [StaticString] = [
        "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "max_completion_tokens", "metadata",
        "modalities", "n", "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_retention",
        "reasoning_effort", "response_format", "safety_identifier", "seed", "service_tier", "stop", "store", "temperature",
        "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
    ]

    /// Of that API too, but the run's own affair.
    static let ofTheRun: [(key: StaticString, why: String)] = [
        ("model", "the run names the model"), ("stream", "the scenario says it"), ("stream_options", "the scenario says it"),
    ]

    /// What an entry is made of besides.
    private static let own = ["content", "messages", "label", "max_tokens", "prompt", "body"]

    /// The place of `key` in ``sent``.
    static func index(of key: JSONString, in scanner: JSONScanner) -> Int? { sent.firstIndex { scanner.equals(key, $0) } }

    /// Why `key` is not sent, if it is one of the API's; or what it was meant for, if it is one letter or two from a key.
    static func explanation(of key: String) -> String? {
        if let known = ofTheRun.first(where: { "\($0.key)" == key }) { return known.why }
        // A short key is one letter from many words.
        guard key.count > 2 else { return nil }
        let most = key.count < 6 ? 1 : 2
        let near = (own + sent.map { "\($0)" }).map { (key: $0, distance: distance(Array(key.utf8), Array($0.utf8))) }
            .filter { $0.distance <= most }.min { $0.distance < $1.distance }
        return near.map { "did you mean \($0.key)?" }
    }

    /// Letters to put in, take out, replace or swap with their neighbour (Damerau's).
    static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        guard abs(one.count - other.count) <= 2 else { return 3 }
        var before: [Int] = []
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var next = [index + 1]
            for (place, wanted) in other.enumerated() {
                var least = min(row[place + 1] + 1, next[place] + 1, row[place] + (letter == wanted ? 0 : 1))
                if index > 0, place > 0, letter == other[place - 1], one[index - 1] == wanted { least = min(least, before[place - 1] + 1) }
                next.append(least)
            }
            before = row
            row = next
        }
        return row[other.count]
    }
}
