// A cluster that says what a test tells it to, look by look, and remembers what it was asked. No clock: a pause is noted
// and over at once, and the time that a wait sees is the sum of them.

import Foundation
import Scenarios
import Synchronization
import TestSupport

@testable import Submit

final class ScriptedLauncher: Launcher {
    struct Script {
        /// Answers to one look after another; the last is given again and again.
        var looks: [Result<JobState, LauncherError>] = [.success(.ended(JobEnd(.completed)))]
        var files: [String: [UInt8]] = [:]
        /// Files that are there after so many attempts to get them.
        var late: [String: Int] = [:]
        /// Calls that fail: `submit`, `remove`, `cancel`, or one followed by a path.
        var failing: Set<String> = []
        /// What `submit` answers instead of 7.
        var submission: Result<String, LauncherError> = .success("7")
        /// By name, look after look; the last is given again and again.
        var named: [String?] = ["7"]
        var cancellation = Cancellation.asked
        /// Files whose reading fails.
        var unreadable: Set<String> = []
    }

    struct Memory {
        var calls: [String] = []
        var pauses: [Duration] = []
        var modes: [String: FileMode] = [:]
    }

    let name = "scripted"
    private let script: Mutex<Script>
    private let memory = Mutex(Memory())

    /// What happens while `submit` is under way.
    private let atSubmission: @Sendable () async -> Void

    init(_ script: Script = Script(), atSubmission: @escaping @Sendable () async -> Void = {}) {
        self.script = Mutex(script)
        self.atSubmission = atSubmission
    }

    var calls: [String] { memory.withLock { $0.calls } }
    var pauses: [Duration] { memory.withLock { $0.pauses } }
    var modes: [String: FileMode] { memory.withLock { $0.modes } }
    var files: [String: [UInt8]] { script.withLock { $0.files } }
    func change(_ body: @Sendable (inout Script) -> Void) { script.withLock { body(&$0) } }

    /// - Parameter atPause: told the number of each pause, before it is over.
    func clock(atPause: @escaping @Sendable (Int) async throws -> Void = { _ in }) -> WaitClock {
        WaitClock(
            now: { self.pauses.reduce(.zero, +) },
            sleep: { pause in
                let count = self.memory.withLock { memory in
                    memory.pauses.append(pause)
                    return memory.pauses.count
                }
                try await atPause(count)
                try Task.checkCancellation()
            })
    }

    private func note(_ call: String, _ path: String = "") throws(LauncherError) {
        memory.withLock { $0.calls.append(path.isEmpty ? call : "\(call) \(path)") }
        guard script.withLock({ $0.failing.isDisjoint(with: [call, "\(call) \(path)"]) }) else {
            throw .unreachable("\(call) failed")
        }
    }

    func systems() async throws(LauncherError) -> [String] { [] }
    func partitions() async throws(LauncherError) -> [Partition] { [Partition(name: "normal")] }
    func user() async throws(LauncherError) -> ClusterUser {
        ClusterUser(name: "me", defaultAccount: "us", home: "/home/me", runs: "/runs")
    }

    func makeDirectory(_ path: String) async throws(LauncherError) { try note("make", path) }

    func write(_ bytes: [UInt8], to path: String, mode: FileMode) async throws(LauncherError) {
        try note("write", path)
        script.withLock { $0.files[path] = bytes }
        memory.withLock { $0.modes[path] = mode }
    }

    func size(of path: String) async throws(LauncherError) -> UInt64? { files[path].map { UInt64($0.count) } }

    func read(_ path: String, from offset: UInt64?, limit: Int) async throws(LauncherError) -> [UInt8]? {
        if script.withLock({ $0.unreadable.contains(path) }) {
            try note("read", path)
            throw .unreachable("answered 408")
        }
        return files[path].map { Array($0.dropFirst(Int(offset ?? 0)).prefix(limit)) }
    }

    func list(_ directory: String) async throws(LauncherError) -> [String: UInt64]? {
        try note("list", directory)
        let found = files.filter { $0.key.hasPrefix(directory + "/") }
        return Dictionary(uniqueKeysWithValues: found.map { (String($0.key.dropFirst(directory.count + 1)), UInt64($0.value.count)) })
    }

    func fetch(_ path: String, to localPath: String, size _: UInt64?) async throws(LauncherError) -> Bool {
        try note("fetch", path)
        let bytes = script.withLock { script -> [UInt8]? in
            if let left = script.late[path], left > 0 {
                script.late[path] = left - 1
                return nil
            }
            return script.files[path]
        }
        guard let bytes else { return false }
        guard FileManager.default.createFile(atPath: localPath, contents: Data(bytes)) else {
            throw .refused("\(localPath): cannot be written")
        }
        return true
    }

    func remove(_ path: String) async throws(LauncherError) {
        try note("remove", path)
        script.withLock { $0.files[path] = nil }
    }

    func removeDirectory(_ path: String) async throws(LauncherError) {
        try note("remove directory", path)
        script.withLock { script in script.files = script.files.filter { !$0.key.hasPrefix(path + "/") } }
    }

    func script(of job: LoadJob) throws -> String { "" }

    func submit(_ job: JobSubmission) async throws(LauncherError) -> JobID {
        try note("submit", job.name)
        await atSubmission()
        guard let id = JobID(try script.withLock({ $0.submission }).get()) else { throw .refused("7") }
        return id
    }

    func job(named name: String) async throws(LauncherError) -> JobID? {
        try note("find", name)
        return script.withLock { script in script.named.count > 1 ? script.named.removeFirst() : script.named[0] }.flatMap { JobID($0) }
    }

    func state(of job: JobID) async throws(LauncherError) -> JobState {
        let look = script.withLock { script in
            script.looks.count > 1 ? script.looks.removeFirst() : script.looks[0]
        }
        return try look.get()
    }

    func cancel(_ job: JobID) async throws(LauncherError) -> Cancellation {
        try note("cancel", job.description)
        return script.withLock { $0.cancellation }
    }
}

/// Keeps what a wait shows.
final class NotedDisplay: WaitDisplay {
    private let state = Mutex<(lines: [String], live: [String])>(([], []))
    var lines: [String] { state.withLock { $0.lines } }
    var lives: [String] { state.withLock { $0.live } }
    func line(_ text: String) { state.withLock { $0.lines.append(text) } }
    func live(_ text: String) { state.withLock { $0.live.append(text) } }
    func clear() {}
}

extension JobRecord {
    /// A run whose results go to `scratch`.
    static func sample(in scratch: ScratchDirectory, nodes: Int = 1, repeats: Int = 1) throws -> JobRecord {
        guard let id = JobID("7") else { throw LauncherError.refused("7") }
        var submission = SubmissionRecord.sample(in: scratch, nodes: nodes)
        submission.repeats = repeats > 1 ? repeats : nil
        return JobRecord(jobID: id, submission: submission)
    }
}

extension SubmissionRecord {
    static func sample(in scratch: ScratchDirectory, nodes: Int = 1) -> SubmissionRecord {
        SubmissionRecord(
            jobName: "sml_loadtest_s_abcdef", runLabel: "l", scenario: "s", launcher: "slurm", system: nil, runDirectory: "/runs/l",
            log: "/runs/logs/%j/loadtest.out", summary: scratch.file("summary_s.json"),
            records: scratch.file("records_s.smlrec"), jobTimeSeconds: 1200, nodes: nodes)
    }
}
