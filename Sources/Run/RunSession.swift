// One run from its files to its summary: read and check everything, run, report. What fails before the first request
// stops here; what fails later is a fact in the summary.

import Generator
import Glibc
import Metrics
import RemoteWrite
import Base
import Scenarios
import Series
import Synchronization
import Tasks

/// A run ready to start.
final class RunSession: Sendable {
    private let request: RunRequest
    private let lanes: RunLanes
    private let run: LoadRun
    private let context: RunContext
    private let readers: RunReaders
    private let redactor: Redactor
    private let delivery: RunDelivery?
    private let task: TaskRun?
    /// The series of all tasks together, while they are on their way.
    private let mergedDelivery = Mutex<RunDelivery?>(nil)
    private let stopping: RunStop
    private let progress: ProgressTicker
    private let watch: ThresholdWatch
    /// Of a probe of a search.
    private let capacity: CapacityWatch?
    /// What is certain about the run, once it has ended: for the last look of its series.
    private let certainty: FinalCertainty
    /// How the run itself ended, once it did.
    private let ended = Mutex<RunOutcome?>(nil)
    /// After a signal, for requests in flight.
    var drain: Duration { request.drain }
    var isTask: Bool { request.task != nil }

    /// Reads and checks every input, makes the output directory, meets the other tasks if there are any, and opens the
    /// records file.
    ///
    /// - Parameters:
    ///   - environment: of the process: proxies, trust, SLURM's grant.
    ///   - stop: asked while waiting for other processes.
    /// - Throws: ``ConfigurationError``, ``GeneratorError``, ``OutputError``, `RemoteWriteConfigurationError`,
    ///   `TaskError`.
    init(_ request: RunRequest, environment: [String: String], stop: RunStop) async throws {
        self.request = request
        stopping = stop
        let lanes = try RunLanes(request) { if request.isFirst { StandardError.write("\(request.program): warning: \($0)\n") } }
        self.lanes = lanes
        let reading = lanes.all[0].corpus.reading
        if let note = reading.note, !request.quiet, request.isFirst {
            StandardError.write("\(request.program): \(request.prompts): \(note)\n")
        }
        if let warning = reading.warning, request.isFirst {
            StandardError.write("\(request.program): warning: \(request.prompts): \(warning)\n")
        }
        // Reads all of the corpora once more, which the run's clock must not wait for.
        let distinct = lanes.all.map(\.corpus.distinctCount)
        redactor = Redactor(hiding: lanes.all.map(\.plan.target))
        let isNew = !FileLook.isThere(request.directory)
        try OutputDirectory.prepare(
            request.directory, summaries: request.summaries,
            records: request.task.map { TaskFile.numbered($0.records, task: $0.share.index) } ?? request.records,
            replacing: request.replacesResults)
        if let limit = request.serverWait {
            for lane in lanes.all where !lane.isProbe {
                try await ServerWait.wait(for: lane.resolved, limit: limit, environment: environment) {
                    StandardError.write("\(request.program): \(lane.prefix)\($0)\n")
                }
            }
        }
        if request.workers == nil { _ = try WorkerCount.available(environment: environment) }
        var tested: [TestRequestDescription?] = lanes.all.map { _ in nil }
        func send() async throws {
            guard request.sendsTestRequest else { return }
            for (index, lane) in lanes.all.enumerated() {
                let test = TestRequest(plan: lane.plan, corpus: lane.corpus, order: lane.order, environment: environment, stop: stop)
                do {
                    tested[index] = try await test.send()
                } catch let error as TestRequestError where lane.name != nil {
                    throw TestRequestError(error.kind, lane.prefix + error.description)
                }
                if let warning = tested[index]?.warning {
                    StandardError.write("\(request.program): warning: \(lane.prefix)\(OneLine.escaped(warning))\n")
                }
            }
        }
        func prepare() async throws {
            try await send()
            guard lanes.design?.cache == .warm else { return }
            try await CachePass.send(lanes.all, workers: request.workers, environment: environment, stop: stop) {
                StandardError.write("\(request.program): \($0)\n")
            }
        }
        do {
            if request.task == nil { try await prepare() }
            task = try await Self.meet(request, lanes: lanes, stop: stop, first: prepare)
        } catch let error as TestRequestError {
            // Empty, if it was made for this run.
            if isNew { rmdir(request.directory) }
            throw error
        }
        let records = task?.records ?? request.records

        // Before the run, because making it starts its clock.
        let machine = MachineDescription.current()
        let texts = TextTable()
        var runOptions = RunOptions(workers: request.workers, userAgent: Product.userAgent, environment: environment)
        runOptions.ruleDrain = request.drain
        runOptions.isRealtime = request.isRealtime
        if let task {
            runOptions.share = task.share
            runOptions.startUnixNanoseconds = task.start
        }
        run = try LoadRun(lanes: lanes.all.map(\.load), inTurns: lanes.turns, texts: texts, options: runOptions)
        if lanes.all.contains(where: \.plan.target.connections.preconnects), request.isFirst, !request.quiet {
            let seconds = max(0, -run.clock.now) / 1_000_000_000
            StandardError.write("\(request.program): making connections; the load begins in \(seconds) s\n")
        }
        if let warning = run.limitWarning, request.isFirst { StandardError.write("\(request.program): warning: \(warning)\n") }
        let contexts = lanes.all.indices.map { [run] index in
            let (lane, running) = (lanes.all[index], run.lanes[index])
            var conditions = RunConditions(
                libcurlFeatures: Transport.features, systemPrompt: lane.resolved.corpusOptions.systemPrompt, environment: environment)
            conditions.take(proxy: running.proxy, addresses: running.addresses)
            if request.isRealtime { conditions.realtime = true }
            var context = RunContext(
                version: Product.version, build: Product.build, libcurlVersion: Transport.version, runLabel: lane.resolved.runLabel ?? "",
                scenario: lane.plan.scenario, model: lane.resolved.model ?? "", labels: lane.corpus.labels, url: lane.plan.target.url,
                startedUnixNanoseconds: run.clock.wallOrigin, plannedArrivals: running.plannedArrivals,
                plan: PlanDescription(lane.plan), resolvedScenario: lane.resolved.resolvedScenario,
                corpus: CorpusDescription(
                    file: request.prompts, prompts: lane.corpus.count, distinct: distinct[index], nonce: lane.nonce == nil ? nil : true,
                    digest: lane.corpus.digest),
                machine: machine, workers: run.workers.count, conditions: conditions)
            context.testRequest = tested[index]
            context.command = lane.resolved.command
            if lane.resolved.serverSize != ServerSize() { context.server = lane.resolved.serverSize }
            return context
        }
        context = lanes.context(of: contexts, task: task?.share)
        readers = RunReaders(
            tally: RunTally(context: context, texts: texts),
            file: try Self.openRecords(records, context: context, texts: texts, redactor: redactor))
        progress = try ProgressTicker(
            run: run, readers: readers, probe: context.probe?.arm, quiet: request.quiet, heading: request.capacity?.heading)
        watch = try ThresholdWatch(run: run, readers: readers)
        capacity = try request.capacity.map { [run, readers] in try CapacityWatch($0, run: run, readers: readers) }
        let certainty = FinalCertainty()
        self.certainty = certainty
        delivery = try request.remoteWrite.map { [run, readers, context, redactor, task] in
            let suffix = task.map { ".\($0.share.index)" } ?? ""
            return try RunDelivery(
                $0, drain: request.remoteWriteDrain,
                undeliveredPath: request.directory + "/undelivered\(suffix).smlpush",
                shownPath: request.shownDirectory + "/undelivered\(suffix).smlpush", context: context,
                arms: run.lanes.map(\.arm), tags: request.tags, redactor: redactor
            ) { report in
                let elapsed = run.clock.now
                let tally = readers.tally
                return run.lanes.map { lane in
                    RunSnapshot(
                        statistics: tally[lane.arm], elapsed: elapsed, scheduledArrivals: lane.arrivalsDue(by: elapsed),
                        startedIterations: lane.live.iterations, droppedArrivals: lane.live.dropped, delivery: report,
                        // Of several tasks only all together have any.
                        certainty: task == nil ? certainty[lane.arm] : nil)
                }
            }
        }
    }

