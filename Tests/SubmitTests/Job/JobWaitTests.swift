// The wait's decisions, look by look, with times of our choosing.

import Testing

@testable import Submit

@Suite struct JobWaitTests {
    private let id: JobID
    private var wait: JobWait

    init() throws {
        id = try #require(JobID("7"))
        wait = JobWait(id: id)
    }

    @Test mutating func aRunFromTheQueueToItsEnd() {
        let queued = wait.look(.pending(reason: "Resources"), log: "", elapsed: .zero)
        #expect(queued.lines == ["job 7: PENDING (Resources) for 00:00:00"])
        #expect(queued.step == .look(after: .seconds(1)))
        // Nothing new: quiet for a pipe, current on a terminal, less and less eager.
        let still = wait.look(.pending(reason: "Resources"), log: "", elapsed: .seconds(40))
        #expect(still.lines.isEmpty)
        #expect(still.live == "job 7: PENDING (Resources) for 00:00:40")
        #expect(still.step == .look(after: .seconds(8)))
        let reminder = wait.look(.pending(reason: "Resources"), log: "", elapsed: .seconds(61))
        #expect(reminder.lines == ["job 7: PENDING (Resources) for 00:01:01"])
        #expect(reminder.step == .look(after: .seconds(10)))

        let running = wait.look(.running, log: "first\nprogress 1\n", elapsed: .seconds(70))
        #expect(running.lines == ["job 7: RUNNING for 00:00:00 | progress 1"])
        #expect(running.step == .look(after: .seconds(1)))
        #expect(wait.look(.running, log: "progress 2\n", elapsed: .seconds(75)).live == "job 7: RUNNING for 00:00:05 | progress 2")
        let end = wait.look(.ended(JobEnd(.completed)), log: "last\n", elapsed: .seconds(80))
        #expect(end.step == .over(JobEnd(.completed)))
        #expect(wait.tail == ["first", "progress 1", "progress 2", "last"])
    }

    @Test(arguments: [
        ("PartitionTimeLimit", true), ("QOSMaxWallDurationPerJobLimit", true), ("Resources", false), ("QOSMaxCpuPerUserLimit", false),
    ])
    mutating func aJobThatWillNeverStartIsSaid(reason: String, isFinal: Bool) {
        let line = wait.look(.pending(reason: reason), log: "", elapsed: .zero).lines.first ?? ""
        #expect(line.contains("(\(reason)") && line.contains("it will not start like this") == isFinal)
    }

    @Test mutating func aJobThatIsNotKnownYetIsNotLost() {
        #expect(wait.look(.unknown, log: "", elapsed: .zero).step == .look(after: .seconds(2)))
        #expect(wait.look(.unknown, log: "", elapsed: .seconds(59)).step == .look(after: .seconds(2)))
        #expect(wait.look(.running, log: "", elapsed: .seconds(70)).step != .over(JobEnd.forgotten))
        // Gone from the queue, accounting late by two looks.
        #expect(wait.look(.unknown, log: "", elapsed: .seconds(100)).step == .look(after: .seconds(2)))
        #expect(wait.look(.unknown, log: "", elapsed: .seconds(159)).step == .look(after: .seconds(2)))
        #expect(wait.look(.unknown, log: "", elapsed: .seconds(160)).step == .over(JobEnd.forgotten))
    }

    @Test mutating func silenceOfTheClusterIsBorneForTenMinutes() {
        let first = wait.failure("squeue: Socket timed out", elapsed: .seconds(5))
        #expect(first.lines == ["job 7: no news: squeue: Socket timed out"])
        #expect(first.step == .look(after: .seconds(1)))
        // Said again once a minute.
        #expect(wait.failure("x", elapsed: .seconds(6)).lines == ["job 7: no news: x"])
        #expect(wait.failure("x", elapsed: .seconds(60)).lines.isEmpty)
        #expect(wait.failure("x", elapsed: .seconds(66)).lines == ["job 7: no news: x"])
        #expect(wait.failure("x", elapsed: .seconds(604)).step == .look(after: .seconds(1)))
        // An answer starts the count anew, and ends the silence with a line.
        #expect(wait.look(.running, log: "", elapsed: .seconds(604)).lines.count == 1)
        #expect(wait.failure("x", elapsed: .seconds(700)).step == .look(after: .seconds(1)))
        _ = wait.failure("x", elapsed: .seconds(1000))
        #expect(wait.look(.running, log: "", elapsed: .seconds(1001)).lines.count == 1)
        #expect(wait.failure("x", elapsed: .seconds(1100)).step == .look(after: .seconds(1)))
        #expect(wait.failure("x", elapsed: .seconds(1700)).step == .giveUp("x"))
    }

