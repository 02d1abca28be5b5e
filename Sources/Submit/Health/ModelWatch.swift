// Everything there is to see of a launched model, in one look: its job, its log, its own report on its replicas, and
// the server that will be tested.

public struct ModelWatch: Sendable {
    let id: JobID
    private let launcher: any Launcher
    private let probe: HealthProbe
    private let report: String
    private var log: LogReader

    /// - Parameters:
    ///   - log: followed while the model loads.
    ///   - report: written by the job about its replicas; may never appear.
    public init(id: JobID, launcher: any Launcher, log: String, report: String, probe: HealthProbe) {
        self.id = id
        self.launcher = launcher
        self.probe = probe
        self.report = report
        self.log = LogReader(launcher: launcher, path: log)
    }

    mutating func look() async throws -> ModelLook {
        let state = try await launcher.state(of: id)
        var look = ModelLook(job: state)
        switch state {
        case .pending: look.expectedStart = try await launcher.expectedStart(of: id)
        case .running:
            look.log = try await log.newLines(untilEnd: false)
            look.replicas = try await launcher.read(report, from: 0, limit: 64 << 10).flatMap(ReplicaReport.init(json:))?.shown
            look.health = try await probe()
        case .ending, .ended, .unknown: break
        }
        return look
    }
}
