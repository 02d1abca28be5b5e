// What a run has left on the cluster, brought home in the order in which it is wanted: the summary, the removal of the
// secrets it was given, the records.

import Base

extension ClusterRun {
    package enum Fetched: Sendable, Equatable {
        case here
        case none
        /// It may exist.
        case failed(String)
    }

    /// The files a run has left, in bytes; nil where the cluster does not tell.
    package typealias Listing = [String: UInt64]

    package struct Records: Sendable, Equatable {
        /// Files on this machine, in the order of the tasks.
        package var files: [String] = []
        /// Why something that may exist was not fetched.
        package var problems: [String] = []
    }

    /// Fetches the summary, however the run ended.
    ///
    /// - Throws: `CancellationError` only.
    package func summary(of record: JobRecord, after end: JobEnd) async throws -> Fetched {
        try await file(StagedJob.summary, to: record.summary, of: record, after: end)
    }

    /// Fetches what a search for a capacity came to, which is there after its first probe.
    ///
    /// - Throws: `CancellationError` only.
    package func capacity(of record: JobRecord, after end: JobEnd) async throws -> Fetched {
        try await file(CapacityFile.result, to: record.combined, of: record, after: end)
    }

    private func file(_ name: String, to local: String, of record: JobRecord, after end: JobEnd) async throws -> Fetched {
        var found = try await fetch(name, to: local, record)
        for pause in Self.patience(after: end) where found == .none {
            try await clock.sleep(pause)
            found = try await fetch(name, to: local, record)
        }
        return found
    }

    /// How long to look for a summary that is not there. After a good end it is, even if a network file system shows it
    /// half a minute late. After a bad one it may be: what is left of a job on several nodes ends some seconds after
    /// SLURM has given it up (2 s measured after a lost node). A job that never began has none.
    private static func patience(after end: JobEnd) -> [Duration] {
        switch end.outcome {
        case .completed: Array(repeating: .seconds(5), count: 6)
        case .cancelled where end.elapsed == .zero: []
        default: Array(repeating: .seconds(2), count: 5)
        }
    }

    /// What lies in the run's directory.
    package func listing(of record: JobRecord) async throws -> Listing? {
        do { return try await launcher.list(record.runDirectory) } catch {
            try Task.checkCancellation()
            return nil
        }
    }

    /// Fetches the records that `listing` has.
    ///
    /// - Throws: `CancellationError` only.
    package func records(of record: JobRecord, listing: Listing?) async throws -> Records {
        var results = Records()
        for (name, local) in zip(
            StagedJob.records(nodes: record.nodes), StagedJob.records(record.records, nodes: record.nodes))
        where listing == nil || listing?[name] != nil {
            switch try await fetch(name, to: local, record, size: listing?[name]) {
            case .here: results.files.append(local)
            case .none: break
            case .failed(let reason): results.problems.append(reason)
            }
        }
        return results
    }

    private func fetch(_ name: String, to local: String, _ record: JobRecord, size: UInt64? = nil) async throws -> Fetched {
        let path = "\(record.runDirectory)/\(name)"
        do {
            return try await launcher.fetch(path, to: local, size: size) ? .here : .none
        } catch {
            try Task.checkCancellation()
            return .failed("\(path): not fetched: \(error)")
        }
    }

    /// Removes what may hold a key and, as far as `listing` tells, is there. Returns what may still be there.
    package func removeSecrets(_ record: SubmissionRecord, listing: Listing? = nil) async -> [String] {
        var problems: [String] = []
        for name in [StagedJob.configuration, StagedJob.environment] where listing == nil || listing?[name] != nil {
            do {
                try await launcher.remove("\(record.runDirectory)/\(name)")
            } catch {
                problems.append("\(record.runDirectory)/\(name): not removed, and it may hold a key: \(error)")
            }
        }
        return problems
    }
}
