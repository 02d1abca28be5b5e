import Testing

@testable import Endpoint

@Suite struct SimulatedModelTests {
    private func configuration(
        _ change: (inout EndpointConfiguration) -> Void = { _ in }
    )
        -> EndpointConfiguration
    {
        var configuration = EndpointConfiguration()
        change(&configuration)
        return configuration
    }

    private func request(_ maximumTokens: Int?, ignoresEnd: Bool = false) -> ChatRequest {
        var request = ChatRequest()
        request.maximumTokens = maximumTokens
        request.ignoresEndOfSequence = ignoresEnd
        return request
    }

    @Test func timeIsFirstTokenPlusTokens() {
        var model = SimulatedModel(configuration())
        let admission = model.admit(request(100, ignoresEnd: true), at: 1_000)
        #expect(admission.service == 550_000_000)
        #expect(admission.departure == 550_001_000)
        #expect(admission.queued == 0)
        #expect(admission.completionTokens == 100)
        #expect(admission.finish == .length)
    }

    @Test func lengthsAreDrawnAndCapped() {
        var model = SimulatedModel(configuration { $0.outputTokens = .uniform(low: 50, high: 150) })
        var stopped = 0
        for _ in 0..<1000 {
            let admission = model.admit(request(100), at: 0)
            #expect((50...100).contains(admission.completionTokens))
            #expect(admission.finish == .stop || admission.completionTokens == 100)
            if admission.finish == .stop { stopped += 1 }
        }
        #expect((430...570).contains(stopped))
        #expect(model.admit(request(nil, ignoresEnd: true), at: 0).finish == .stop)
    }

    @Test func anAnswerHasAtLeastOneToken() {
        var model = SimulatedModel(configuration { $0.outputTokens = .fixed(0) })
        #expect(model.admit(request(5), at: 0).completionTokens == 1)
    }

    @Test func sameSeedSameFate() throws {
        let plan = try FailurePlan(parsing: ["reset:0.1"])
        func run(_ seed: UInt64) -> [Admission] {
            var model = SimulatedModel(
                configuration {
                    $0.seed = seed
                    $0.timeToFirstToken = .lognormal(median: 1e6, sigma: 0.5)
                    $0.failures = plan
                })
            return (0..<200).map { model.admit(request(64), at: $0 * 1000) }
        }
        #expect(run(1) == run(1))
        #expect(run(1) != run(2))
    }

    @Test func failuresDoNotMoveOtherDraws() throws {
        let plan = try FailurePlan(parsing: ["empty-choices:0.5"])
        var plain = SimulatedModel(configuration())
        var failing = SimulatedModel(configuration { $0.failures = plan })
        for _ in 0..<100 {
            let (a, b) = (plain.admit(request(nil), at: 0), failing.admit(request(nil), at: 0))
            #expect(a.completionTokens == b.completionTokens && a.departure == b.departure)
        }
    }

    @Test func failuresHaveTheirShare() throws {
        let plan = try FailurePlan(parsing: ["status=503:0.1", "hang:0.05"])
        var model = SimulatedModel(configuration { $0.failures = plan })
        let modes = (0..<20_000).map { _ in model.admit(request(1), at: 0).failure }
        // Four standard errors.
        #expect(abs(modes.count { $0 == .status(503) } - 2000) < 170)
        #expect(abs(modes.count { $0 == .hang } - 1000) < 124)
    }

    @Test func immediateFailuresTakeNoPlace() throws {
        let plan = try FailurePlan(parsing: ["status=500:1"])
        var model = SimulatedModel(
            configuration {
                $0.maximumBatch = 1
                $0.maximumQueue = 0
                $0.failures = plan
            })
        for arrival in 0..<10 {
            let admission = model.admit(request(10), at: UInt64(arrival))
            #expect(admission.departure == UInt64(arrival))
            #expect(!admission.isRefused)
        }
    }

    @Test func aFullQueueRefusesAtOnce() {
        var model = SimulatedModel(
            configuration {
                $0.maximumBatch = 1
                $0.maximumQueue = 1
            })
        let fates = (0..<4).map { model.admit(request(10), at: $0) }
        #expect(fates.map(\.isRefused) == [false, false, true, true])
        #expect(fates.map(\.sequence) == [0, 1, 2, 3])
        #expect(fates[2].departure == 2)
    }

    @Test func enormousTimesDoNotOverflow() {
        var model = SimulatedModel(
            configuration {
                $0.timePerToken = .fixed(1e16)
                $0.maximumBatch = 1
            })
        for _ in 0..<40 { _ = model.admit(request(1_000_000_000, ignoresEnd: true), at: 1) }
        #expect(model.admit(request(1), at: 1).departure == UInt64.max)
    }
}