    /// Waits for the other tasks, if there are any, with everything read: from here on only the start is missing.
    private static func meet(
        _ request: RunRequest, lanes: RunLanes, stop: RunStop, first: () async throws -> Void
    ) async throws -> TaskRun? {
        guard let task = request.task else { return nil }
        guard lanes.turns == nil else {
            throw GeneratorError.plan("ab.design: abba: turns need one task; run it on one node, or both arms at once (duet)")
        }
        for lane in lanes.all { try task.share.requireUsers(of: lane.plan.executor) }
        return try await TaskRun(
            task, directory: request.directory, plan: "plan " + Fingerprint.of(lanes.all.flatMap(\.identity)),
            build: Product.longVersion, stop: stop,
            patience: (request.sendsTestRequest ? lanes.all.reduce(.zero) { $0 + TestRequest.longest($1.plan) } : .zero)
                + (lanes.design?.cache == .warm ? CachePass.longest(lanes.all) : .zero),
            before: lanes.all.map { $0.plan.lead(tasks: task.share.count) }.max() ?? .zero,
            first: first)
    }

    private static func openRecords(
        _ path: String?, context: RunContext, texts: TextTable, redactor: Redactor
    ) throws(OutputError) -> sending RecordFileWriter? {
        guard let path else { return nil }
        do {
            return try RecordFileWriter(path: path, context: context, texts: texts, redactor: redactor)
        } catch {
            throw OutputError(description: "\(error)")
        }
    }

