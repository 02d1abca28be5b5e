// A model whose job we have submitted. Whatever happens from then on, either its job is cancelled, if that was asked
// for, or the user is told that it goes on and how to reach it; no job of anybody else's is ever touched.

import Base
import Models
import Submit

struct LaunchedModel {
    let launch: ModelLaunch
    let test: PreparedLoadtest
    let place: OpenedCluster
    let id: JobID
    let logs: ModelLogs
    private let cancelsAfter: Bool

    /// The model's job ended before the model was healthy.
    static let endedCode: Int32 = 118

    /// Submits the model's job, runs `body` and ends what is to be ended, also when `body` fails.
    static func with(
        _ launch: ModelLaunch, cancelsAfter: Bool, test: PreparedLoadtest, place: OpenedCluster,
        _ body: (LaunchedModel, Interrupts) async throws -> Int32
    ) async throws -> Int32 {
        // From here on a signal ends nothing in the middle of a submission: its answer is waited for a moment.
        let interrupts = Interrupts()
        let directory = "\(place.user.home)/.sml"
        guard let id = try await submit(launch, directory: directory, to: place.launcher, interrupts) else {
            return JobOutcome.Code.detached
        }
        let model = LaunchedModel(
            launch: launch, test: test, place: place, id: id, logs: ModelLogs(jobDirectory: directory, id: id),
            cancelsAfter: cancelsAfter)
        let code: Int32
        do {
            try model.tell()
            // A signal that came while it was submitted is one now.
            code = interrupts.isEnding ? JobOutcome.Code.detached : try await body(model, interrupts)
        } catch {
            _ = await model.end(interrupts)
            throw error
        }
        let isEnded = await model.end(interrupts)
        return code == 0 && !isEnded ? 69 : code
    }

    /// How long the answer to a submission, and a cancellation, may take after a signal.
    private static let answering = Duration.milliseconds(1200)
    private static let cancelling = Duration.milliseconds(600)

    /// The job's number; nil when a signal came first and it is not known whether there is one, which is said.
    private static func submit(
        _ launch: ModelLaunch, directory: String, to launcher: any Launcher, _ interrupts: Interrupts
    ) async throws -> JobID? {
        let maybe = "sml: interrupted; the model's job may be queued as \(launch.jobName); 'squeue --me' on the cluster shows it"
        let submission = launch.submission(directory: directory)
        do {
            return try await interrupts.cancelling(leaving: maybe) {
                do { try await launcher.makeDirectory("\(directory)/logs") } catch {
                    try Task.checkCancellation()
                    throw error
                }
                try Task.checkCancellation()
                let sent = await TimeLimit.finishing(within: answering) { () async -> Result<JobID, LauncherError> in
                    do throws(LauncherError) { return .success(try await launcher.submit(submission)) } catch { return .failure(error) }
                }
                if case .failure = sent.value, !sent.isWhole { throw CancellationError() }
                return try sent.value.get()
            }
        } catch is CancellationError {
            say(maybe)
            return nil
        }
    }

    private init(
        launch: ModelLaunch, test: PreparedLoadtest, place: OpenedCluster, id: JobID, logs: ModelLogs, cancelsAfter: Bool
    ) {
        self.launch = launch
        self.test = test
        self.place = place
        self.id = id
        self.logs = logs
        self.cancelsAfter = cancelsAfter
    }

    /// SML's lines, and a file with the same for whoever comes later.
    private func tell() throws {
        say("Job submitted: \(id)\nServed model name: \(launch.servedName)\nLogs: \(logs.directory)")
        try ModelRecord(
            jobID: id, jobName: launch.jobName, servedModelName: launch.servedName.description,
            launcher: test.file.launcher.rawValue, system: place.system, logs: logs.directory
        ).write(results: ResultDirectory.root(environment: test.environment))
    }

    /// Waits for the model, then tests it; returns the exit code.
    func loadtest(_ interrupts: Interrupts) async throws -> Int32 {
        if test.request.waitsUntilHealthy {
            do {
                if let end = try await interrupts.cancelling({ try await wait() }) {
                    await explain(end)
                    return Self.endedCode
                }
            } catch is CancellationError {
                say("sml: interrupted; no load test was submitted")
                return JobOutcome.Code.detached
            }
        }
        let aimed = try await aimed()
        // What the job's report says proves nothing about the way to it.
        let serverWait = test.file.launcher == .firecrest && test.request.waitsUntilHealthy ? aimed.plannedWaitOfFarModel : nil
        let code = try await aimed.job(at: place, waitingForServer: serverWait).carryOut(
            runID: id.description, cancelOnInterrupt: cancelsAfter || test.request.cancelsOnInterrupt, interrupts: interrupts)
        await warnIfEnded()
        return code
    }

