import Testing

@testable import Statistics

@Suite struct PrintingRuleTests {
    /// `requests` in 60 s, independent of each other, of about 60 ms.
    private func measured(_ requests: Int, latency: Int64 = 60_000_000) throws -> LatencyIntervals {
        var numbers = SeededNumbers(4)
        let scheduled = (0..<requests).map { Int64($0) * 60_000_000_000 / Int64(requests) }
        let latencies = scheduled.map { _ in latency + Int64.random(in: 0..<latency / 2, using: &numbers) }
        return try #require(
            LatencyColumns.with(scheduled: scheduled, latency: latencies, window: 0..<60_000_000_000) { LatencyIntervals($0) })
    }

    @Test func thirtyValuesBeyond() throws {
        let enough = try measured(3_000), tooFew = try measured(2_000)
        let p99 = enough.intervals[3]
        guard case .printed(let low, let high, _) = enough.decide(p99) else { return #expect(Bool(false)) }
        #expect(low == p99.low && high == p99.high)
        guard case .withheld(.fewValuesBeyond(let beyond, 30, let more)) = tooFew.decide(tooFew.intervals[3]) else {
            return #expect(Bool(false))
        }
        #expect(beyond == 20 && close(more, 30))
    }

    @Test func blocksOutlastTheLatency() throws {
        let slow = try measured(6_000, latency: 20_000_000_000)
        guard case .withheld(.shortBlocks(let more)) = slow.decide(slow.intervals[0]) else { return #expect(Bool(false)) }
        #expect(close(more, 5 * slow.p99Seconds - 60))
    }

    @Test func tailEventsTakeTheSmallestEstimateUpToThePercentile() throws {
        let measured = try measured(3_000)
        let sizes = measured.intervals.map(\.effectiveCount)
        #expect(close(measured.tailEvents(of: measured.intervals[0]), 0.5 * sizes[0]))
        #expect(close(measured.tailEvents(of: measured.intervals[3]), 0.01 * sizes[1...3].min()!))
        #expect(close(measured.tailEvents(of: measured.intervals[4]), 0.001 * sizes[1...].min()!))
    }

    @Test func bothRules() throws {
        // 300 requests: 15 values beyond p95, too few for one rule and enough for the other.
        let small = try measured(300)
        guard case .withheld = small.decide(small.intervals[2], rule: .valuesBeyond) else { return #expect(Bool(false)) }
        let events = small.tailEvents(of: small.intervals[2])
        let decision = small.decide(small.intervals[2], rule: .tailEvents)
        if events < 5 {
            #expect(decision == .withheld(.fewTailEvents(events)))
        } else {
            guard case .printed(_, _, let few) = decision else { return #expect(Bool(false)) }
            #expect(few == Int(events))
        }
        #expect(small.decide(small.intervals[0], overloaded: true) == .withheld(.overloaded))
    }

    private struct Floors: Decodable {
        struct Floor: Decodable { let p: Double, n: Int }
        let secondLargest_99, largest_97_5, wilsonTwoSided, fiveTailEvents: [Floor]

        enum CodingKeys: String, CodingKey {
            case secondLargest_99 = "secondLargest99", largest_97_5 = "largest975", wilsonTwoSided, fiveTailEvents
        }
    }

    @Test func floors() throws {
        let floors = try Fixtures.decode("floors", as: Floors.self)
        for floor in floors.secondLargest_99 { #expect(SampleFloor.largestBounds(floor.p, confidence: 0.99, second: true) == floor.n) }
        for floor in floors.largest_97_5 { #expect(SampleFloor.largestBounds(floor.p, confidence: 0.975) == floor.n) }
        for floor in floors.wilsonTwoSided { #expect(SampleFloor.bothBounds(floor.p) == floor.n) }
        for floor in floors.fiveTailEvents { #expect(SampleFloor.tailEvents(floor.p) == floor.n) }
    }
}
