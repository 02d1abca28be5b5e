// A run that is one of several tasks: where it meets the others, what its own files are called, and how task 0 makes
// one result of all parts when they have ended.

import Generator
import Metrics
import Base
import Scenarios
import Tasks

/// What being a task adds to a run.
struct TaskRun: Sendable {
    /// After the others should have ended by their plan, and after a signal: SLURM kills 30 s after it asked.
    private static let patience = Duration.seconds(30)
    private static let patienceAfterSignal = Duration.seconds(10)

    let meeting: Meeting
    let share: TaskShare
    let records: String
    let start: Int64
    private let recordsOf: @Sendable (Int) -> String

    /// Meets the other tasks and agrees with them on a start.
    ///
    /// - Parameters:
    ///   - first: what task 0 does while the others wait; what it throws ends them all.
    ///   - patience: how long that may take.
    ///   - before: what the run itself does before its start.
    /// - Throws: ``TaskError``, and what `first` does.
    init(
        _ task: RunRequest.Task, directory: String, plan: String, build: String, stop: RunStop, patience: Duration, before: Duration,
        first: () async throws -> Void
    ) async throws {
        share = task.share
        recordsOf = { TaskFile.numbered(task.records, task: $0) }
        records = recordsOf(share.index)
        meeting = try Meeting(directory: "\(directory)/.tasks-\(task.attempt)", share: share) { stop.first?.reason }
        if share.index == 0 {
            meeting.askForPatience(patience)
            do {
                try await first()
            } catch let error as TestRequestError {
                meeting.callOff(error.kind.status, reason: error.description)
                throw error
            }
        }
        start = try await meeting.meet(plan: plan, build: build, within: task.wait, before: before)
    }

    /// Task 0: waits for the others as long as their plan can take, and puts the parts together. Without a signal the
    /// others end when this task does, or their stragglers at the end of the graceful stop.
    func merge(run: LoadRun, stop: RunStop) async throws -> MergedRun {
        let longest = run.lanes.map(\.plan.longestEnd).max() ?? .zero
        let left = max(.zero, longest - .nanoseconds(run.clock.now))
        let latest = ContinuousClock.now + left + Self.patience
        let unfinished = await meeting.unfinished(until: {
            stop.first.map { min(latest, $0.at + Self.patienceAfterSignal) } ?? latest
        })
        if !unfinished.isEmpty {
            let names = unfinished.map(String.init).joined(separator: ", ")
            StandardError.write(
                "sml-loadgen: task \(names) of \(share.count) did not finish; the summary has what its records hold\n")
        }
        let merged = try mergedSoFar()
        // A task that was given up may still come; its notices then tell the next attempt.
        if unfinished.isEmpty { meeting.close() }
        return merged
    }

    /// The parts as they are now: those of tasks that still run end early.
    func mergedSoFar() throws -> MergedRun {
        try MergedRun(recordsFiles: (0..<share.count).map(recordsOf).filter { isOurs($0) })
    }

    /// A task that was killed early has an empty file, none, or one of an earlier attempt; such a part is missing, and
    /// the others count.
    private func isOurs(_ path: String) -> Bool {
        (try? RecordFileReader(path: path))?.context.startedUnixNanoseconds == start
    }
}