    /// When a run is looked at whose job runs from the first look on, and where its log is read.
    private func looks(load: Int, until end: Int) -> [String] {
        var wait = JobWait(id: id, load: .seconds(load), isFresh: true)
        var now = wait.firstLook
        var looks: [String] = []
        while now < .seconds(end) {
            let isRead = wait.wantsLog(.running, elapsed: now)
            looks.append("\(now / .seconds(1))\(isRead ? " log" : "")")
            let decision = wait.look(.running, log: isRead ? "progress\n" : "", elapsed: now)
            guard case .look(let pause) = decision.step else { break }
            now += pause
        }
        return looks
    }

    /// Seconds since the submission: progress on the way, and close looks where the end is expected.
    @Test func aLoadWhoseLengthIsKnownIsLookedAtWhenItCanBeOver() {
        #expect(looks(load: 15, until: 22) == ["1.0", "13.0 log", "17.0", "18.5", "20.0", "21.5"])
        #expect(looks(load: 5, until: 12) == ["1.0", "7.0", "8.5", "10.0", "11.5 log"])
        // In a long wait the log is read at every other look: three calls for two looks.
        #expect(
            looks(load: 3600, until: 100)
                == ["1.0", "13.0 log", "23.0", "33.0 log", "43.0", "53.0 log", "63.0", "73.0 log", "83.0", "93.0 log"])
    }

    @Test func theLogOfWhatEndedWellIsNotRead() {
        #expect(!wait.wantsLog(.ended(JobEnd(.completed)), elapsed: .zero))
        #expect(wait.wantsLog(.ended(JobEnd(.failed, exitCode: 1)), elapsed: .zero))
        #expect(!wait.wantsLog(.pending(reason: nil), elapsed: .zero))
        // Taken up again: it may have run for long.
        #expect(wait.wantsLog(.running, elapsed: .zero))
    }

    @Test mutating func theTailIsBoundedAndHarmless() {
        let log = (1...50).map { "line \($0)\u{1B}[2J" }.joined(separator: "\n") + "\n"
        _ = wait.look(.running, log: log, elapsed: .zero)
        #expect(wait.tail.count == LogTail.length)
        #expect(wait.tail.last == "line 50[2J")
    }

    /// pyxis says first what went wrong, and much after it.
    @Test func theFirstErrorsAreKept() {
        let log = (["image: x", "slurmstepd: error: pyxis: no such image"] + (1...30).map { "slurmstepd: error: pyxis: noise \($0)" })
            .map { "\($0)\n" }.joined()
        let lines = LogTail.lines(of: log)
        #expect(lines.count == LogTail.errorLimit + 1 + LogTail.length)
        #expect(lines.first == "slurmstepd: error: pyxis: no such image" && lines[LogTail.errorLimit] == "…")
        #expect(lines.last == "slurmstepd: error: pyxis: noise 30")
        // Nothing is said twice, and nothing is missing where nothing is left out.
        let short = (1...17).map { "error: \($0)" }
        #expect(LogTail.lines(of: short.joined(separator: "\n")) == short)
    }

    @Test(
        arguments: [
            (JobEnd(.completed), 0, "job 7 completed"), (JobEnd(.failed, exitCode: 99), 99, "ended by a rule"),
            (JobEnd(.failed, exitCode: 5), 5, "none of its requests succeeded"), (JobEnd(.failed, exitCode: 69), 69, "test request failed"),
            (JobEnd(.failed, exitCode: 77), 77, "refused the key"),
            (JobEnd(.failed, exitCode: 105), 105, "stopped before"), (JobEnd(.failed, exitCode: 1), 116, "exit code 1"),
            (JobEnd(.failed, signal: 53), 116, "on the nodes too?"), (JobEnd(.failed, signal: 9), 116, "signal 9"),
            (JobEnd(.timeout), 111, "time limit"),
            (JobEnd(.cancelled, signal: 15), 112, "cancelled"), (JobEnd(.nodeFailure), 113, "lost its node"),
            (JobEnd(.outOfMemory), 114, "memory"), (JobEnd(.preempted), 115, "preempted"), (JobEnd.forgotten, 117, "gone"),
            (JobEnd(.other("SOMETHING")), 116, "SOMETHING"),
            (JobEnd(.failed, exitCode: 127), 116, "no sml-loadgen"),
        ] as [(JobEnd, Int32, String)]) func everyEndHasASentenceAndACode(end: JobEnd, code: Int32, words: String)
    {
        let outcome = JobOutcome(end, job: id)
        #expect(outcome.exitCode == code)
        #expect(outcome.sentence.contains(words), "\(outcome.sentence)")
    }
}
