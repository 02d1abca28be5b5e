// The test request that goes before a plan: the same request to the same place, once, for as few tokens as its body can be
// made to ask for. What is wrong with the command shows in it, and need not be measured ten thousand times.

import Base

extension Plan {
    /// Output tokens of a test request: enough for an answer that says something, and done in a second.
    package static let testTokens = 16

    /// Requests of this plan one after the other by `users`, until somebody stops them.
    package func ofCachePass(users: Int) -> Plan {
        var plan = self
        plan.executor = .constantVUs(vus: users, duration: .seconds(86_400))
        plan.gracefulStop = target.timeout
        plan.target.connections.preconnects = false
        plan.thinkTime = .zero
        plan.initialStagger = false
        plan.faults = FaultPolicy()
        return plan
    }

    /// One request of this plan and nothing else, with this plan's time limit.
    package var ofTestRequest: Plan {
        // The next arrival would be due after the end.
        let duration = max(.seconds(1), target.timeout)
        var plan = self
        plan.executor = .constantArrivalRate(
            rate: 1, timeUnit: duration + duration, duration: duration, preAllocatedVUs: 1, maxVUs: 1)
        plan.gracefulStop = Standard.gracefulStop
        plan.target.connections.preconnects = false
        plan.thinkTime = .zero
        plan.initialStagger = false
        plan.faults = FaultPolicy()
        return plan
    }
}

extension Corpus {
    /// The prompt at `index` alone, asking for at most ``Plan/testTokens`` tokens where its body says how many it wants.
    ///
    /// - Returns: with the tokens it asks for now; nil when the body names no number that could be lowered.
    package func ofTestRequest(at index: Int) -> (corpus: Corpus, tokens: Int?) {
        let body = Self.shortened(body(at: index))
        var arena = BodyArena()
        let bytes = body?.bytes ?? Array(self.body(at: index))
        let place = bytes.withUnsafeBytes { arena.store($0) }
        let prompt = Prompt(body: place, length: UInt32(bytes.count), tokens: -1, label: 0, source: 0)
        let corpus = Corpus(
            prompts: [prompt], labels: [labels[labelIndex(at: index)]], arena: arena, sourceCount: 1, bodyBytesTotal: bytes.count,
            model: model, reading: reading)
        return (corpus, body?.tokens)
    }

    /// All prompts, each asking for as few tokens as a test request does: to fill a server's cache, not to measure it.
    package var ofCachePass: Corpus {
        var arena = BodyArena()
        let bodies = (0..<count).map { index in
            let bytes = Self.shortened(body(at: index))?.bytes ?? Array(body(at: index))
            return Rewritten(body: bytes.withUnsafeBytes { arena.store($0) }, length: bytes.count)
        }
        return rewritten(bodies, arena: arena, labels: labels)
    }

    private static func shortened(_ body: UnsafeRawBufferPointer) -> (bytes: [UInt8], tokens: Int)? {
        var scanner = JSONScanner(body)
        guard let limits = try? limits(&scanner), let lowest = limits.values.map(\.tokens).min() else { return nil }
        // A body that asks for a least number of tokens gets them.
        guard lowest > Plan.testTokens, limits.least <= Plan.testTokens else { return (Array(body), lowest) }
        var bytes = Array(body)
        for limit in limits.values.reversed() where limit.tokens > Plan.testTokens {
            bytes.replaceSubrange(limit.range, with: Array(String(Plan.testTokens).utf8))
        }
        return (bytes, Plan.testTokens)
    }

    private static func limits(
        _ scanner: inout JSONScanner
    ) throws(JSONError) -> (values: [(range: Range<Int>, tokens: Int)], least: Int) {
        var values: [(range: Range<Int>, tokens: Int)] = []
        var least = 0
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            let isLimit = scanner.equals(key, "max_tokens") || scanner.equals(key, "max_completion_tokens")
            let isLeast = scanner.equals(key, "min_tokens")
            let range = try scanner.skipValue()
            guard isLimit || isLeast, let tokens = Int(String(decoding: scanner.bytes[range], as: UTF8.self)) else { continue }
            if isLimit { values.append((range, tokens)) } else { least = tokens }
        }
        return (values, least)
    }
}
