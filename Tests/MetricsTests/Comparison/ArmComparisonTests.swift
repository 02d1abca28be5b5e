// The end of a run of two arms: a difference that is there and one that is not, an arm that dies, and arms that take turns.

import Base
import Foundation
import Generator
import Testing

@testable import Metrics

@Suite struct ArmComparisonTests {
    /// 400 s at 20/s. `shift`: B slower by that share.
    static func result(
        shift: Double, design: String = "duet", turns: [LaneTurn]? = nil, tolerance: Double? = nil,
        change: (inout RunRecord) -> Void = { _ in }
    ) throws -> RunResult {
        var context = Samples.context(plannedArrivals: 8_000)
        context.plan.durationSeconds = 400
        context.lanes = [LaneDescription(name: "a", arm: 1, context: context), LaneDescription(name: "b", arm: 2, context: context)]
        context.pairs = turns.map { $0.count / 2 }
        (context.design, context.cache, context.tolerance) = (design, "warm", tolerance)
        var tally = RunTally(context: context, texts: TextTable())
        var random = SplitMix(state: 5)
        var records: [RunRecord] = []
        for index in 0..<8_000 {
            let at = Double(index) * 50
            // What hits both at once, and what hits one.
            let common = 100 + 50 * Double.random(in: 0..<1, using: &random)
            for arm in UInt16(1)...2 {
                let own = 1 + 0.02 * Double.random(in: -1..<1, using: &random)
                var record = Samples.request(at: at, latency: common * own * (arm == 2 ? 1 + shift : 1), label: 0)
                record.iteration = UInt32(index)
                record.arm = arm
                record.scheduled = record.started
                change(&record)
                if let turns, !turns.contains(where: { $0.arm == arm && $0.start <= record.scheduled && record.scheduled < $0.end }) {
                    continue
                }
                records.append(record)
            }
        }
        records.withUnsafeBufferPointer { tally.consume($0) }
        for second in 1...400 {
            for arm in UInt16(0)...2 {
                var sample = CertaintyTests.sample(second)
                sample.arm = arm
                tally.consume(sample)
            }
        }
        var outcome = Samples.outcome
        outcome.duration = 400_000_000_000
        outcome.turns = turns
        outcome.lanes = [LaneOutcome(arm: 1), LaneOutcome(arm: 2)]
        return RunResult(tally: tally, context: context, outcome: outcome)
    }

    @Test func aShiftIsFoundAndEqualArmsAreEqual() throws {
        let shifted = try #require(try Self.result(shift: 0.03).comparison)
        #expect(shifted.hasVerdict && shifted.document["verdict"]?.text == "b_worse", "\(shifted.lines)")
        let ratio = shifted.document[path: "figures", "latency_p95", "measured", "ratio"]?.number ?? 0
        #expect(abs(ratio - 1.03) < 0.005)
        let equal = try #require(try Self.result(shift: 0).comparison)
        #expect(equal.hasVerdict && equal.document["verdict"]?.text == "no_difference", "\(equal.lines)")
    }

    /// 3 % slower is more than 2 % and not more than 5 %; the figures are the same.
    @Test func aToleranceDecidesTheVerdictOnly() throws {
        let none = try #require(try Self.result(shift: 0.03).comparison)
        let small = try #require(try Self.result(shift: 0.03, tolerance: 0.02).comparison)
        let large = try #require(try Self.result(shift: 0.03, tolerance: 0.05).comparison)
        #expect(small.exitStatus == .worse && small.lines.contains("B is WORSE by more than 2.0 %"), "\(small.lines)")
        #expect(large.exitStatus == .done && large.document["tolerance"]?.number == 0.05, "\(large.lines)")
        for figure in ["latency_p50", "latency_p95"] {
            #expect(large.document[path: "figures", figure, "measured"] == none.document[path: "figures", figure, "measured"])
        }
    }