    /// Without OpenTela nobody but the job knows where the model is.
    private var isTestedDirectly: Bool { launch.openTela == nil && !test.request.isServerChosen }

    private func wait() async throws -> JobEnd? {
        let name = launch.servedName.description
        let test = test
        let isNear = test.file.launcher == .slurm
        let health: ModelWatch.Health =
            !isTestedDirectly
            ? isNear ? .probe(test.healthProbe(name)) : .probeFromAfar(test.healthProbe(name))
            : isNear ? .probeAt(file: logs.endpoint) { test.healthProbe(name, at: $0) } : .report
        let watch = ModelWatch(
            id: id, launcher: place.launcher, logs: [logs.replica(0).output, logs.replica(0).errors],
            report: logs.health,
            read: { bytes in
                ReplicaHealthReport(json: bytes).map { .init(shown: $0.description, areHealthy: $0.isHealthy) }
            }, health: health)
        return try await ModelReadiness.wait(
            watching: watch, timeout: test.request.readyTimeout, display: TerminalDisplay())
    }

    private func aimed() async throws -> PreparedLoadtest {
        guard isTestedDirectly else { return test }
        guard let bytes = try await place.launcher.read(logs.endpoint, from: 0, limit: 4 << 10) else {
            throw SubmitError.notReady("\(logs.endpoint): is missing, though the model is healthy")
        }
        let url = String(decoding: bytes, as: UTF8.self).trimmingBlanksAndNewlines
        return try test.aimed(at: url, model: launch.servedName.description)
    }

    /// How the job ended, after its last lines: those of its errors, which name the step that ended and have its last
    /// words, or, where it was not the job that noticed, of every log.
    private func explain(_ end: JobEnd) async {
        if await !show(logs.errors) {
            for replica in 0..<launch.topology.replicas {
                let files = logs.replica(replica)
                _ = await (show(files.output), show(files.errors))
            }
        }
        say("sml: model job \(id) \(end.sentence) before the model was healthy")
    }

    /// False when there is nothing in it.
    private func show(_ log: String) async -> Bool {
        guard let bytes = try? await place.launcher.read(log, from: nil, limit: 64 << 10), !bytes.isEmpty else { return false }
        say("\(log):\n" + LogTail.lines(of: String(decoding: bytes, as: UTF8.self)).map { "  \($0)" }.joined(separator: "\n"))
        return true
    }

    private func warnIfEnded() async {
        guard case .ended(let end)? = try? await place.launcher.state(of: id) else { return }
        say("sml: warning: model job \(id) \(end.sentence) during the load test; its logs are in \(logs.directory)")
    }

    /// False when the job should have been cancelled and was not. After a signal there is little time left for it.
    private func end(_ interrupts: Interrupts) async -> Bool {
        let goesOn = "model job \(id) goes on, as \(launch.servedName)\n  cancel it:         sml loadtest cancel \(id)"
        guard interrupts.isEnding else { return await end(telling: goesOn) }
        guard cancelsAfter else {
            say(goesOn)
            return true
        }
        let (launcher, id) = (place.launcher, id)
        say("Cancelling job after loadtest: \(id)")
        let cancelled = await TimeLimit.finishing(within: Self.cancelling, isBounded: true) { (try? await launcher.cancel(id)) != nil }
        if !cancelled.value { say("sml: model job \(id): not cancelled\n\(goesOn)") }
        return cancelled.value
    }

    private func end(telling goesOn: String) async -> Bool {
        if case .ended? = try? await place.launcher.state(of: id) { return true }
        guard cancelsAfter else {
            say(goesOn)
            return true
        }
        say("Cancelling job after loadtest: \(id)")
        do {
            try await place.launcher.cancel(id)
            return true
        } catch {
            say("sml: model job \(id): not cancelled: \(error)\n  cancel it:         sml loadtest cancel \(id)")
            return false
        }
    }
}
