// How the tasks of a run begin at one instant and end as one result, through a directory they share and nothing else.
// Every task says that it is ready; task 0, when all are, names an instant three seconds ahead; at the end each says
// that its records are complete, and task 0 merges them. Every wait has an end, and whoever gives up says so to the
// others.

import Generator
import Glibc
import Base

/// A directory in which the tasks of one attempt at a run meet.
package struct Meeting: Sendable {
    /// From the last task's arrival to the run's start. A hundred times what a file takes to be seen on another node.
    static let lead = Duration.seconds(3)
    /// Between two looks. 1,024 tasks then ask a file server 10,000 times a second at worst, for a moment.
    private static let pause = Duration.milliseconds(100)

    package let directory: String
    package let share: TaskShare
    /// Asked at every look: the name of a signal that wants an end, if there was one.
    private let signal: @Sendable () -> String?

    /// - Parameters:
    ///   - directory: shared by all tasks of this attempt and by nobody else; made if missing.
    /// - Throws: ``TaskError`` when it cannot be used, or an earlier attempt left something there.
    package init(directory: String, share: TaskShare, signal: @escaping @Sendable () -> String?) throws(TaskError) {
        self.directory = directory
        self.share = share
        self.signal = signal
        do { try Directories.make(directory) } catch { throw TaskError(.files, error.description) }
        for notice in [ready(share.index), done(share.index)] where try notice.read() != nil {
            throw TaskError(.files, "\(notice.path): left by an earlier attempt; remove \(directory) or choose another --out")
        }
    }

    private func ready(_ task: Int) -> Notice { Notice(path: "\(directory)/ready.\(task)") }
    private func done(_ task: Int) -> Notice { Notice(path: "\(directory)/done.\(task)") }
    private var start: Notice { Notice(path: directory + "/start") }

    // MARK: - The beginning

    /// Waits for the others and returns the agreed start, nanoseconds since 1970.
    ///
    /// - Parameters:
    ///   - plan: a text that is the same for tasks that run the same thing.
    ///   - build: what this program was built from; parts of two builds would be no one measurement. No blanks.
    ///   - limit: how long to wait.
    ///   - before: what each task needs between the meeting and the start, beside ``lead``.
    /// - Throws: ``TaskError``.
    package func meet(
        plan: String, build: String, within limit: Duration, before: Duration = .zero
    ) async throws(TaskError) -> Int64 {
        try ready(share.index).write("\(plan) \(build)")
        let deadline = ContinuousClock.now + limit
        guard share.index == 0 else { return try await obey(until: deadline + .seconds(5)) }
        do {
            try await gather(plan: plan, build: build, until: deadline, limit: limit)
        } catch {
            try? start.write("stop \(error.description)")
            throw error
        }
        let instant = Self.wallClock() + (Self.lead + before).nanoseconds
        try start.write("go \(instant)")
        return instant
    }

    /// Task 0, before ``meet(plan:build:within:)``: it has something to do first, for as long as `duration` at the most.
    package func askForPatience(_ duration: Duration) {
        try? start.write("wait \(duration.components.seconds)")
    }

    /// Task 0, instead of ``meet(plan:build:within:)``: there is no run, and all end with `status`. Else the others would
    /// wait, and end with a code that says less.
    package func callOff(_ status: ExitStatus, reason: String) {
        try? start.write("end \(status.rawValue) \(reason)")
    }

    /// Task 0: until all are there.
    private func gather(
        plan: String, build: String, until deadline: ContinuousClock.Instant, limit: Duration
    ) async throws(TaskError) {
        var missing = Array(1..<share.count)
        while !missing.isEmpty {
            var absent: [Int] = []
            for task in missing {
                guard let theirs = try ready(task).read() else {
                    absent.append(task)
                    continue
                }
                guard theirs.hasSuffix(" \(build)") else {
                    let other = theirs.split(separator: " ").last ?? ""
                    throw TaskError(.others, "task \(task) of \(share.count) is \(other), task 0 is \(build); all must be of one build")
                }
                guard theirs == "\(plan) \(build)" else {
                    throw TaskError(.others, "task \(task) of \(share.count) runs another plan or corpus")
                }
            }
            missing = absent
            if missing.isEmpty { break }
            guard ContinuousClock.now < deadline else {
                throw TaskError(
                    .others,
                    "\(Self.list(missing)) of \(share.count) did not come within \(limit); nothing was sent")
            }
            try await look()
        }
    }

    /// The others: until task 0 has spoken.
    private func obey(until deadline: ContinuousClock.Instant) async throws(TaskError) -> Int64 {
        var deadline = deadline
        var isPatient = false
        while true {
            if let line = try start.read() {
                guard let more = Self.patience(line) else { return try Self.instant(line, path: start.path) }
                if !isPatient { deadline += more }
                isPatient = true
            }
            guard ContinuousClock.now < deadline else {
                throw TaskError(.others, "task 0 of \(share.count) gave no start; nothing was sent")
            }
            try await look()
        }
    }

    /// Of task 0's line: how much longer to wait for its next one. A day is longer than any request takes.
    static func patience(_ line: String) -> Duration? {
        guard line.hasPrefix("wait "), let seconds = Int64(line.dropFirst(5)), (0...86_400).contains(seconds) else { return nil }
        return .seconds(seconds)
    }

    /// Of task 0's line: when to start, or why not to. Other numbers would overflow what is added to them.
    static func instant(_ line: String, path: String) throws(TaskError) -> Int64 {
        if line.hasPrefix("go "), let instant = Int64(line.dropFirst(3)), (0...(1 << 62)).contains(instant) { return instant }
        let words = line.split(separator: " ", maxSplits: 2)
        if words.count == 3, words[0] == "end", let status = Int32(words[1]).flatMap(ExitStatus.init(rawValue:)) {
            throw TaskError(.calledOff(status), "task 0: \(words[2])")
        }
        throw TaskError(.others, line.hasPrefix("stop ") ? "task 0: " + line.dropFirst(5) : "\(path): \(line)?")
    }

    private func look() async throws(TaskError) {
        if let name = signal() { throw TaskError(.interrupted, "\(name) while waiting for the other tasks") }
        try? await Task.sleep(for: Self.pause)
    }

    // MARK: - The end

    /// Says that this task's records are complete.
    package func finish() throws(TaskError) { try done(share.index).write("done") }

    /// Task 0: waits until every other task has finished, at most until `deadline()`, which is asked again at every
    /// look, as a signal may bring it nearer. Returns those that have not.
    package func unfinished(until deadline: @Sendable () -> ContinuousClock.Instant) async -> [Int] {
        var missing = Array(1..<share.count)
        while true {
            missing.removeAll { ((try? done($0).read()) ?? nil) != nil }
            if missing.isEmpty || ContinuousClock.now >= deadline() { return missing }
            try? await Task.sleep(for: Self.pause)
        }
    }

    /// Task 0, last: removes what the tasks left here.
    package func close() {
        for task in 0..<share.count {
            unlink(ready(task).path)
            unlink(done(task).path)
        }
        unlink(start.path)
        rmdir(directory)
    }

    private static func wallClock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func list(_ tasks: [Int]) -> String {
        (tasks.count == 1 ? "task " : "tasks ") + tasks.map(String.init).joined(separator: ", ")
    }
}