    /// Runs the plan and writes the summary. Returns the exit code, and the result where there is one of all tasks.
    func run() async throws -> (code: Int32, result: RunResult?) {
        progress.begin()
        watch.begin()
        capacity?.begin()
        let end = try await run.run { [readers] in readers.consume($0) }
        watch.end()
        capacity?.end()
        progress.end()
        let outcome = RunOutcome(
            end.stopReason == nil ? .completed : end.stoppedByRule ? .stopped : .interrupted,
            reason: end.stopReason, duration: end.duration,
            endedUnixNanoseconds: run.clock.wallOrigin + end.duration, lostRecords: UInt64(end.discardedRecords),
            planEnd: end.stoppedAt
        ).taking(run.lanes, turns: end.turns, of: context)
        ended.withLock { $0 = outcome }
        if delivery != nil {
            let tally = readers.tally
            for lane in run.lanes {
                certainty[lane.arm] = Certainty(tally[lane.arm], context: context.ofLane(lane.arm), outcome: outcome.ofLane(lane.arm))
            }
        }
        let recordsFailure = readers.finishFile(outcome)
        if let recordsFailure { StandardError.write("\(request.program): \(recordsFailure)\n") }
        let (code, summary) = try await deliverAndStore(outcome)
        // Records that were asked for and are not there are no success; nor is a comparison that could not be made.
        let isWithoutVerdict = summary?.result.comparison?.hasVerdict == false
        let final = code == 0 ? recordsFailure != nil ? OutputError.exitCode : isWithoutVerdict ? ExitStatus.records.rawValue : 0 : code
        // Of several runs the last one's end is not everything.
        if request.repetition == nil { stopping.finished(final) }
        defer {
            if request.capacity == nil { sayWhy(final, summary) }
        }
        guard let summary, !show(summary) else { return (final, summary?.result) }
        return (final == 0 ? OutputError.exitCode : final, summary.result)
    }

    /// What an exit code does not.
    private func sayWhy(_ final: Int32, _ summary: Summary?) {
        if final == ExitStatus.nothingSucceeded.rawValue { StandardError.write("\(request.program): none of the requests succeeded\n") }
        if final == ExitStatus.rule.rawValue, let crossed = summary?.result.crossedMetrics, !crossed.isEmpty {
            StandardError.write("\(request.program): thresholds were not met: \(OneLine.escaped(crossed.joined(separator: ", ")))\n")
        }
        if final == ExitStatus.invalid.rawValue { StandardError.write("\(request.program): its verdict is INVALID\n") }
    }

    /// What the probe came to that this was; nil for a plain run, and before its end.
    func probe(_ result: RunResult) -> (probe: CapacityProbe, started: Int)? {
        guard let capacity, let outcome = ended.withLock({ $0 }) else { return nil }
        let statistics = readers.statistics
        return (capacity.probe(statistics, context: context, outcome: outcome, result: result), Int(statistics.started.total))
    }

