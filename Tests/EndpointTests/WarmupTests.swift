import Testing

@testable import Endpoint

@Suite struct WarmupTests {
    @Test func fallsLinearlyToOne() throws {
        let warmup = try Warmup(parsing: "3:10s")
        #expect([0, 2_500_000_000, 5_000_000_000, 10_000_000_000, .max].map(warmup.factor(after:)) == [3, 2.5, 2, 1, 1])
    }

    @Test(arguments: ["", "3", "3:", ":10s", "0:10s", "-1:10s", "nan:10s", "1001:1s", "3:0", "3:10", "3:10s:1"])
    func refuses(text: String) {
        #expect {
            try Warmup(parsing: text)
        } throws: { error in
            "\(error)".hasPrefix("--warmup \"\(text)\": accepted is FACTOR:TIME")
        }
    }

    /// From the first request's arrival, at the start of each service, not its arrival.
    @Test func servicesShrink() throws {
        var configuration = EndpointConfiguration()
        configuration.outputTokens = .fixed(10)
        configuration.maximumBatch = 1
        configuration.warmup = try Warmup(parsing: "2:400ms")
        var model = SimulatedModel(configuration)
        let origin: UInt64 = 1_000_000_000_000
        let admissions = (0..<4).map { _ in model.admit(ChatRequest(), at: origin) }
        // 100 ms each: at 0, at 200 ms, at 350 ms, at 462.5 ms.
        #expect(admissions.map(\.service) == [200_000_000, 150_000_000, 112_500_000, 100_000_000])
        #expect(admissions.map(\.timeToFirstToken) == [100_000_000, 75_000_000, 56_250_000, 50_000_000])
        #expect(admissions[1].timePerToken == 7_500_000)
    }
}
