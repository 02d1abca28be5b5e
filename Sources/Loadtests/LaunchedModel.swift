// A model whose job we have submitted. Whatever happens from then on, either its job is cancelled, if that was asked
// for, or the user is told that it goes on and how to reach it; no job of anybody else's is ever touched.

import Base
import Models
import Submit

struct LaunchedModel: Sendable {
    let launch: ModelLaunch
    /// Of a comparison.
    let arm: String?
    let test: PreparedLoadtest
    let place: OpenedCluster
    let id: JobID
    let logs: ModelLogs

    /// How long the answer to a submission, and a cancellation, may take after a signal.
    private static let answering = Duration.milliseconds(1200)
    private static let cancelling = Duration.milliseconds(600)

    /// Submits the model's job. Nil when a signal came first and it is not known whether there is one, which is said.
    ///
    /// - Parameter before: what goes on of jobs submitted before, should the command be ended here.
    static func submit(
        _ launch: ModelLaunch, arm: String?, test: PreparedLoadtest, place: OpenedCluster, interrupts: Interrupts, after before: [String]
    ) async throws -> LaunchedModel? {
        let directory = "\(place.user.home)/.sml"
        let maybe = "sml: interrupted; the model's job may be queued as \(launch.jobName); 'squeue --me' on the cluster shows it"
        do {
            // From here on a signal ends nothing in the middle of a submission: its answer is waited for a moment.
            let id = try await interrupts.cancelling(leaving: ([maybe] + before).joined(separator: "\n")) {
                try await submit(launch, directory: directory, to: place.launcher)
            }
            return LaunchedModel(
                launch: launch, arm: arm, test: test, place: place, id: id, logs: ModelLogs(jobDirectory: directory, id: id))
        } catch is CancellationError {
            say(maybe)
            return nil
        }
    }

