// The grammar of k6 §10: Go durations, leading days, bare milliseconds; and back to text.

import Testing

@testable import Base
@testable import Scenarios

@Suite struct DurationGrammarTests {
    @Test(arguments: [
        ("1s", 1_000_000_000), ("1m30s", 90_000_000_000), ("1.5h", 5_400_000_000_000), ("1s500ms", 1_500_000_000),
        (".9s", 900_000_000), ("1.s", 1_000_000_000), ("0s", 0), ("-5s", -5_000_000_000), ("+2s", 2_000_000_000),
        ("1us", 1000), ("1µs", 1000), ("1μs", 1000), ("3ns", 3), ("0m1s", 1_000_000_000), ("1d", 86_400_000_000_000),
        ("1d12h", 129_600_000_000_000), ("1d0h", 86_400_000_000_000), ("-1d1h", -90_000_000_000_000),
        ("0.0000000015s", 1), ("10000d", 864_000_000_000_000_000), ("-240000h", -864_000_000_000_000_000),
    ])
    func withUnit(_ text: String, _ nanoseconds: Int64) {
        #expect(DurationGrammar.parse(text) == .init(duration: .nanoseconds(nanoseconds), isBareNumber: false))
    }

    @Test(arguments: [("1000", 1_000_000_000), ("1000.5", 1_000_500_000), ("0", 0), ("-3", -3_000_000), (".5", 500_000)])
    func bareIsMilliseconds(_ text: String, _ nanoseconds: Int64) {
        #expect(DurationGrammar.parse(text) == .init(duration: .nanoseconds(nanoseconds), isBareNumber: true))
    }

    @Test(arguments: [
        "", " 1s", "1s ", "1S", "abc", "s", ".s", "-", "+", "1x", "1h2", "0.1d", "1.5d", "d", "1dd", "1d-1h", "d1h",
        "+1d", "1h1d", "--1s", "1s-1s", "3000000h", "999999999999999999999s", "10000d1ns", "106751d", "-106751d",
        "864000000000.001", "2562047h47m16.854775807s", "1e3", "1e3s", "Inf", "0x1s", "١s",
    ])
    func refused(_ text: String) {
        #expect(DurationGrammar.parse(text) == nil)
    }

    @Test(arguments: [
        "15m", "1m30s", "1.5s", "500ms", "1h", "24h", "1h2m3.004s", "0s", "1ns", "1.5us", "-5s", "10m",
    ])
    func formatsAsRead(_ text: String) throws {
        let parsed = try #require(DurationGrammar.parse(text))
        #expect(DurationGrammar.format(parsed.duration) == text)
    }

    @Test func formattedIsReadBack() throws {
        var generator = ScriptLCG(seed: 7)
        for _ in 0..<2000 {
            let nanoseconds = Int64(generator.next() * generator.next() * 1e15) - 1000
            let text = DurationGrammar.format(.nanoseconds(nanoseconds))
            #expect(DurationGrammar.parse(text)?.duration == .nanoseconds(nanoseconds))
        }
    }
}
