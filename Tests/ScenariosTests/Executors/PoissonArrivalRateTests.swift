// Poisson arrivals: whether they are what statistics says they are, the same from wherever one asks, and decoded
// strictly. Every seed is fixed, so nothing here is left to chance.

import Base
import Glibc
import Testing

@testable import Scenarios

@Suite struct PoissonArrivalRateTests {
    private static func constant(rate: Int, seconds: Int, seed: Int = 1) throws -> PoissonArrivals {
        try arrivals(.constant(rate: rate, duration: .seconds(seconds)), seed: seed)
    }

    private static func arrivals(_ shape: PoissonArrivalRate.Shape, seed: Int = 1) throws -> PoissonArrivals {
        let executor = try PoissonArrivalRate(
            shape: shape, timeUnit: .seconds(1), preAllocatedVUs: 1, maxVUs: 1, arrivalSeed: seed)
        guard case .arrivals(let schedule, _) = executor.load else { throw Unexpected() }
        return try #require(schedule as? PoissonArrivals)
    }

    private static func all(_ schedule: PoissonArrivals) -> [Int64] {
        var place = ArrivalPlace()
        return (0..<schedule.count).compactMap { schedule.due($0, place: &place) }
    }

    /// Kolmogorov's distance between a sample and the exponential distribution of mean 1.
    private static func distance(_ gaps: [Double]) -> Double {
        let count = Double(gaps.count)
        return gaps.sorted().enumerated().reduce(0) { most, gap in
            let expected = 1 - exp(-gap.element)
            return max(most, expected - Double(gap.offset) / count, Double(gap.offset + 1) / count - expected)
        }
    }

    /// Mean and variance within four standard errors; the 1 % point of Kolmogorov's test is 1.63 / √n.
    @Test(arguments: [1, 2, 77, 1 << 40]) func gapsAreExponential(seed: Int) throws {
        let due = Self.all(try Self.constant(rate: 100, seconds: 200, seed: seed))
        let gaps = zip(due, [0] + due).map { Double($0 - $1) / 1e7 }
        let count = Double(gaps.count)
        let mean = gaps.reduce(0, +) / count
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        #expect(abs(mean - 1) < 4 / count.squareRoot())
        #expect(abs(variance - 1) < 4 * (8 / count).squareRoot())
        #expect(Self.distance(gaps) < 1.63 / count.squareRoot())
        // Neighbours do not know of each other.
        let products = zip(gaps, gaps.dropFirst()).map { ($0 - mean) * ($1 - mean) }
        #expect(abs(products.reduce(0, +) / count) < 4 / count.squareRoot())
    }

    /// The number of arrivals has the mean and the variance of a Poisson distribution, over 400 seeds.
    @Test func countsArePoisson() throws {
        let counts = try (0..<400).map { Double(try Self.constant(rate: 10, seconds: 10, seed: $0).count) }
        let mean = counts.reduce(0, +) / 400
        let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399
        #expect(abs(mean - 100) < 4 * 10 / 20)
        #expect(abs(variance / 100 - 1) < 4 * (2.0 / 399).squareRoot())
    }

    /// In each stage the number is the area under the line within four standard deviations, and undone by the area the
    /// gaps are exponential again.
    @Test func stagesAreFollowed() throws {
        let stages = [
            Stage(duration: .seconds(100), target: 100), Stage(duration: .zero, target: 20),
            Stage(duration: .seconds(100), target: 20), Stage(duration: .seconds(50), target: 0),
            Stage(duration: .seconds(50), target: 0),
        ]
        let schedule = try Self.arrivals(.stages(from: 0, stages))
        let due = Self.all(schedule)
        #expect(due == due.sorted() && schedule.end == 250_000_000_000)
        for (from, to, expected) in [(0, 100, 5_000.0), (100, 200, 2_000), (200, 250, 500), (250, 300, 0)] {
            let count = due.count { $0 >= Int64(from) * 1_000_000_000 && $0 < Int64(to) * 1_000_000_000 }
            #expect(abs(Double(count) - expected) <= 4 * expected.squareRoot())
        }
        func area(_ due: Int64) -> Double {
            let time = Double(due) / 1e9
            if time < 100 { return time * time / 2 }
            if time < 200 { return 5_000 + 20 * (time - 100) }
            return 7_500 - (250 - time) * (250 - time) / 5
        }
        let areas = due.map(area)
        let gaps = zip(areas, [0] + areas).map { $0 - $1 }
        #expect(Self.distance(gaps) < 1.63 / Double(gaps.count).squareRoot())
    }