    /// The end of a run whose orderly end does not come: its parts are written as they are. Returns the exit code.
    func endWithWhatThereIs(reason: String) -> Int32 {
        let elapsed = max(0, run.clock.now)
        let known = ended.withLock { $0 }
        let outcome =
            known
            ?? RunOutcome(
                .interrupted, reason: reason, duration: elapsed, endedUnixNanoseconds: run.clock.wallOrigin + elapsed
            ).taking(run.lanes, of: context)
        StandardError.write("\(request.program): \(reason), and the run did not end: its summary has what is known so far\n")
        if known == nil, let failure = readers.finishFile(outcome) { StandardError.write("\(request.program): \(failure)\n") }
        let isWritten = (try? write(summary(outcome, remoteWrite: delivery?.provisionalSection()))) != nil
        return isWritten ? exitCode(outcome, isTask ? nil : readers.statistics, nil) : OutputError.exitCode
    }

    /// Returns the exit code, and the summary when it is written and can be shown.
    private func deliverAndStore(_ outcome: RunOutcome) async throws -> (code: Int32, summary: Summary?) {
        do {
            try task?.meeting.finish()
        } catch {
            // Task 0 will call this task lost, but merge its records all the same.
            StandardError.write("\(request.program): \(error)\n")
        }
        // Delivery, and waiting for other tasks, may take a minute; a process killed meanwhile leaves a summary.
        guard let task else {
            if delivery != nil { try? write(summary(outcome, remoteWrite: delivery?.provisionalSection())) }
            let delivered = await delivery?.finish()
            let summary = summary(outcome, remoteWrite: delivered?.section)
            let code = store(summary, outcome: outcome, readers.statistics)
            guard code != OutputError.exitCode else { return (code, nil) }
            return (required(code, summary, isDelivered: delivered?.isComplete), summary)
        }
        guard task.share.index == 0 else {
            let delivered = await delivery?.finish()
            StandardError.write("\(request.program): task \(task.share.index) of \(task.share.count): \(task.records)\n")
            return (request.requireRemoteWrite && delivered?.isComplete == false ? 3 : exitCode(outcome, nil, nil), nil)
        }
        // The others' parts as they are now, then as they end: after a signal there are 30 s for everything.
        try? write(SummaryBuilder.build(merged: task.mergedSoFar(), redactor: redactor))
        async let delivering = delivery?.finish()
        let merged = try await task.merge(run: run, stop: stopping)
        try? write(SummaryBuilder.build(merged: merged, redactor: redactor))
        let delivered = await delivering
        let undelivered = request.requireRemoteWrite && delivered?.isComplete == false
        let all = try await deliver(merged)
        let summary = SummaryBuilder.build(merged: merged, redactor: redactor, remoteWrite: all?.section)
        let code = store(summary, outcome: merged.outcome, merged.statistics)
        guard code != OutputError.exitCode else { return (code, nil) }
        if outcome.kind == .completed, !merged.lost.isEmpty { return (75, summary) }
        return (required(code, summary, isDelivered: undelivered ? false : all?.isComplete), summary)
    }

    /// `code`, unless the run did what was planned and not what was required.
    private func required(_ code: Int32, _ summary: Summary, isDelivered: Bool?) -> Int32 {
        guard code == 0 else { return code }
        // Figures that are not the server's are worse than series that can still be pushed.
        if request.requireValid, summary.result.certainty?.verdict?.run.level == .invalid { return ExitStatus.invalid.rawValue }
        return request.requireRemoteWrite && isDelivered == false ? ExitStatus.seriesMissing.rawValue : 0
    }

