// Two servers for pages: a run of two arms, and runs of their own, whose ratio is known.

import Base
import Generator

@testable import Metrics
@testable import Report

enum Pairs {
    static func random(_ index: Int, _ seed: UInt64) -> Double {
        var value = UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ seed &* 0xBF58_476D_1CE4_E5B9
        value ^= value >> 31
        value = value &* 0x94D0_49BB_1331_11EB
        value ^= value >> 29
        return Double(value >> 11) * 0x1p-53
    }

    /// 20 requests a second; what a prompt costs hits both servers, a hundredth is each one's own.
    static func records(seconds: Int, factor: Double, seed: UInt64, arm: UInt16 = 0) -> [RunRecord] {
        (0..<20 * seconds).map { index in
            let shared = 100 * (0.5 + random(index, 1))
            var record = Runs.request(
                at: Double(index) / 20, took: shared * factor * (0.99 + 0.02 * random(index, seed)), label: UInt16(index % 2))
            record.iteration = UInt32(index)
            record.arm = arm
            record.firstToken = record.started + (record.end - record.started) / 4
            record.lastToken = record.end - 1_000_000
            record.chunks = 20
            return record
        }
    }

    static func run(
        _ name: String, factor: Double, seed: UInt64, seconds: Int = 300, started: Int64 = 0, context: RunContext? = nil
    ) -> ComparedRun {
        var context = context ?? Runs.context(runLabel: name, seconds: seconds)
        context.startedUnixNanoseconds += started * 1_000_000_000
        let records = records(seconds: seconds, factor: factor, seed: seed)
        var requests = ComparedRequests()
        records.forEach { requests.consume($0) }
        let result = Runs.report(records, context: context, seconds: seconds).result
        return ComparedRun(name: name, result: result, requests: requests)
    }

    /// A run of two arms; B slower by `shift`.
    static func arms(
        shift: Double, seconds: Int = 300, context given: RunContext? = nil, texts: TextTable = TextTable(), extra: [RunRecord] = []
    ) -> RunResult {
        var context = given ?? Runs.context(seconds: seconds)
        context.lanes = ["a", "b"].enumerated().map { LaneDescription(name: $1, arm: UInt16($0 + 1), context: context) }
        (context.design, context.cache) = ("duet", "warm")
        var tally = RunTally(context: context, texts: texts)
        var records = records(seconds: seconds, factor: 1, seed: 2, arm: 1)
        records += Self.records(seconds: seconds, factor: 1 + shift, seed: 3, arm: 2)
        (records + extra).withUnsafeBufferPointer { tally.consume($0) }
        for second in 1...seconds {
            for arm in UInt16(0)...2 {
                var sample = GeneratorSample(
                    time: Int64(second) * 1_000_000_000, virtualUsers: 10, maxVirtualUsers: 50, inFlight: 3,
                    cpuTime: Int64(second) * 20_000_000, residentBytes: 30 << 20, loopDelay: 300_000, beats: 50)
                sample.arm = arm
                tally.consume(sample)
            }
        }
        var outcome = RunOutcome(
            .completed, duration: Int64(seconds) * 1_000_000_000, endedUnixNanoseconds: 1_700_000_300_000_000_000)
        outcome.lanes = [LaneOutcome(arm: 1), LaneOutcome(arm: 2)]
        return RunResult(tally: tally, context: context, outcome: outcome)
    }
}
