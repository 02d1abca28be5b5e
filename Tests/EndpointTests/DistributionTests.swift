import Testing

@testable import Endpoint

@Suite struct DistributionTests {
    @Test(arguments: [
        ("50ms", Distribution.fixed(50e6)), ("0", .fixed(0)), ("1.5s", .fixed(1.5e9)), ("200us", .fixed(200e3)),
        ("10ns", .fixed(10)), ("2m", .fixed(120e9)), ("fixed(3ms)", .fixed(3e6)),
        ("uniform(20ms,80ms)", .uniform(low: 20e6, high: 80e6)), ("exponential(1s)", .exponential(mean: 1e9)),
        ("lognormal(50ms, 0.3)", .lognormal(median: 50e6, sigma: 0.3)),
    ])
    func readsTimes(text: String, expected: Distribution) throws {
        #expect(try Distribution(parsing: text, unit: .duration, option: "--ttft") == expected)
    }

    @Test(arguments: [
        "", "50", "-5ms", "ms", "5 ms", "1e3ms", "nanms", "infs", "uniform(80ms,20ms)", "uniform(1ms)",
        "uniform(1ms,2)",
        "lognormal(50ms,0.3", "lognormal(50ms,0.3ms)", "lognormal(50ms,99)", "gamma(1ms,2)", "fixed(1ms,2ms)",
        "fixed()", "99999999999s", "1.2.3ms", "٣ms",
    ])
    func refusesTimes(text: String) {
        #expect {
            try Distribution(parsing: text, unit: .duration, option: "--ttft")
        } throws: { error in
            "\(error)".hasPrefix("--ttft \"\(text)\": accepted are 50ms")
        }
    }

    @Test(arguments: ["128ms", "x", "", "-1", "1e99", "uniform(1,2ms)"])
    func refusesLengths(text: String) {
        #expect(throws: EndpointUsageError.self) { try Distribution(parsing: text, unit: .count, option: "--o") }
    }

    private func sample(_ distribution: Distribution, count: UInt64 = 40_000) -> [Double] {
        (0..<count).map {
            var draws = DrawStream(seed: 7, sequence: $0, dimension: .outputTokens)
            return distribution.sample(&draws)
        }.sorted()
    }

    @Test func samplesHaveTheirMoments() {
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        // Four standard errors of 40,000 draws.
        #expect(abs(mean(sample(.uniform(low: 10, high: 30))) - 20) < 0.12)
        #expect(abs(mean(sample(.exponential(mean: 5))) - 5) < 0.1)
        let lognormal = sample(.lognormal(median: 100, sigma: 0.5))
        #expect(abs(lognormal[lognormal.count / 2] - 100) < 1.3)
        #expect(abs(lognormal[lognormal.count * 8413 / 10000] - 164.87) < 3.5)
        #expect(sample(.fixed(3), count: 10).allSatisfy { $0 == 3 })
        #expect(sample(.uniform(low: 10, high: 30)).allSatisfy { (10..<30).contains($0) })
    }

    @Test func drawsDependOnSeedNumberAndDimensionOnly() {
        func draw(_ seed: UInt64, _ sequence: UInt64, _ dimension: DrawDimension) -> UInt64 {
            var stream = DrawStream(seed: seed, sequence: sequence, dimension: dimension)
            return stream.next()
        }
        #expect(draw(1, 5, .failure) == draw(1, 5, .failure))
        let all = (0..<10).flatMap { seed in
            (0..<100).flatMap { number in
                [DrawDimension.failure, .timePerToken, .outputTokens].map { draw(seed, number, $0) }
            }
        }
        #expect(Set(all).count == all.count)
    }
}
