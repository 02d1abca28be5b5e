// FirecREST as one of the two ways to a cluster.

import Synchronization

/// The launcher of a laptop.
package struct FirecRESTLauncher: Launcher {
    private let cluster: FirecRESTCluster
    private let directories = KnownDirectories()
    private let settlingJobs = SettlingJobs()

    package var name: String { cluster.system.name }

    /// - Parameters:
    ///   - system: nil is an error that lists the known ones.
    ///   - account: nil for the user's own.
    /// - Throws: ``SubmitError/usage(_:)`` for a system that does not exist; ``FirecRESTError``.
    package init(_ connection: FirecRESTConnection, system: String?, account: String?) async throws {
        self.init(cluster: try await FirecRESTCluster.open(connection.client, system: system, account: account))
    }

    init(cluster: FirecRESTCluster) { self.cluster = cluster }

    package func systems() async throws(LauncherError) -> [String] { cluster.systems }

    package func partitions() async throws(LauncherError) -> [Partition] {
        try await told {
            try await cluster.client.read(.partitions(name), FirecRESTPartitions.list).map { Partition(name: $0) }
        }
    }

    package func user() async throws(LauncherError) -> ClusterUser {
        let runs = cluster.directory
        return ClusterUser(
            name: cluster.user.name, defaultAccount: cluster.user.group, home: String(runs.dropLast("/.sml".count)), runs: runs)
    }

    package func makeDirectory(_ path: String) async throws(LauncherError) {
        try await told(path) {
            try await cluster.makeDirectory(path)
            directories.note(path, isPrivate: false)
        }
    }

    /// With a file for its owner only, the directory becomes the owner's too: the server creates files with 0644, so
    /// nobody else may look into it before.
    package func write(_ bytes: [UInt8], to path: String, mode: FileMode) async throws(LauncherError) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let (directory, name) = (String(path[..<slash]), String(path[slash...].dropFirst()))
        try await told(path) {
            if mode == .ownerOnly { try await makePrivate(directory) }
            try await cluster.write(bytes, directory: directory, name: name, isSecret: mode == .ownerOnly)
        }
    }

    private func makePrivate(_ directory: String) async throws {
        let isPrivate = directories.isPrivate(directory)
        if isPrivate == true { return }
        if isPrivate == nil { try await cluster.makeDirectory(directory) }
        try await cluster.makePrivate(directory)
        directories.note(directory, isPrivate: true)
    }

    package func size(of path: String) async throws(LauncherError) -> UInt64? {
        try await told(path) { try await cluster.size(path).map { UInt64($0) } }
    }

    package func read(_ path: String, from offset: UInt64?, limit: Int) async throws(LauncherError) -> [UInt8]? {
        try await told(path) { try await cluster.bytes(path, from: offset.map { Int($0) }, limit: limit) }
    }

    package func fetch(_ path: String, to localPath: String, size: UInt64?) async throws(LauncherError) -> Bool {
        try await told(path) {
            try await cluster.fetch(path, to: localPath, isLarge: path.hasSuffix(".smlrec"), size: size.map { Int($0) })
        }
    }

    package func list(_ directory: String) async throws(LauncherError) -> [String: UInt64]? {
        try await told(directory) { try await cluster.list(directory)?.mapValues { UInt64($0) } }
    }

    package func reaches(_ path: String) -> Bool { cluster.system.reaches(path) }

    package func remove(_ path: String) async throws(LauncherError) {
        try await told(path) { try await cluster.remove(path) }
    }

    /// The server removes directories with what is in them.
    package func removeDirectory(_ path: String) async throws(LauncherError) {
        try await told(path) { try await cluster.remove(path) }
    }

    package func submit(_ job: JobSubmission) async throws(LauncherError) -> JobID {
        try await told(job.directory) {
            let text = try await cluster.submit(
                script: job.script, name: job.name, workingDirectory: job.directory, account: job.account)
            guard let id = JobID(text) else {
                throw FirecRESTError.unexpected(call: "submit", reason: "\"\(text)\" is not a job number")
            }
            // Only a job that waits a moment gets it in time: the number is not known earlier. The job is there in any
            // case.
            if !cluster.system.makesLogDirectories {
                try? await cluster.makeDirectory("\(job.directory)/\(job.logDirectory.replacing("%j", with: text))")
            }
            return id
        }
    }

    package func state(of job: JobID) async throws(LauncherError) -> JobState {
        // Whether one that is not known is not known yet, or no more, is decided above.
        try await told { try await cluster.job(job.description).map { settlingJobs.state(of: $0) } ?? .unknown }
    }

    package func job(named name: String) async throws(LauncherError) -> JobID? {
        try await told { try await cluster.find(name).flatMap { JobID($0) } }
    }

    @discardableResult package func cancel(_ job: JobID) async throws(LauncherError) -> Cancellation {
        try await told { try await cluster.cancel(job.description) }
    }

    /// Runs `body` with every error as the protocol has it: what a repetition would not mend is a refusal.
    ///
    /// - Parameter path: put between apostrophes by the server, for a shell.
    private func told<Value>(_ path: String = "", _ body: () async throws -> Value) async throws(LauncherError) -> Value {
        guard !path.contains("'") else { throw .refused("\(path): FirecREST takes no path with an apostrophe") }
        do {
            return try await body()
        } catch let error as FirecRESTError {
            switch error {
            case _ where error.isOutage: throw .unreachable(error.description)
            case .doubtful: throw .doubtful(error.description)
            // Not 403: that is a file of somebody else's, or a limit of an account.
            case .tokenRefused, .status(_, 401, _): throw .unauthorized(error.description)
            default: throw .refused(error.description)
            }
        } catch {
            throw .refused("\(error)")
        }
    }
}

/// What has been made on the cluster already, so that a second file in a directory costs no calls for it.
private final class KnownDirectories: Sendable {
    private let known = Mutex<[String: Bool]>([:])

    /// Nil for one that may not exist.
    func isPrivate(_ path: String) -> Bool? { known.withLock { $0[path] } }
    func note(_ path: String, isPrivate: Bool) { known.withLock { $0[path, default: false] = $0[path] == true || isPrivate } }
}
