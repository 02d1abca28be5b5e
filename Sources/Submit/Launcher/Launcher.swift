// What a run needs of a cluster, whichever way it is reached: SLURM's own commands on a login node, or FirecREST from a
// laptop. Each call is one request; what to do with the answers (waiting, giving up, telling the user) sits above it
// and is the same for both. Paths are absolute paths on the cluster unless they say local.

/// A way to a cluster.
package protocol Launcher: Sendable {
    /// For messages: `SLURM`, or the FirecREST system's name.
    var name: String { get }

    /// Names that `--firecrest-system` may have. Empty: this way leads to one cluster only, and it has no name.
    func systems() async throws(LauncherError) -> [String]
    func partitions() async throws(LauncherError) -> [Partition]
    func user() async throws(LauncherError) -> ClusterUser

    /// Makes a directory with its parents; one that exists is fine.
    func makeDirectory(_ path: String) async throws(LauncherError)
    /// Writes a file that nobody but its owner may read before `mode` says otherwise, not even for a moment.
    func write(_ bytes: [UInt8], to path: String, mode: FileMode) async throws(LauncherError)
    /// Nil when there is no such file.
    func size(of path: String) async throws(LauncherError) -> UInt64?
    /// At most `limit` bytes of a file from byte `offset` on; from its end backwards when `offset` is nil. Nil when
    /// there is no such file.
    func read(_ path: String, from offset: UInt64?, limit: Int) async throws(LauncherError) -> [UInt8]?
    /// Copies a file to `localPath`, whole or not at all. False when there is no such file.
    ///
    /// - Parameter size: in bytes, where it is known: a question less.
    func fetch(_ path: String, to localPath: String, size: UInt64?) async throws(LauncherError) -> Bool
    /// The files of a directory and their sizes in bytes; nil when there is no such directory.
    func list(_ directory: String) async throws(LauncherError) -> [String: UInt64]?
    /// Whether this way leads to `path` at all, be it there or not.
    func reaches(_ path: String) -> Bool
    /// Removes a file; none is fine.
    func remove(_ path: String) async throws(LauncherError)
    /// Removes a directory with everything in it.
    func removeDirectory(_ path: String) async throws(LauncherError)

    /// What the file at `path` is, which should be a container image.
    func image(at path: String) async throws(LauncherError) -> ImageFile
    /// What starts containers there; nil where this way cannot ask.
    func containerEngine() async -> ContainerEngine?

    /// What the scheduler is handed to run `job`.
    ///
    /// - Throws: ``SubmitError/usage(_:)`` for a value that it cannot hold.
    func script(of job: LoadJob) throws -> String
    /// Submits a script. `job.name` is unique, so that an answer that was lost is no reason to submit twice: look
    /// the name up before repeating.
    ///
    /// - Throws: ``LauncherError/doubtful(_:)`` when it may be queued although there is no number.
    func submit(_ job: JobSubmission) async throws(LauncherError) -> JobID
    /// The number of the user's job of that name, also of one that has ended; nil where it is not known, or not yet.
    func job(named name: String) async throws(LauncherError) -> JobID?
    /// Ended only when nothing of the job writes any more.
    func state(of job: JobID) async throws(LauncherError) -> JobState
    /// When a queued job is expected to start, in the scheduler's words; nil where it does not say.
    func expectedStart(of job: JobID) async throws(LauncherError) -> String?
    /// Asks for the end of a job; one that has ended is fine.
    @discardableResult func cancel(_ job: JobID) async throws(LauncherError) -> Cancellation
}

/// What became of the wish that a job end.
package enum Cancellation: Sendable, Equatable {
    case asked
    /// It had ended, or was about to.
    case wasOver
    /// SLURM has no such job any more.
    case notKnown
}

extension Launcher {
    /// FirecREST gives text only, and that of a large file slowly.
    package func image(at path: String) async throws(LauncherError) -> ImageFile { try await size(of: path) == nil ? .missing : .unseen }

    /// FirecREST runs none of SLURM's commands for us; the job asks.
    package func containerEngine() async -> ContainerEngine? { nil }

    package func fetch(_ path: String, to localPath: String) async throws(LauncherError) -> Bool {
        try await fetch(path, to: localPath, size: nil)
    }

    package func reaches(_ path: String) -> Bool { true }

    /// FirecREST does not tell.
    package func expectedStart(of job: JobID) async throws(LauncherError) -> String? { nil }
}

/// Why a cluster did not do what it was asked. `description` is one line.
package enum LauncherError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It said no, and would again.
    case refused(String)
    /// It did not answer, or said that it cannot now. Worth repeating.
    case unreachable(String)
    /// It does not take our credentials, and would not later either.
    case unauthorized(String)
    /// A job was sent and may be queued, though nobody knows its number.
    case doubtful(String)

    package var description: String {
        switch self {
        case .refused(let reason), .unreachable(let reason), .unauthorized(let reason), .doubtful(let reason): reason
        }
    }
}

/// Who we are on the cluster and where our files go.
package struct ClusterUser: Sendable, Equatable {
    package var name: String
    /// Charged when nothing else is said; nil where the cluster has no notion of it.
    package var defaultAccount: String?
    package var home: String
    /// Holds the runs: `~/.sml/loadtest_runs` with SLURM, `~/.sml` with FirecREST, as SML has it.
    package var runs: String

    package init(name: String, defaultAccount: String?, home: String, runs: String) {
        self.name = name
        self.defaultAccount = defaultAccount
        self.home = home
        self.runs = runs
    }
}

/// A partition and, where it is known, the most a job may ask for.
package struct Partition: Sendable, Equatable {
    package var name: String
    package var timeLimit: Duration?
    package var nodeLimit: Int?

    package init(name: String, timeLimit: Duration? = nil, nodeLimit: Int? = nil) {
        self.name = name
        self.timeLimit = timeLimit
        self.nodeLimit = nodeLimit
    }

    /// SLURM itself takes a job that asks for too much time, and never starts it.
    ///
    /// - Throws: ``SubmitError/usage(_:)``.
    package func check(_ time: JobTime, option: String) throws {
        guard let timeLimit, time.duration > timeLimit else { return }
        throw SubmitError.usage(
            "\(option): \(time) is more than partition \"\(name)\" allows, which is \(JobTime.clock(timeLimit))")
    }

    /// - Throws: ``SubmitError/usage(_:)``.
    package func check(nodes: Int, option: String) throws {
        guard let nodeLimit, nodes > nodeLimit else { return }
        throw SubmitError.usage("\(option): \(nodes) is more than partition \"\(name)\" allows, which is \(nodeLimit)")
    }
}

/// Who may read a staged file.
package enum FileMode: UInt32, Sendable {
    /// 0600: it holds a secret, or nobody else needs it.
    case ownerOnly = 0o600
    case everybodyReads = 0o644
}

/// A script ready to submit.
package struct JobSubmission: Sendable, Equatable {
    /// Unique among the user's jobs.
    package var name: String
    package var script: String
    /// Where the job starts and its `--output` is relative to.
    package var directory: String
    /// The directory of `--output` under `directory`, `%j` for the job's id. SLURM makes it from 23.02 on; before,
    /// a job without it dies unseen, and the launcher must have made it before the job starts.
    package var logDirectory: String
    package var account: String?

    package init(name: String, script: String, directory: String, logDirectory: String, account: String?) {
        self.name = name
        self.script = script
        self.directory = directory
        self.logDirectory = logDirectory
        self.account = account
    }
}
