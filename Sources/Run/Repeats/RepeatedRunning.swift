// One plan, run several times by one process: each run is a whole one of its own (connections, clock, records, summary), and begins
// when nothing of the one before is in flight any more. Of several tasks, task 0 decides whether there is a next run; the
// others wait for it where they meet.

import Base
import Glibc
import Metrics
import Tasks

struct RepeatedRunning {
    private let request: RunRequest
    private let environment: [String: String]
    private let stop: RunStop
    private var rule = RepeatRule()
    private var all: RepeatedRuns?

    init(_ request: RunRequest, environment: [String: String], stop: RunStop) throws {
        self.request = request
        self.environment = environment
        self.stop = stop
        try Self.refuseOld(request)
    }

    /// Whether this process speaks for all: the only one, or the first of several tasks.
    private var isSpeaker: Bool { request.task?.share.index ?? 0 == 0 }
    private var combined: String { PathText.joined(request.directory, RepeatFile.combined) }

    /// Found before the first run, not before the one that would replace it.
    private static func refuseOld(_ request: RunRequest) throws(OutputError) {
        let runs = (1...request.repeats).map { request.repeated($0) }
        let files =
            [PathText.joined(request.directory, RepeatFile.combined)] + runs.flatMap { $0.summaries + ($0.records.map { [$0] } ?? []) }
        if let file = files.first(where: { FileLook.isThere($0) }) {
            throw OutputError(description: "\(file): already exists; choose another")
        }
    }

    /// Runs all and writes what they came to together. Returns the exit code.
    mutating func run() async throws -> Int32 {
        let isNew = !FileLook.isThere(request.directory)
        for number in 1...request.repeats {
            let mayGoOn: Bool
            do {
                mayGoOn = try await run(number)
            } catch {
                guard number > 1 else {
                    // Empty, if it was made for this.
                    if isNew { rmdir(request.directory) }
                    throw error
                }
                StandardError.write("\(request.program): run \(number) of \(request.repeats): \(OneLine.escaped("\(error)"))\n")
                mayGoOn = rule.takes(SignalledRun.exitCode(error), isCompleted: false)
            }
            guard mayGoOn, stop.first == nil, number < request.repeats else {
                if !mayGoOn, stop.first == nil, number < request.repeats { callOff(number + 1) }
                break
            }
        }
        // A signal between two runs leaves nothing of the next one.
        let code = rule.code == 0 && stop.first != nil && all?.runs.count ?? 0 < request.repeats ? ExitStatus.stopped.rawValue : rule.code
        stop.finished(code)
        guard isSpeaker else { return code }
        return show(code)
    }

    /// Returns whether the next one may begin.
    private mutating func run(_ number: Int) async throws -> Bool {
        if number > 1, !request.quiet { StandardError.write("\(request.program): run \(number) of \(request.repeats) begins\n") }
        let one = request.repeated(number)
        let (code, result) = try await session(one)
        stop.detach()
        guard isSpeaker else {
            _ = rule.takes(code, isCompleted: true)
            return true
        }
        if let result { try take(result, of: one, number: number) }
        return rule.takes(code, isCompleted: result?.outcome?.kind == .completed)
    }

    /// A session ends with this call, so that its memory is free before the next one reads the corpus.
    private func session(_ one: RunRequest) async throws -> (code: Int32, result: RunResult?) {
        let session = try await RunSession(one, environment: environment, stop: stop)
        stop.attach(session)
        return try await session.run()
    }

    private mutating func take(_ result: RunResult, of one: RunRequest, number: Int) throws {
        let run = RepeatedRun(
            number: number, summary: "\(RepeatFile.directory(number))/\(PathText.name(of: one.summaries[0]))", result: result)
        var known = all ?? RepeatedRuns(asked: request.repeats, plan: RepeatedPlan(result))
        known.runs.append(run)
        all = known
        // After each, so that what is left of a series that is killed says what it came to.
        try known.write(to: combined)
        if !request.quiet { StandardError.write("\(request.program): run \(number) of \(request.repeats): \(run.line)\n") }
    }

    /// Tells the other tasks, who wait for the next run, that there is none.
    private func callOff(_ number: Int) {
        guard let task = request.task, isSpeaker, let status = ExitStatus(rawValue: rule.code) else { return }
        let place = "\(request.repeated(number).directory)/.tasks-\(task.attempt)"
        try? Meeting(directory: place, share: task.share) { nil }.callOff(status, reason: "the runs ended before run \(number)")
    }

    /// The exit code, with that of an output that cannot be written.
    private func show(_ code: Int32) -> Int32 {
        guard let all else { return code }
        var isShown = true
        if !request.quiet {
            let screen = request.details ? nil : TerminalScreen.ofBlock(STDOUT_FILENO)
            do {
                let text = all.textBlock(color: TerminalStyle.colorWanted(STDOUT_FILENO), screen: screen)
                try StandardOutput.draw(text, patience: StandardOutput.isTerminal ? nil : RunSession.readerPatience)
            } catch {
                if !error.isReaderGone { StandardError.write("\(request.program): \(error)\n") }
                isShown = error.isReaderGone || error.isReaderStuck
            }
            StandardError.write("summary of all runs: \(combined)\n")
        }
        return code == 0 && !isShown ? OutputError.exitCode : code
    }
}
