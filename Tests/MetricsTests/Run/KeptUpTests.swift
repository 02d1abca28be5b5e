// Each situation in which a generator is late, or only seems to be, and what is said about it.

import Generator
import Testing

@testable import Metrics

struct KeptUpTests {
    private func request(due: Double, startsLate: Double = 0.1, sentLate: Double = 0.2, reused: Bool = true) -> RunRecord {
        var record = Samples.request(at: due + startsLate, latency: 20)
        record.scheduled = Samples.nanoseconds(due)
        record.sent = Samples.nanoseconds(due + sentLate)
        if reused { record.flags.insert(.connectionReused) }
        return record
    }

    private func sample(_ second: Int64, beats: UInt32 = 50, late: UInt32 = 0) -> GeneratorSample {
        GeneratorSample(
            time: second * 1_000_000_000, virtualUsers: 1, maxVirtualUsers: 1, inFlight: 0, cpuTime: 0,
            residentBytes: 1, loopDelay: 0, beats: beats, lateBeats: late)
    }

    private func judged(_ records: [RunRecord], _ samples: [GeneratorSample] = []) -> KeptUp {
        RunStatisticsTests.statistics(records, samples: samples).keptUp
    }

    @Test func aQuietRun() {
        let run = judged((0..<500).map { request(due: 1_000 + Double($0) * 20) }, (1...10).map { sample($0) })
        #expect(run.verdict == true && run.reasons.isEmpty)
        #expect(run.loop.total == 500 && run.starts.total == 500 && run.sends.total == 500)
    }

    /// A closed loop, stopped for 4 s of 10: every request starts when its user is free, so only the beats tell.
    @Test func aStoppedClosedLoop() {
        let run = judged(
            (0..<500).map { request(due: 1_000 + Double($0) * 10) },
            [sample(2), sample(3), sample(7, beats: 200, late: 200), sample(8), sample(9), sample(10)])
        #expect(run.verdict == false && run.reasons == ["loop"])
        #expect(run.loop.share == 200.0 / 450)
    }

    /// A tenth of a CPU: away for 89 ms of every 100.
    @Test func aStarvedLoop() {
        let run = judged([], (1...10).map { sample($0, beats: 50, late: 40) })
        #expect(run.verdict == false && run.reasons == ["loop"])
    }

    @Test func theBurstAtTheStart() {
        let wave = (0..<64).map { request(due: 0, startsLate: Double($0), sentLate: Double($0) * 4, reused: false) }
        let run = judged(wave + (0..<300).map { request(due: 1_000 + Double($0) * 30) }, [sample(1, beats: 0), sample(2)])
        #expect(run.verdict == true && run.starts.total == 300)
    }

    @Test func lateStarts() {
        let run = judged(
            (0..<100).map { request(due: 1_000 + Double($0) * 20, startsLate: $0 < 2 ? 10.1 : 9.9, sentLate: 11, reused: false) })
        #expect(run.verdict == false && run.reasons == ["starts"] && run.starts.late == 2)
        #expect(run.sends.total == 0)
    }

    @Test func arrivalsThatWereGivenUp() {
        var overdue = RunRecord(kind: .dropped)
        overdue.scheduled = 5_000_000_000
        overdue.end = 40_000_000_000
        overdue.iteration = 999_999
        let run = judged((0..<500).map { request(due: 1_000 + Double($0) * 20) } + [overdue])
        #expect(run.verdict == false && run.reasons == ["starts"] && run.starts.late == 1_000_000)
        // Dropped on time, because the server was slow, or in a pause that it asked for: not the generator's fault.
        overdue.end = overdue.scheduled + 1_000_000
        #expect(judged([overdue]).verdict == true)
        overdue.end = 40_000_000_000
        overdue.flags = .paused
        #expect(judged([overdue]).verdict == nil)
    }

    @Test func lateSends() {
        let run = judged((0..<100).map { request(due: 1_000 + Double($0) * 20, sentLate: 50) })
        #expect(run.verdict == false && run.reasons == ["sends"])
        // On a new connection the server's handshake is in it.
        #expect(judged((0..<100).map { request(due: 1_000 + Double($0) * 20, sentLate: 50, reused: false) }).verdict == true)
    }

    @Test func oneLateThingIsNoPattern() {
        #expect(judged((0..<5).map { request(due: 1_000 + Double($0) * 20, startsLate: $0 == 0 ? 30 : 0) }).reasons.isEmpty)
        #expect(!judged((0..<5).map { request(due: 1_000 + Double($0) * 20, startsLate: $0 < 2 ? 30 : 0) }).reasons.isEmpty)
        #expect(!LateShare(total: 1_000, late: 10).isBad && LateShare(total: 1_000, late: 11).isBad)
    }

    @Test func nothingToJudgeBy() {
        #expect(judged([]).verdict == nil && judged([request(due: 0)], [sample(1, beats: 0)]).verdict == nil)
    }
}
