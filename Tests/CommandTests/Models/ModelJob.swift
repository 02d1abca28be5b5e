// A model's job on the cluster whose nodes have networks: the library's own script, serving with the stand-in image.

import Foundation
import Models
import Submit
import Testing

struct ModelJob {
    /// Made once, where the job's user can read it.
    private static let image = Task {
        let bed = try await SlurmBed.networked.value
        let built = try await Program.run(
            "/bin/bash",
            [
                Image.repository + "/Tests/ModelStandIn/build", URL(filePath: Program.path("sml")).deletingLastPathComponent().path,
                bed.directory + "/stand-in.sqsh",
            ], in: try Scratch(), environment: ["SOURCE_DATE_EPOCH": "1700000000"], within: 180)
        try #require(built.code == 0, "\(built.errors)")
        return bed.directory + "/stand-in.sqsh"
    }

    /// An environment file for it; `variables` reach the stand-ins, e.g. STAND_IN_FAIL.
    static func environment(_ variables: [String: String] = [:]) async throws -> String {
        "image = \"\(try await image.value)\"\n[env]\n" + variables.map { "\($0) = \"\($1)\"\n" }.joined()
    }

    /// In the image.
    static let weights = "/models/stand-in"

    let bed: SlurmBed
    let scratch: Scratch
    let launch: ModelLaunch
    let id: JobID
    var logs: ModelLogs { ModelLogs(jobDirectory: bed.home + "/.sml", id: id) }

    init(
        _ framework: Framework, environment: String, arguments: [String] = [], replicas: Int = 1, nodesPerReplica: Int = 1,
        router: Router = .opentela, routerArguments: [String] = [], preLaunchCommands: String = "", openTela: OpenTela? = nil
    ) async throws {
        bed = try await SlurmBed.networked.value
        scratch = try Scratch()
        launch = try ModelLaunch(
            servedName: "vendor/it's-$HOME", user: bed.user, framework: framework,
            environment: EnvironmentFile(text: environment, name: "stand-in.toml"),
            arguments: FrameworkArguments(words: ["--model", Self.weights] + arguments),
            topology: Topology(replicas: replicas, nodesPerReplica: nodesPerReplica), router: router,
            routerArguments: FrameworkArguments(words: routerArguments), preLaunchCommands: preLaunchCommands, openTela: openTela,
            time: JobTime("00:20:00", option: "--time"), account: bed.user, partition: "normal", reservation: nil)
        let script = "\(bed.home)/model-\(UUID().uuidString).sh"
        try Data(launch.script().utf8).write(to: URL(filePath: script))
        try FileManager.default.createDirectory(atPath: bed.home + "/.sml", withIntermediateDirectories: true)
        // Held until its logs have a place: SLURM makes it from 23.02 on.
        let submission = """
            cd "$1" && id=$(sbatch --parsable --hold "$2") && mkdir -p "logs/$id" && scontrol release "$id" && echo "$id"
            """
        let submitted = try bed.start(["/bin/sh", "-c", submission, "sh", bed.home + "/.sml", script], in: scratch)
        #expect(try await submitted.end(within: 60) == 0, "\(submitted.errors)")
        id = try #require(JobID(submitted.output.trimmingCharacters(in: .whitespacesAndNewlines)), "\(submitted.output)")
    }

    func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    /// Everything it wrote, for a failed expectation.
    var everything: String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: logs.directory)) ?? []
        return names.sorted().map { "== \($0)\n\(text("\(logs.directory)/\($0)"))" }.joined()
    }

    var report: ReplicaHealthReport? { ReplicaHealthReport(json: Array(text(logs.health).utf8)) }

    /// Accounting's words for where it is; empty when it knows nothing yet.
    private func state() async throws -> String {
        try await bed.administer("sacct", ["-n", "-X", "-P", "-j", "\(id)", "-o", "State,ExitCode"], in: scratch)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func becomes(_ what: String, within seconds: Double = 120, _ condition: () -> Bool) async throws {
        do {
            try await eventually(within: seconds, what, condition)
        } catch {
            Issue.record("\(error)\n\(everything)")
            throw error
        }
    }

    /// Until it is out of the queue and accounting, which comes later, has heard of it; its state and exit code then.
    func end(within seconds: Double = 120) async throws -> String {
        let over = ["CANCELLED", "FAILED", "COMPLETED", "TIMEOUT"]
        var state = ""
        try await eventually(within: seconds, every: .milliseconds(200), "the end of job \(id)\n\(everything)") {
            let queue = try await bed.administer("squeue", ["-h", "-t", "all", "-j", "\(id)", "-o", "%T"], in: scratch)
            state = try await self.state()
            return queue.split(separator: "\n").allSatisfy { over.contains(String($0)) } && over.contains(where: state.hasPrefix)
        }
        return state
    }
}
