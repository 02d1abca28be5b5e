import Testing

@testable import Statistics

@Suite struct DesignTests {
    @Test func numberOfBlocks() {
        // 18,000 requests in 900 s: 20 for every percentile up to p99.
        #expect(BlockPlan.blocks(p: 0.99, requests: 18_000, seconds: 900, p99Seconds: 2) == 20)
        // Two blocks of five values beyond p99.
        #expect(BlockPlan.blocks(p: 0.99, requests: 1_000, seconds: 900, p99Seconds: 2) == nil)
        #expect(BlockPlan.blocks(p: 0.9, requests: 500, seconds: 900, p99Seconds: 2) == 10)
        #expect(BlockPlan.blocks(p: 0.5, requests: 5_000, seconds: 120, p99Seconds: 12) == 10)
        #expect(BlockPlan.blocks(p: 0.5, requests: 5_000, seconds: 120, p99Seconds: 23) == nil)
        #expect(BlockPlan.blocks(p: 0.5, requests: 0, seconds: 120, p99Seconds: 0) == nil)
    }

    @Test func blocksGrowWithTheRun() {
        let blocks = stride(from: 0, through: 40_000, by: 500).map {
            BlockPlan.blocks(p: 0.99, requests: $0, seconds: 900, p99Seconds: 2) ?? 0
        }
        #expect(zip(blocks, blocks.dropFirst()).allSatisfy { $0 <= $1 })
    }

    private struct Golden: Decodable {
        struct Case: Decodable { let p: [Double], expected: [Bool] }
        let cases: [Case]
    }

    @Test func holm() throws {
        for golden in try Fixtures.decode("holm", as: Golden.self).cases { #expect(Holm.rejected(golden.p) == golden.expected) }
        #expect(Holm.rejected([]).isEmpty)
    }

    @Test func lateBlocksLeaveBothArms() {
        let (kept, late) = BlockGate.keep([0.1, 0.2, 0.3], lateness: [0.02, 0.021, 0])
        #expect(kept == [0.1, 0.3] && late == 1)
        #expect(!BlockGate.suffices(kept) && BlockGate.suffices([Double](repeating: 0, count: 8)))
    }

    @Test func alternation() throws {
        let plan = try #require(AlternatingBlocks(duration: 900, p99: 2, gap: 4))
        // 8 s are lost between two blocks; a block is 2.5 times that, and 900 s hold 18.75 pairs of 48 s.
        #expect(plan.discarded == 4 && plan.block == 20 && plan.pairs == 18)
        #expect(Array(plan.order.prefix(6)) == [.a, .b, .b, .a, .a, .b])
        #expect(plan.order.count == 36 && plan.order.count { $0 == .a } == 18)
        #expect(AlternatingBlocks(duration: 300, p99: 2, gap: 4) == nil)
        #expect(AlternatingBlocks(duration: 300, p99: 0, gap: 0) == nil)
    }

    @Test func betweenRuns() throws {
        #expect(BetweenRuns.interval([1]) == nil && BetweenRuns.interval([1, 0]) == nil)
        let interval = try #require(BetweenRuns.interval([1, 2, 4]))
        // Logs of spread ln 2: t(2) · ln 2 / √3 = 1.7219.
        #expect(close(interval.value, 2, within: 1e-12))
        #expect(close(interval.high, 2 * 5.5949, within: 1e-3) && close(interval.low * interval.high, 4, within: 1e-9))
    }

    @Test func alwaysValidIsWiderThanTheFixedInterval() throws {
        #expect(AlwaysValid.interval([0.1]) == nil)
        let differences = [0.1, 0.02, 0.05, 0.07, 0.03, 0.01, 0.08, 0.04]
        let fixed = try #require(RatioEstimate(differences)), valid = try #require(AlwaysValid.interval(differences))
        #expect(valid.value == fixed.ratio && valid.low < fixed.low && valid.high > fixed.high)
    }

    private struct Lengths: Decodable {
        struct Answer: Decodable { let adjusted, raw: Double }
        let tokensA, a, tokensB, b: [Double], expected: [String: Answer]
    }

    @Test func lengthAdjustment() throws {
        let golden = try Fixtures.decode("length_adjusted", as: Lengths.self)
        let a = LengthAdjustment.Arm(latencies: golden.a, tokens: golden.tokensA)
        let b = LengthAdjustment.Arm(latencies: golden.b, tokens: golden.tokensB)
        for (p, answer) in golden.expected {
            let there = try #require(LengthAdjustment.difference(a: a, b: b, p: Double(p)!))
            let back = try #require(LengthAdjustment.difference(a: b, b: a, p: Double(p)!))
            #expect(close(there, answer.adjusted, within: 1e-9) && close(back, -answer.adjusted, within: 1e-9))
        }
    }

    @Test func noCommonLengthNoAdjustment() {
        let short = LengthAdjustment.Arm(latencies: [1, 2, 3], tokens: [1, 1, 1])
        let long = LengthAdjustment.Arm(latencies: [1, 2, 3], tokens: [900, 900, 900])
        let none = LengthAdjustment.Arm(latencies: [], tokens: [])
        #expect(LengthAdjustment.difference(a: short, b: long, p: 0.5) == nil)
        #expect(LengthAdjustment.difference(a: none, b: none, p: 0.5) == nil)
        #expect(LengthAdjustment.difference(a: short, b: short, p: 0.5) == 0)
    }

    private func arm(
        _ level: GeneratorVerdict.Level = .valid, overloaded: Bool = false, plan: [(String, String)] = [("rate", "20"), ("seeds", "7")],
        success: Double = 1, dropped: Double = 0
    ) -> ArmDescription {
        ArmDescription(
            verdict: level, isOverloaded: overloaded, plan: plan.map { (name: $0.0, value: $0.1) }, successRate: success,
            droppedShare: dropped)
    }

    @Test func whatMayNotBeCompared() {
        #expect(Comparability.objections(arm(), arm(.suspect, success: 0.995, dropped: 0.009)).isEmpty)
        #expect(Comparability.objections(arm(.invalid), arm()) == [.invalid(arm: "A")])
        #expect(Comparability.objections(arm(), arm(overloaded: true)) == [.overloaded(arm: "B")])
        #expect(Comparability.objections(arm(), arm(plan: [("rate", "20"), ("seeds", "8")])) == [.differs(name: "seeds", a: "7", b: "8")])
        #expect(
            Comparability.objections(arm(), arm(plan: [("rate", "20"), ("model", "m")]))
                == [.differs(name: "seeds", a: "7", b: nil), .differs(name: "model", a: nil, b: "m")])
        #expect(Comparability.objections(arm(), arm(success: 0.98)) == [.successRates(a: 1, b: 0.98)])
        #expect(Comparability.objections(arm(dropped: 0.01), arm()) == [.dropped(arm: "A", share: 0.01)])
        #expect(NotComparable.differs(name: "seeds", a: "7", b: "8").text == "seeds differs (A 7, B 8)")
    }
}