    /// The series of all tasks together, pushed once. They have no label `task`, so they collide with nothing.
    private func deliver(_ merged: MergedRun) async throws -> (section: RemoteWriteResult, isComplete: Bool)? {
        guard let configuration = request.remoteWrite else { return nil }
        let tally = merged.tally
        let (context, outcome) = (merged.context, merged.outcome)
        let arms = run.lanes.map(\.arm)
        let certainties = arms.map { Certainty(tally[$0], context: context.ofLane($0), outcome: outcome.ofLane($0), tasks: merged.tasks) }
        let delivery = try RunDelivery(
            configuration, drain: request.remoteWriteDrain,
            undeliveredPath: request.directory + "/undelivered.smlpush", shownPath: request.shownDirectory + "/undelivered.smlpush",
            context: context, arms: arms,
            tags: request.tags.filter { $0.name != "task" }, redactor: redactor
        ) { report in
            zip(arms, certainties).map { arm, certainty in
                let statistics = tally[arm]
                return RunSnapshot(
                    statistics: statistics, elapsed: outcome.duration,
                    scheduledArrivals: context.ofLane(arm).plannedArrivals, startedIterations: Int(statistics.started.total),
                    droppedArrivals: Int(statistics.dropped.total), delivery: report, certainty: certainty)
            }
        }
        mergedDelivery.withLock { $0 = delivery }
        if stopping.first != nil { delivery.signalled() }
        return await delivery.finish()
    }

    private func summary(_ outcome: RunOutcome, remoteWrite: RemoteWriteResult?) -> Summary {
        SummaryBuilder.build(
            tally: readers.tally, context: context, outcome: outcome, redactor: redactor,
            remoteWrite: remoteWrite)
    }

    private func write(_ summary: Summary) throws {
        for path in request.summaries { try summary.write(to: path) }
    }

    /// Writes the summary, to stdout when its file cannot be: a measurement is never lost.
    private func store(_ summary: Summary, outcome: RunOutcome, _ statistics: RunStatistics) -> Int32 {
        do {
            try write(summary)
        } catch {
            StandardError.write("\(request.program): \(error); the summary follows on stdout\n")
            _ = isShown(String(decoding: summary.jsonData(), as: UTF8.self))
            return OutputError.exitCode
        }
        return exitCode(outcome, statistics, summary)
    }

    /// For the person who waits for it; everything is on the disk by now. Whether stdout took it.
    private func show(_ summary: Summary) -> Bool {
        // Of several, what all came to is shown, and each only to who wants everything.
        guard request.repetition == nil || request.details else { return true }
        var text = request.result == .handleSummary ? summary.handleSummaryText() : ""
        if !request.quiet {
            text += summary.textBlock(
                color: TerminalStyle.colorWanted(STDOUT_FILENO), heading: request.result == .block,
                screen: request.details ? nil : .ofBlock(STDOUT_FILENO))
        }
        let isShown = isShown(text)
        if !request.quiet { StandardError.write("summary: \(request.summaries[0])\n") }
        return isShown
    }

    /// A job must not hold its nodes for a pipe that nobody empties. At a terminal that was paused somebody sits; a signal
    /// ends that waiting.
    static let readerPatience = Duration.seconds(10)

    /// Whether stdout took `text`. A reader that went away, or does not read, is no reason to fail: the result is in the
    /// file.
    private func isShown(_ text: String) -> Bool {
        do {
            try StandardOutput.draw(text, patience: StandardOutput.isTerminal ? nil : Self.readerPatience)
            return true
        } catch {
            if !error.isReaderGone { StandardError.write("\(request.program): \(error)\n") }
            return error.isReaderGone || error.isReaderStuck
        }
    }

    /// Of the run whose requests `statistics` counts; nil for a task whose part says nothing of the whole.
    private func exitCode(_ outcome: RunOutcome, _ statistics: RunStatistics?, _ summary: Summary?) -> Int32 {
        switch outcome.kind {
        // As k6: a signal's own code stays.
        case .completed where summary?.result.crossedMetrics.isEmpty == false: ExitStatus.rule.rawValue
        case .completed where request.failsWithoutSuccess && statistics.map { $0.started.total > 0 && $0.success.passes == 0 } == true:
            ExitStatus.nothingSucceeded.rawValue
        case .completed: 0
        case .interrupted: ExitStatus.stopped.rawValue
        // As k6 when a threshold with abortOnFail ends the test.
        case .stopped: ExitStatus.rule.rawValue
        }
    }

    /// Starts nothing any more and ends what is in flight, after the drain or at once; shortens the wait for the
    /// receiver of the series, or ends it.
    func stop(reason: String, atOnce: Bool) {
        delivery?.signalled()
        mergedDelivery.withLock { $0 }?.signalled()
        run.stop(reason: reason, drain: atOnce ? .zero : request.drain)
    }
}
