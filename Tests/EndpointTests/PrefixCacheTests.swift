import FoundationEssentials
import Testing

@testable import Endpoint

@Suite struct PrefixCacheTests {
    @Test func theOldestIsForgotten() {
        var cache = PrefixCache(capacity: 2)
        cache.remember(1)
        cache.remember(2)
        cache.remember(1)
        cache.remember(3)
        #expect([1, 2, 3].map(cache.contains) == [true, false, true])
        cache.remember(3)
        cache.remember(4)
        #expect([1, 2, 3, 4].map(cache.contains) == [false, false, true, true])
    }

    @Test func aCacheOfNothingRemembersNothing() {
        var cache = PrefixCache(capacity: 0)
        cache.remember(1)
        #expect(!cache.contains(1))
    }

    /// Against a list that is searched.
    @Test(arguments: [1, 2, 7, 64])
    func agreesWithANaiveList(capacity: Int) {
        var cache = PrefixCache(capacity: capacity)
        var list: [UInt64] = []
        var draws = DrawStream(seed: 5, sequence: 0, dimension: .failure)
        for _ in 0..<5000 {
            let prompt = draws.next() % UInt64(2 * capacity + 1)
            #expect(cache.contains(prompt) == list.contains(prompt))
            cache.remember(prompt)
            list.removeAll { $0 == prompt }
            list.append(prompt)
            if list.count > capacity { list.removeFirst() }
        }
    }

    @Test func theDigestIsOfAllBytesAndTheSameInEveryProcess() {
        func digest(_ text: String) -> UInt64 { Array(text.utf8).withUnsafeBytes { PromptDigest.of($0) } }
        let texts = ["", "a", "b", "ab", "ba", "12345678", "123456789", "023456789", "12345678\0", "1234567812345678"]
        #expect(Set(texts.map(digest)).count == texts.count)
        #expect(digest("") == 0xa706_dd2f_4d19_7e6f)
    }

    private func model(_ change: (inout EndpointConfiguration) -> Void = { _ in }) -> SimulatedModel {
        var configuration = EndpointConfiguration()
        configuration.prefixCache = 10
        configuration.outputTokens = .fixed(10)
        change(&configuration)
        return SimulatedModel(configuration)
    }

    @Test func aRepeatedPromptHasAShortPrefill() {
        var model = model()
        var request = ChatRequest()
        request.promptBytes = 400
        let first = model.admit(request, prompt: 7, at: 0)
        let again = model.admit(request, prompt: 7, at: 0)
        let other = model.admit(request, prompt: 8, at: 0)
        #expect([first, again, other].map(\.service) == [100_000_000, 55_000_000, 100_000_000])
        #expect([first, again, other].map(\.timeToFirstToken) == [50_000_000, 5_000_000, 50_000_000])
        #expect([first, again, other].map(\.cachedTokens) == [0, 99, 0])
    }

    @Test func itsTimeMayBeSaid() {
        var model = model { $0.cachedTimeToFirstToken = .fixed(1e6) }
        #expect(model.admit(ChatRequest(), prompt: 7, at: 0).service == 100_000_000)
        #expect(model.admit(ChatRequest(), prompt: 7, at: 0).service == 51_000_000)
    }

    @Test func whatWasNotServedIsNotRemembered() {
        var model = model {
            $0.maximumBatch = 1
            $0.maximumQueue = 0
        }
        _ = model.admit(ChatRequest(), prompt: 1, at: 0)
        #expect(model.admit(ChatRequest(), prompt: 2, at: 0).isRefused)
        #expect(model.admit(ChatRequest(), prompt: 2, at: 1_000_000_000).cachedTokens == 0)
    }

    @Test func usageSaysWhatWasCached() async throws {
        try await Harness.run({ $0.prefixCache = 1 }) { harness in
            let client = try harness.client()
            for (prompt, cached) in [("12345678", 0), ("12345678", 1), ("x", 0), ("12345678", 0)] {
                try client.send(Harness.post(Harness.body(prompt, #","seed":\#(cached)"#)))
                let text = try client.response().body
                #expect(text.hasSuffix(#","prompt_tokens_details":{"cached_tokens":\#(cached)}}}"#))
            }
        }
    }
}