    /// Whoever asks for every n-th arrival, or for any, gets those of the whole; also where sums are thinned out.
    @Test func everyReaderSeesTheSame() throws {
        let schedule = try Self.constant(rate: 50_000, seconds: 3)
        let whole = Self.all(schedule)
        #expect(whole.count == schedule.count && whole.count > 64 * 2_048)
        for (stride, first) in [(2, 0), (2, 1), (7, 6), (64, 63)] {
            var place = ArrivalPlace()
            var same = true
            var index = first
            while let due = schedule.due(index, place: &place) {
                same = same && due == whole[index]
                index += stride
            }
            #expect(same && index >= whole.count)
        }
        for index in [schedule.count - 1, 131_073, 70_001, 4_096, 128, 127, 63, 1, 0] {
            var place = ArrivalPlace()
            #expect(schedule.due(index, place: &place) == whole[index])
            #expect(schedule.dueCount(by: whole[index]) == whole.lastIndex(of: whole[index])! + 1)
            #expect(schedule.dueCount(by: whole[index] - 1) == whole.firstIndex(of: whole[index]))
        }
        #expect(schedule.dueCount(by: -1) == 0 && schedule.dueCount(by: .max) == schedule.count)
        #expect(try Self.constant(rate: 50_000, seconds: 3, seed: 2).lastDue != schedule.lastDue)
    }

    /// A recorded seed is a promise: these instants never change.
    @Test func instantsOfASeedStay() throws {
        let schedule = try Self.constant(rate: 20, seconds: 900)
        #expect(schedule.count == 17_862)
        #expect(Array(Self.all(schedule).prefix(4)) == [85_401_130, 120_163_274, 157_417_265, 158_996_696])
        #expect(schedule.lastDue == 899_998_413_301)
    }

    @Test(arguments: [1.0, 2, 3, 1e6, 0x1.6a09e667f3bcdp52, 0x1p52, 0x1.fffffffffffffp52, 0x1p53])
    func logarithm(x: Double) {
        let expected = -log(x / 0x1p53)
        #expect(abs(PoissonArrivals.minusLogarithm(of: x) - expected) <= 4 * expected.ulp)
    }

    // MARK: Decoding

    private func resolve(_ members: String) throws -> ResolvedRun {
        let scenario = #"{"executor":"poisson-arrival-rate"\#(members.isEmpty ? "" : "," + members)}"#
        return try RunConfiguration.parse(#"{"scenario_definition":\#(scenario)}"#, file: "c").resolve()
    }

    @Test func defaults() throws {
        #expect(
            try resolve("").plan.executor
                == Executor(
                    PoissonArrivalRate(
                        shape: .constant(rate: 1, duration: .seconds(300)), timeUnit: .seconds(1), preAllocatedVUs: 10,
                        maxVUs: 10, arrivalSeed: 1)))
        let executor = try resolve(#""stages":[{"duration":"10s","target":5}],"arrivalSeed":7"#).plan.executor
        #expect(executor.pattern == "1 -> 5 random arrivals/s" && executor.duration == .seconds(10))
        #expect(executor.parameters.contains { $0.key == "arrivalSeed" && $0.value == .whole(7) })
    }

    @Test(arguments: [
        #""rate":7,"timeUnit":"1m","duration":"90s","arrivalSeed":3"#,
        #""startRate":2,"stages":[{"duration":"1m","target":0}],"preAllocatedVUs":2,"maxVUs":20"#,
    ])
    func resolvedScenarioIsTheSameAgain(members: String) throws {
        let run = try resolve(members)
        let text = run.resolvedScenario.json()
        let again = try RunConfiguration.parse(#"{"scenario_definition":\#(text)}"#, file: "c").resolve()
        #expect(again.plan.executor == run.plan.executor && text.contains("arrivalSeed"))
        let scaled = try run.plan.scaled(toDuration: .seconds(20)).executor
        #expect(scaled.duration == .seconds(20) && scaled != run.plan.executor)
    }

    @Test(arguments: [
        (#""arrivalSeed":-1"#, "arrivalSeed: -1 is not accepted; expected a whole number from 0 to 9223372036854775807"),
        (#""startRate":2"#, "startRate is set without stages"),
        (#""rate":2,"stages":[{"duration":"1s","target":1}]"#, "rate and stages are both set"),
        (#""duration":"2s","stages":[{"duration":"1s","target":1}]"#, "duration and stages are both set"),
        (#""rate":0"#, "rate: 0 is not accepted"),
        (#""rate":1000000,"duration":"200s""#, "200000000 arrivals are not accepted; expected up to 100000000"),
        (#""vus":2"#, "vus: not a key of poisson-arrival-rate but of constant-vus"),
    ])
    func whatIsNotAccepted(members: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { try resolve(members) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    private struct Unexpected: Error {}
}
