// The beats of a loop that is on time, late, stopped, starved.

import Testing

@testable import Generator

@Suite struct HeartbeatTests {
    private static let millisecond: Int64 = 1_000_000

    @Test func onTimeAndLate() {
        var beat = Heartbeat(first: 1000 * Self.millisecond)
        #expect(beat.take(at: 999 * Self.millisecond) == nil)
        #expect(beat.take(at: 1000 * Self.millisecond) == .init(due: 1, late: 0, longest: 0))
        #expect(beat.take(at: 1019 * Self.millisecond) == nil && beat.next == 1020 * Self.millisecond)
        #expect(beat.take(at: 1030 * Self.millisecond) == .init(due: 1, late: 0, longest: 10 * Self.millisecond))
        #expect(beat.take(at: 1050 * Self.millisecond + 1) == .init(due: 1, late: 1, longest: 10 * Self.millisecond + 1))
    }

    /// Stopped for 4 s of 10: the beats it missed count as what they were.
    @Test func stopped() {
        var beat = Heartbeat(first: 0)
        var due = 0
        var late = 0
        for time in Array(0..<3_000) + Array(7_000..<10_000) {
            guard let beats = beat.take(at: Int64(time) * Self.millisecond) else { continue }
            due += beats.due
            late += beats.late
        }
        // From the one due at 3 s to the one due at 6.98 s.
        #expect(due == 500 && late == 200)
    }

    /// 11 ms of CPU in every 100.
    @Test func starved() {
        var beat = Heartbeat(first: 0)
        var due = 0
        var late = 0
        for time in 0..<10_000 where time % 100 < 11 {
            guard let beats = beat.take(at: Int64(time) * Self.millisecond) else { continue }
            due += beats.due
            late += beats.late
        }
        #expect((490...500).contains(due) && late * 10 > due * 6)
    }

    /// A loop away for 4 s reads an answer of that time 2 s late in the mean: 8 s·s. What a timer is late by is nothing.
    @Test func absences() {
        var beat = Heartbeat(first: 0)
        let away = beat.take(at: 4_000 * Self.millisecond)
        #expect(away?.absence == 4_010_000 * 4_010_000 / 2)
        #expect(beat.take(at: beat.next + Self.millisecond / 10)?.absence == 5_000)
        #expect(beat.take(at: beat.next + Int64.max / 2)?.absence == 900_000_000 * 900_000_000 / 2)
    }

    /// Where something else is due soon after, the beat waits for it, but not for one after the other.
    @Test func joinsWhatIsDueAnyway() {
        var beat = Heartbeat(first: 20 * Self.millisecond)
        for deadline in Int64(4)...6 {
            beat.join(deadline * 4 * Self.millisecond)
        }
        #expect(beat.next == 24 * Self.millisecond)
        beat.join(28 * Self.millisecond)
        beat.join(31 * Self.millisecond)
        #expect(beat.next == 28 * Self.millisecond)
        #expect(beat.take(at: 27 * Self.millisecond) == nil)
        #expect(beat.take(at: 28 * Self.millisecond) == .init(due: 1, late: 0, longest: 0))
        #expect(beat.next == 48 * Self.millisecond)
    }

    @Test func theFirstWaveIsLeftOut() {
        #expect(Heartbeat.first(users: 0, planned: 60_000 * Self.millisecond) == 1000 * Self.millisecond)
        #expect(Heartbeat.first(users: 64, planned: 12_000 * Self.millisecond) == 1320 * Self.millisecond)
        #expect(Heartbeat.first(users: 50_000, planned: 12_000 * Self.millisecond) == 3000 * Self.millisecond)
    }
}