    private static func submit(_ launch: ModelLaunch, directory: String, to launcher: any Launcher) async throws -> JobID {
        let submission = launch.submission(directory: directory)
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

    private init(launch: ModelLaunch, arm: String?, test: PreparedLoadtest, place: OpenedCluster, id: JobID, logs: ModelLogs) {
        self.launch = launch
        self.arm = arm
        self.test = test
        self.place = place
        self.id = id
        self.logs = logs
    }

    /// As texts call it.
    private var name: String { "model job \(id)" + (arm.map { " (arm \($0))" } ?? "") }

    /// SML's lines, and a file with the same for whoever comes later.
    func tell() throws {
        if let arm { say("Arm \(arm):") }
        say("Job submitted: \(id)\nServed model name: \(launch.servedName)\nLogs: \(logs.directory)")
        try ModelRecord(
            jobID: id, jobName: launch.jobName, servedModelName: launch.servedName.description,
            launcher: test.file.launcher.rawValue, system: place.system, logs: logs.directory
        ).write(results: ResultDirectory.root(environment: test.environment))
    }

    // MARK: Waiting

    /// Until it is healthy: nil, or how its job ended before.
    func wait(_ display: any WaitDisplay) async throws -> JobEnd? {
        let watch = ModelWatch(
            id: id, launcher: place.launcher, logs: [logs.replica(0).output, logs.replica(0).errors],
            report: logs.health,
            read: { bytes in
                ReplicaHealthReport(json: bytes).map { .init(shown: $0.description, areHealthy: $0.isHealthy) }
            }, health: health)
        do {
            return try await ModelReadiness.wait(watching: watch, timeout: test.request.readyTimeout, display: display)
        } catch let error as SubmitError {
            throw arm.map { error.about("arm \($0)") } ?? error
        }
    }

    private var health: ModelWatch.Health {
        let name = launch.servedName.description
        let test = test
        let isNear = test.file.launcher == .slurm
        guard test.isTestedDirectly(launch) else {
            return isNear ? .probe(test.healthProbe(name)) : .probeFromAfar(test.healthProbe(name))
        }
        return isNear ? .probeAt(file: logs.endpoint) { test.healthProbe(name, at: $0) } : .report
    }

    /// Between looks at a model that is healthy while another is waited for.
    private static let look = Duration.seconds(10)

    /// How its job ended, once it has; what cannot be seen for a moment is no end.
    func untilEnd() async throws -> JobEnd {
        while true {
            try await Task.sleep(for: Self.look)
            if case .ended(let end)? = try? await place.launcher.state(of: id) { return end }
        }
    }

    func target() async throws -> PreparedLoadtest.Target {
        var target = PreparedLoadtest.Target(serverURL: nil, model: launch.servedName.description, size: launch.size)
        guard test.isTestedDirectly(launch) else { return target }
        guard let bytes = try await place.launcher.read(logs.endpoint, from: 0, limit: 4 << 10) else {
            throw SubmitError.notReady("\(logs.endpoint): is missing, though the model is healthy")
        }
        target.serverURL = String(decoding: bytes, as: UTF8.self).trimmingBlanksAndNewlines
        return target
    }

    /// How the job ended, after its last lines: those of its errors, which name the step that ended and have its last
    /// words, or, where it was not the job that noticed, of every log.
    func explain(_ end: JobEnd) async {
        if await !show(logs.errors) {
            for replica in 0..<launch.topology.replicas {
                let files = logs.replica(replica)
                _ = await (show(files.output), show(files.errors))
            }
        }
        say("sml: \(name) \(end.sentence) before the model was healthy")
    }

    /// False when there is nothing in it.
    private func show(_ log: String) async -> Bool {
        guard let bytes = try? await place.launcher.read(log, from: nil, limit: 64 << 10), !bytes.isEmpty else { return false }
        say("\(log):\n" + LogTail.lines(of: String(decoding: bytes, as: UTF8.self)).map { "  \($0)" }.joined(separator: "\n"))
        return true
    }

    func warnIfEnded() async {
        guard case .ended(let end)? = try? await place.launcher.state(of: id) else { return }
        say("sml: warning: \(name) \(end.sentence) during the load test; its logs are in \(logs.directory)")
    }

    // MARK: Ending

    var goesOn: String { "\(name) goes on, as \(launch.servedName)\n\(hint)" }

    private var hint: String { "  cancel it:         sml loadtest cancel \(id)" }

    /// False when the job should have been cancelled and was not.
    func end(cancelling: Bool) async -> Bool {
        if case .ended? = try? await place.launcher.state(of: id) { return true }
        guard cancelling else {
            say(goesOn)
            return true
        }
        say("Cancelling job after loadtest: \(id)")
        do {
            try await place.launcher.cancel(id)
            return true
        } catch {
            say("sml: \(name): not cancelled: \(error)\n\(hint)")
            return false
        }
    }

    /// The same after a signal, when there is little time left for it.
    func endAtOnce(cancelling: Bool) async -> Bool {
        guard cancelling else {
            say(goesOn)
            return true
        }
        let (launcher, id) = (place.launcher, id)
        say("Cancelling job after loadtest: \(id)")
        let cancelled = await TimeLimit.finishing(within: Self.cancelling, isBounded: true) { (try? await launcher.cancel(id)) != nil }
        if !cancelled.value { say("sml: \(name): not cancelled\n\(goesOn)") }
        return cancelled.value
    }
}

extension PreparedLoadtest {
    /// Without OpenTela nobody but the job knows where the model is.
    func isTestedDirectly(_ launch: ModelLaunch) -> Bool { launch.openTela == nil && !request.isServerChosen }
}

extension SubmitError {
    /// The same, of one of two waits.
    fileprivate func about(_ what: String) -> SubmitError {
        switch self {
        case .notReady(let reason): .notReady("\(what): \(reason)")
        case .refused(let reason): .refused("\(what): \(reason)")
        case .notServed(let reason): .notServed("\(what): \(reason)")
        default: self
        }
    }
}
