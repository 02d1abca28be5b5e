// A real SLURM on this machine (Tests/SlurmBed), started by the first test that needs one and shared by all. A watchdog
// of its own ends it when the tests' process is gone, however that went.

import FirecRESTFake
import Foundation
import Synchronization
import Testing

final class SlurmBed: Sendable {
    /// Two are lost by tests, one is filled; two remain for runs on two nodes.
    static let nodes = 5
    static let shared = Task { try await SlurmBed(nodes: nodes, options: ["--kill-wait", "15"]) }
    /// Another one, whose nodes have addresses of their own, for servers that several nodes run: two replicas of two nodes
    /// each, and one node for the load test.
    static let networked = Task { try await SlurmBed(nodes: 5, options: ["--networks"]) }
    /// slurmd starts jobs as other users; nothing else of it can be had without root.
    static let isPossible = getuid() == 0
    /// As the cluster finds out for itself when it starts.
    static let limitsMemory =
        (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8))?
        .contains(/cgroup [^ ]+ cgroup [^\n]*\bmemory\b/) == true
    static let needsRoot: Comment = "a SLURM cluster needs root, for jobs run as another user"

    private static let scripts = Image.repository + "/Tests/SlurmBed"
    let directory: String
    let user: String
    let nodeNames: [String]
    let image: String
    /// Where programs outside the cluster's nodes listen to be reached from them.
    let address: String
    var home: String { "\(directory)/home/\(user)" }
    let environment: [String: String]

    private init(nodes: Int, options: [String]) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "sml-slurm-\(UUID().uuidString)").path
        self.directory = directory
        let scratch = try Scratch()
        let built = try await Image.shared.value.file
        // At a normal end without the watchdog's second; it covers the others.
        Self.directories.withLock { made in
            if made.isEmpty { atexit { SlurmBed.stop() } }
            made.append(directory)
        }
        let started = try await Program.run(
            Self.scripts + "/start",
            [directory, "--nodes", "\(nodes)", "--owner", "\(ProcessInfo.processInfo.processIdentifier)"] + options, in: scratch,
            within: 180)
        try #require(started.code == 0, "\(started.errors)")
        var variables: [String: String] = [:]
        for line in try String(contentsOfFile: directory + "/env", encoding: .utf8).split(separator: "\n") {
            let parts = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1).map(String.init)
            variables[parts[0]] = parts[1].trimmingCharacters(in: ["'"])
        }
        user = try #require(variables["SLURM_BED_USER"])
        address = try #require(variables["SLURM_BED_ADDRESS"])
        nodeNames = try #require(variables["SLURM_BED_NODES"]).split(separator: " ").map(String.init)
        // Where the job's user can read them; the repository may be in somebody's private home.
        image = directory + "/sml-loadgen.sqsh"
        try FileManager.default.copyItem(atPath: built, toPath: image)
        try FileManager.default.copyItem(atPath: Program.path("sml"), toPath: directory + "/bin/sml")
        environment = [
            "SLURM_CONF": directory + "/etc/slurm.conf", "SLURM_BED": directory,
            "PATH": directory + "/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "\(directory)/home/\(user)",
        ]
        let configured = try await sml(["init", "--launcher", "slurm", "--no-input", "--secrets", "environment"], in: scratch)
        try #require(configured.code == 0, "\(configured.errors)")
    }

    private static let directories = Mutex<[String]>([])

    private static func stop() {
        for directory in directories.withLock({ $0 }) {
            let stop = Process()
            stop.executableURL = URL(filePath: scripts + "/stop")
            stop.arguments = [directory]
            if (try? stop.run()) != nil { stop.waitUntilExit() }
        }
    }

    /// For FirecREST, which runs SLURM's commands as the user.
    var compute: SlurmCompute? { SlurmCompute(user: user, environment: environment) }

    /// A command as the job's user, at a terminal of its own.
    func startAtTerminal(_ arguments: [String]) throws -> PseudoTerminal {
        try PseudoTerminal(
            "/usr/bin/setpriv", ["--reuid", user, "--regid", user, "--clear-groups"] + arguments, directory: home,
            environment: environment)
    }

    /// The processes of a job of ours whose environment has all of `variables`.
    func processes(job: String, variables: [String] = []) throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { id in
            let environ = FileManager.default.contents(atPath: "/proc/\(id)/environ") ?? Data()
            let has = Set(String(decoding: environ, as: UTF8.self).split(separator: "\0").map(String.init))
            return has.isSuperset(of: variables + ["SLURM_JOB_ID=\(job)", "SLURM_CONF=\(directory)/etc/slurm.conf"])
        }
    }

    /// A command as the job's user, in the home directory.
    func start(
        _ arguments: [String], in scratch: Scratch, environment extra: [String: String] = [:], input: String? = nil
    ) throws -> Program {
        try Program(
            "/usr/bin/setpriv", ["--reuid", user, "--regid", user, "--clear-groups"] + arguments, in: scratch,
            directory: home, environment: environment.merging(extra) { $1 }, input: input)
    }

    func sml(
        _ arguments: [String], in scratch: Scratch, within seconds: Double = 60
    ) async throws -> (code: Int32, output: String, errors: String) {
        let program = try start([directory + "/bin/sml"] + arguments, in: scratch)
        let code = try await program.end(within: seconds)
        return (code, program.output, program.errors)
    }

    /// sbatch's answer comes this much later, as where a plugin of the site looks every job over.
    func slowDown(seconds: Int) throws {
        let file = directory + "/slow-sbatch"
        if seconds > 0 {
            try Data("\(seconds)\n".utf8).write(to: URL(filePath: file))
        } else {
            try FileManager.default.removeItem(atPath: file)
        }
    }

    /// A command of SLURM as the administrator; its output.
    @discardableResult
    func administer(_ command: String, _ arguments: [String], in scratch: Scratch) async throws -> String {
        let result = try await Program.run("/usr/bin/\(command)", arguments, in: scratch, environment: environment)
        #expect(result.code == 0, "\(command) \(arguments): \(result.errors)")
        return result.output
    }

    /// What a power cut does to a node: every process of it and of its part of the job is gone at once. The node stays
    /// away.
    func lose(node: String, job: String, in scratch: Scratch) async throws {
        let file = try String(contentsOfFile: "\(directory)/run/slurmd-\(node).pid", encoding: .utf8)
        let daemon = try #require(Int32(file.trimmingCharacters(in: .whitespacesAndNewlines)))
        // A step's daemon hides its environment; it shares the mounts of its node.
        func mounts(_ id: Int32) -> String? { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/ns/mnt") }
        let own = try #require(mounts(daemon))
        let steps = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { mounts($0) == own }
        for id in steps + (try processes(job: job, variables: ["SLURMD_NODENAME=\(node)"])) { kill(id, SIGKILL) }
        // The controller finds out by itself after SlurmdTimeout, a minute here and five on most sites.
        try await administer("scontrol", ["update", "nodename=\(node)", "state=down", "reason=lost"], in: scratch)
    }
}
