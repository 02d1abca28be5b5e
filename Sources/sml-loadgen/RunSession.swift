// One run from its files to its summary: read and check everything, run, report. What fails before the first request
// stops here; what fails later is a fact in the summary.

import Generator
import Glibc
import Metrics
import RemoteWrite
import Scenarios

/// A run ready to start.
final class RunSession: Sendable {
    private let options: LoadGenerator
    private let resolved: ResolvedRun
    private let run: LoadRun
    private let context: RunContext
    private let readers: RunReaders
    private let redactor: Redactor
    private let delivery: RunDelivery?
    private let color: Bool
    private let drain: Duration

    private var summaryPath: String { options.out + "/summary.json" }

    /// Reads and checks every input, makes the output directory and opens the records file.
    ///
    /// - Throws: ``ConfigurationError``, ``GeneratorError``, ``OutputError``, `RemoteWriteConfigurationError`.
    init(options: LoadGenerator, environment: [String: String]) throws {
        self.options = options
        color = environment["NO_COLOR", default: ""].isEmpty
        drain = try OptionValue.duration(options.drain, option: "--drain", atLeast: .zero)
        let remoteWriteDrain = try OptionValue.duration(
            options.remoteWriteDrain, option: "--remote-write-drain", atLeast: .zero)
        let duration = try options.duration.map { (text) throws(ConfigurationError) in
            try OptionValue.duration(text, option: "--duration", atLeast: .seconds(1))
        }
        let workers = try options.workers.map { (count) throws(ConfigurationError) in
            try OptionValue.count(count, option: "--workers", in: 1...WorkerCount.limit)
        }
        var runEnvironment = RunEnvironment(environment)
        runEnvironment.runLabel = options.runLabel ?? runEnvironment.runLabel
        let configuration = try RunConfiguration.read(path: options.config)
        var resolved = try configuration.resolve(environment: runEnvironment)
        if let duration { resolved = try resolved.scaled(toDuration: duration) }
        self.resolved = resolved
        for warning in resolved.warnings { StandardError.write("sml-loadgen: warning: \(warning)\n") }

        let remoteWrite = try RunDelivery.configuration(url: options.remoteWriteUrl, environment: environment)
        if options.requireRemoteWrite, remoteWrite == nil {
            throw ConfigurationError(.usage, "--require-remote-write: there is no receiver; give --remote-write-url")
        }
        let corpus = try Corpus.load(path: options.prompts, options: resolved.corpusOptions)
        let plan = resolved.plan
        // Short header values ("1", "json") are no secrets, and hiding them would eat holes into every text.
        let headerValues = plan.target.headers.map(\.value).filter { $0.utf8.count >= 8 }
        redactor = Redactor(secrets: [plan.target.apiKey ?? ""] + headerValues)
        try OutputDirectory.prepare(options.out, records: options.records)

        // Before the run, because making it starts its clock.
        let machine = MachineDescription.current()
        let texts = TextTable()
        var runOptions = RunOptions(workers: workers, userAgent: Product.userAgent, environment: environment)
        runOptions.ruleDrain = drain
        run = try LoadRun(
            plan: plan, corpus: corpus, order: PromptOrder(count: corpus.count, seed: plan.promptSeed),
            texts: texts, options: runOptions)
        if let warning = run.limitWarning { StandardError.write("sml-loadgen: warning: \(warning)\n") }
        context = RunContext(
            version: Product.version, libcurlVersion: Transport.version, runLabel: resolved.runLabel ?? "",
            scenario: plan.scenario, model: resolved.model ?? "", labels: corpus.labels, url: plan.target.url,
            startedUnixNanoseconds: run.clock.wallOrigin, plannedArrivals: run.plannedArrivals,
            plan: PlanDescription(plan), resolvedScenario: try JSON(text: resolved.resolvedScenario.json()),
            corpus: CorpusDescription(file: options.prompts, prompts: corpus.count),
            machine: machine, workers: run.workers.count)
        readers = RunReaders(
            statistics: RunStatistics(labels: corpus.labels, texts: texts, mainURL: plan.target.url),
            file: try Self.openRecords(options.records, context: context, texts: texts, redactor: redactor))
        delivery = try remoteWrite.map { [run, readers, context, redactor] in
            try RunDelivery(
                $0, drain: remoteWriteDrain, directory: options.out, run: run, readers: readers,
                context: context, redactor: redactor)
        }
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

    /// Runs the plan and writes the summary. Returns the exit code.
    func run() async throws -> Int32 {
        let progress = Task { [run, readers, quiet = options.quiet] in
            await ProgressTicker(run: run, readers: readers, quiet: quiet).runUntilCancelled()
        }
        let end = try await run.run { [readers] in readers.consume($0) }
        progress.cancel()
        await progress.value
        let outcome = RunOutcome(
            end.stopReason == nil ? .completed : end.stoppedByRule ? .stopped : .interrupted,
            reason: end.stopReason, duration: end.duration,
            endedUnixNanoseconds: run.clock.wallOrigin + end.duration, lostRecords: UInt64(end.discardedRecords))
        let recordsFailure = readers.finishFile(outcome)
        if let recordsFailure { StandardError.write("sml-loadgen: \(recordsFailure)\n") }
        let code = await deliverAndReport(outcome)
        // Records that were asked for and are not there are no success.
        return code == 0 && recordsFailure != nil ? OutputError.exitCode : code
    }

    private func deliverAndReport(_ outcome: RunOutcome) async -> Int32 {
        guard let delivery else { return report(summary(outcome, remoteWrite: nil), outcome: outcome) }
        // Delivery may take a minute; a process killed meanwhile leaves a summary all the same.
        try? summary(outcome, remoteWrite: delivery.provisionalSection()).write(to: summaryPath)
        let delivered = await delivery.finish()
        let code = report(summary(outcome, remoteWrite: delivered.section), outcome: outcome)
        return code == 0 && options.requireRemoteWrite && !delivered.isComplete ? 3 : code
    }

    private func summary(_ outcome: RunOutcome, remoteWrite: JSON?) -> Summary {
        SummaryBuilder.build(
            statistics: readers.statistics, context: context, outcome: outcome, redactor: redactor,
            remoteWrite: remoteWrite)
    }

    /// Writes the summary, to stdout when its file cannot be: a measurement is never lost.
    private func report(_ summary: Summary, outcome: RunOutcome) -> Int32 {
        do {
            try summary.write(to: summaryPath)
        } catch {
            StandardError.write("sml-loadgen: \(error); the summary follows on stdout\n")
            StandardOutput.write(String(decoding: summary.jsonData(), as: UTF8.self))
            return OutputError.exitCode
        }
        if !options.quiet {
            StandardOutput.write(summary.textBlock(color: color && StandardOutput.isTerminal))
            StandardError.write("summary: \(summaryPath)\n")
        }
        return switch outcome.kind {
        case .completed: 0
        case .interrupted: 105
        // As k6 when a threshold with abortOnFail ends the test.
        case .stopped: 99
        }
    }

    /// Starts nothing any more and ends what is in flight, after the drain or at once; shortens the wait for the
    /// receiver of the series, or ends it.
    func stop(reason: String, atOnce: Bool) {
        delivery?.signalled()
        run.stop(reason: reason, drain: atOnce ? .zero : drain)
    }
}
