// Everything there is to see of a launched model, in one look: its job, its log, its own report on its replicas, and
// the server that will be tested.

import Base
import Health

package struct ModelWatch: Sendable {
    /// What the job's own report on its replicas says.
    package struct Replicas: Sendable {
        /// For people: `1 of 2 replicas healthy`.
        package var shown: String
        package var areHealthy: Bool

        package init(shown: String, areHealthy: Bool) {
            self.shown = shown
            self.areHealthy = areHealthy
        }
    }

    /// How the model's health is found out.
    package enum Health: Sendable {
        /// By asking the server that will be tested.
        case probe(HealthProbe)
        /// The same from a machine that may not reach the server: then what the job says of itself counts.
        case probeFromAfar(HealthProbe)
        /// By asking the job's own server, whose URL the job writes into a file.
        case probeAt(file: String, @Sendable (_ url: String) -> HealthProbe)
        /// By what the job says of itself: its server cannot be reached from here.
        case report
    }

    let id: JobID
    private let launcher: any Launcher
    private var health: Health
    private let report: String
    private let read: @Sendable ([UInt8]) -> Replicas?
    private var logs: [LogReader]

    /// - Parameters:
    ///   - logs: followed while the model loads: frameworks write to one or the other.
    ///   - report: written by the job about its replicas, for `read`; may never appear.
    package init(
        id: JobID, launcher: any Launcher, logs: [String], report: String, read: @escaping @Sendable ([UInt8]) -> Replicas?,
        health: Health
    ) {
        self.id = id
        self.launcher = launcher
        self.health = health
        self.report = report
        self.read = read
        self.logs = logs.map { LogReader(launcher: launcher, path: $0) }
    }

    /// The job's state decides; what cannot be read beside it is left out of this look.
    mutating func look() async throws -> ModelLook {
        let state = try await launcher.state(of: id)
        var look = ModelLook(job: state)
        switch state {
        case .pending: look.expectedStart = try? await launcher.expectedStart(of: id)
        case .running:
            for index in logs.indices { look.log += (try? await logs[index].newLines(untilEnd: false)) ?? "" }
            let replicas = (try? await launcher.read(report, from: 0, limit: 64 << 10)).flatMap(read)
            look.replicas = replicas?.shown
            look.health = try await health(replicas)
        case .ending, .ended, .unknown: break
        }
        return look
    }

    private mutating func health(_ replicas: Replicas?) async throws -> ModelHealth? {
        switch health {
        case .probe(let probe): return try await probe()
        case .probeFromAfar(let probe):
            let found = try await probe()
            if case .unreachable = found { return replicas?.areHealthy == true ? .healthy : found }
            return found
        case .probeAt(let file, let make):
            guard let bytes = try? await launcher.read(file, from: 0, limit: 4 << 10) else { return nil }
            let probe = make(OneLine.first(of: String(decoding: bytes, as: UTF8.self), limit: 2000))
            health = .probe(probe)
            return try await probe()
        case .report: return replicas?.areHealthy == true ? .healthy : nil
        }
    }
}
