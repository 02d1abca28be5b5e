// What of a run may be removed from the cluster: its directory, once all it measured is at home and nothing of it waits or
// runs. Records are megabytes, and on a cluster home directories are small.

import Base

package struct StagedRunCleaning: Sendable {
    package enum Verdict: Sendable, Equatable {
        /// In bytes, what is known to lie there.
        case removable(UInt64)
        /// With the reason.
        case kept(String)
        /// It is not there any more.
        case gone
    }

    private let launcher: any Launcher

    package init(launcher: any Launcher) { self.launcher = launcher }

    package func look(at record: JobRecord) async -> Verdict {
        do throws(LauncherError) {
            return try await verdict(record)
        } catch {
            return .kept("\(error)")
        }
    }

    private func verdict(_ record: JobRecord) async throws(LauncherError) -> Verdict {
        let directory = record.runDirectory
        // Nothing but what a run was given by us.
        guard record.runLabel.hasPrefix("loadtest_"), directory.hasSuffix("/\(record.runLabel)") else {
            return .kept("is no run's directory")
        }
        guard try await launcher.size(of: directory) != nil else { return .gone }
        switch try await launcher.state(of: record.jobID) {
        case .unknown, .ended: break
        case let state: return .kept("job \(record.jobID) is \(state.name)")
        }
        var bytes: UInt64 = 0
        for run in record.runs {
            switch try await verdict(onRun: run, of: record) {
            case .removable(let size): bytes += size
            case .kept(let reason): return .kept(reason)
            case .gone: continue
            }
        }
        return .removable(bytes)
    }

    /// Of one run of the job's plan; one of several that was not begun is gone.
    private func verdict(onRun run: JobRecord, of record: JobRecord) async throws(LauncherError) -> Verdict {
        let directory = run.runDirectory
        if directory != record.runDirectory, try await launcher.size(of: directory) == nil { return .gone }
        guard let summary = FileLook.size(run.summary) else {
            return .kept("its summary is not here; 'sml loadtest attach \(record.jobID)' fetches it")
        }
        var bytes = summary
        for (name, local) in zip(StagedJob.records(nodes: run.nodes), StagedJob.records(run.records, nodes: run.nodes)) {
            guard let size = try await launcher.size(of: "\(directory)/\(name)") else { continue }
            guard FileLook.size(local) == size else {
                return .kept("\(name) is not here as a whole; 'sml loadtest attach \(record.jobID)' fetches it")
            }
            bytes += size
        }
        for name in StagedJob.undelivered(nodes: record.nodes) where try await launcher.size(of: "\(directory)/\(name)") != nil {
            return .kept("holds series that were not delivered, in \(name)")
        }
        return .removable(bytes)
    }

    package func remove(_ record: JobRecord) async throws(LauncherError) { try await launcher.removeDirectory(record.runDirectory) }
}
