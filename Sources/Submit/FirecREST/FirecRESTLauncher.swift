// FirecREST as one of the two ways to a cluster.

/// The launcher of a laptop.
public struct FirecRESTLauncher: Launcher {
    private let cluster: FirecRESTCluster
    private let known: [String]

    public var name: String { cluster.system.name }
    /// sacct says CANCELLED while the processes still run, up to SLURM's KillWait.
    public let settling = Duration.seconds(30)

    /// - Parameter system: nil is an error that lists the known ones.
    /// - Throws: ``SubmitError/usage(_:)`` for a system that does not exist; ``FirecRESTError``.
    public init(_ connection: FirecRESTConnection, system: String?) async throws {
        let systems = try await connection.client.read(.systems, FirecRESTSystem.list)
        known = systems.map(\.name)
        let chosen = try FirecRESTCluster.choose(
            system, among: known, option: "--firecrest-system", variable: "SML_SYSTEM")
        let user = try await connection.client.read(.userInfo(chosen), FirecRESTUser.init)
        guard let found = systems.first(where: { $0.name == chosen }) else {
            throw SubmitError.usage("--firecrest-system: \"\(chosen)\" does not exist")
        }
        cluster = FirecRESTCluster(
            client: connection.client, system: found, user: user.name, account: user.group, pace: FirecRESTPace())
    }

    init(cluster: FirecRESTCluster) {
        self.cluster = cluster
        known = [cluster.system.name]
    }

    public func systems() async throws(LauncherError) -> [String] { known }

    public func partitions() async throws(LauncherError) -> [Partition] {
        try await told {
            try await cluster.client.read(.partitions(name), FirecRESTPartitions.list).map { Partition(name: $0) }
        }
    }

    public func user() async throws(LauncherError) -> ClusterUser {
        let runs = cluster.directory
        return ClusterUser(
            name: cluster.user, defaultAccount: cluster.account, home: String(runs.dropLast("/.sml".count)), runs: runs)
    }

    public func makeDirectory(_ path: String) async throws(LauncherError) {
        try await told { try await cluster.makeDirectory(path) }
    }

    public func write(_ bytes: [UInt8], to path: String, mode: FileMode) async throws(LauncherError) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let (directory, name) = (String(path[..<slash]), String(path[slash...].dropFirst()))
        try await told {
            // The server creates files with 0644, so nobody else may look into the directory before.
            if mode == .ownerOnly { try await cluster.makeDirectory(directory, isPrivate: true) }
            try await cluster.write(bytes, directory: directory, name: name, isSecret: mode == .ownerOnly)
        }
    }

    public func size(of path: String) async throws(LauncherError) -> UInt64? {
        try await told { try await cluster.size(path).map { UInt64($0) } }
    }

    public func read(_ path: String, from offset: UInt64?, limit: Int) async throws(LauncherError) -> [UInt8]? {
        try await told {
            guard let size = try await cluster.size(path) else { return nil }
            let start = offset.map { Int($0) } ?? max(0, size - limit)
            let count = min(limit, size - start, cluster.system.operationLimit)
            guard count > 0 else { return [] }
            let call = FirecRESTCall.view(name, path, offset: start, size: count)
            return Array(try await cluster.client.read(call, FirecRESTFile.content).utf8)
        }
    }

    public func fetch(_ path: String, to localPath: String) async throws(LauncherError) -> Bool {
        try await told { try await cluster.fetch(path, to: localPath, isLarge: path.hasSuffix(".smlrec")) }
    }

    public func remove(_ path: String) async throws(LauncherError) {
        try await told { try await cluster.remove(path) }
    }

    public func submit(_ job: JobSubmission) async throws(LauncherError) -> JobID {
        try await told {
            let text = try await cluster.submit(
                script: job.script, name: job.name, workingDirectory: job.directory, account: job.account)
            guard let id = JobID(text) else {
                throw FirecRESTError.unexpected(call: "submit", reason: "\"\(text)\" is not a job number")
            }
            // Only SLURM before 23.02 needs it, and only a job that waits a moment gets it in time: the number is not
            // known earlier. The job is there in any case.
            let logs = job.logDirectory.replacing("%j", with: text)
            try? await cluster.makeDirectory("\(job.directory)/\(logs)")
            return id
        }
    }

    public func state(of job: JobID) async throws(LauncherError) -> JobState {
        try await told {
            // A 404 shortly after submission means "not known yet"; how long that may be is decided above.
            guard let found = try await cluster.job(job.description, age: .zero) else { return .unknown }
            return JobState(
                slurm: found.state, reason: found.reason, exitCode: "\(found.exitCode ?? 0):\(found.signal ?? 0)")
        }
    }

    public func cancel(_ job: JobID) async throws(LauncherError) {
        try await told { _ = try await cluster.cancel(job.description) }
    }

    /// Every error as the protocol has it: what a repetition would not mend is a refusal.
    private func told<Value>(_ body: () async throws -> Value) async throws(LauncherError) -> Value {
        do {
            return try await body()
        } catch let error as FirecRESTError {
            switch error {
            case .notReached, .rateLimited, .unknownOutcome, .status(_, 500..., _): throw .unreachable(error.description)
            default: throw .refused(error.description)
            }
        } catch {
            throw .refused("\(error)")
        }
    }
}