    @Test func anArmThatDiesHasNoComparison() throws {
        let found = try Self.result(shift: 0) { record in
            guard record.arm == 2, record.scheduled > 200_000_000_000 else { return }
            record.status = 0
            record.errorCode = 1212
            record.flags = [.final, .endsIteration]
        }
        let comparison = try #require(found.comparison)
        #expect(!comparison.hasVerdict)
        #expect(comparison.lines.contains("NO COMPARISON"))
        #expect(comparison.lines.contains { $0.contains("arm b answered nothing any more from") }, "\(comparison.lines)")
        // The other's figures are there, in the text too.
        #expect(found.lanes[0].result.metrics.count(.succeeded) == 8_000)
        #expect(found.textBlock(color: false, screen: .usual).contains("--- arm a ---"))
        // A few failures at the end are no death.
        let few = try Self.result(shift: 0) { record in
            if record.arm == 2, record.scheduled > 399_700_000_000 { (record.status, record.flags) = (500, [.final, .endsIteration]) }
        }
        #expect(few.comparison?.document["dead_arms"]?.elements.isEmpty == true)
    }

    /// What was decided is read back from the summary, and shown as it was.
    @Test func itIsReadBack() throws {
        let written = Summary(try Self.result(shift: 0.03))
        let again = try Summary(jsonData: written.jsonData(), path: "summary.json")
        #expect(again.result.comparison == written.result.comparison)
        #expect(again.textBlock(color: false) == written.textBlock(color: false))
        #expect(written.textBlock(color: false, screen: .usual).contains("B is WORSE"))
        #expect(!written.textBlock(color: false, screen: .usual).contains("--- arm a ---"))
    }

    static func turns(_ seconds: Int64) -> [LaneTurn] {
        (0..<400 / seconds).map { number in
            // A B B A …
            let arm = UInt16((number + 1) / 2 % 2 + 1)
            let start = number * seconds * 1_000_000_000
            let end = start + (seconds - 1) * 1_000_000_000
            return LaneTurn(arm: arm, start: start, end: end, emptied: end + 500_000_000)
        }
    }

    @Test func armsThatTakeTurns() throws {
        let found = try Self.result(shift: 0.1, turns: Self.turns(20))
        let comparison = try #require(found.comparison)
        #expect(comparison.document["design"]?.text == "abba" && comparison.document["verdict"]?.text == "b_worse", "\(comparison.lines)")
        // Two 99th percentiles are left out, of some 160 ms.
        let head = comparison.document[path: "turns", "head_seconds"]?.number ?? 0
        #expect((0.25...0.4).contains(head))
        #expect(comparison.document[path: "turns", "blocks"]?.elements.count == 20)
        // Ten blocks of 19 s each, at 20/s: rates are of the time in which an arm was loaded.
        let rate = found.lanes[0].result.metrics.number(.achievedPerSecond) ?? 0
        #expect(abs(rate - 20) < 0.2, "\(rate)")
        #expect(found.lanes[0].result.certainty?.steady == nil && found.lanes[0].result.certainty?.overload == nil)
    }

    /// A prompt with a nonce is a new one each time.
    @Test func promptsWithANonceAreNotRepeated() {
        var context = Samples.context()
        context.corpus.prompts = 2
        for nonce in [nil, true] as [Bool?] {
            context.corpus.nonce = nonce
            var statistics = RunStatistics(context: context, texts: TextTable())
            for at in [0, 100, 200.0] { statistics.consume(Samples.request(at: at)) }
            #expect((statistics.prompts.repeatedFrom == nil) == (nonce == true) && statistics.prompts.distinct.total == 1)
        }
    }

    @Test func ofAPairThatShouldBeAlikeItSaysSo() throws {
        let alike = try #require(try Self.result(shift: 0, design: "aa").comparison)
        #expect(alike.lines.contains { $0.hasPrefix("Both arms were asked the same") } && alike.hasVerdict)
        #expect(try Self.result(shift: 0).comparison?.lines.contains { $0.hasPrefix("Both arms were asked") } == false)
    }

    @Test func blocksThatAreAllHeadAreSaid() throws {
        let found = try Self.result(shift: 0, turns: Self.turns(20)) { $0.end = $0.started + 8_000_000_000 }
        let comparison = try #require(found.comparison)
        #expect(!comparison.hasVerdict && comparison.lines.contains { $0.contains("are too short: a longer plan, or fewer pairs") })
    }
}
