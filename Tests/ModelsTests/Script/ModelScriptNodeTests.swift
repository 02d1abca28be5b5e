import Foundation
import Submit
import TestSupport
import Testing

@testable import Models

/// What the batch script finds out on its node, and what its watcher reports.
@Suite struct ModelScriptNodeTests {
    /// Runs the script up to the point where it asks for its nodes, of which there are none.
    private func run(
        machine: String, home: String = "", environment: String, in scratch: ScratchDirectory
    ) throws -> (code: Int32, output: String) {
        try scratch.write("uname", "#!/bin/sh\necho \(machine)\n", mode: 0o755)
        try scratch.write("scontrol", "#!/bin/sh\n", mode: 0o755)
        let script = try scratch.write("master.sh", try Launches.make(environment: environment).script())
        let home = scratch.path + home
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let ended = try scratch.run(["bash", script], environment: ["HOME": home, "SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "n"])
        return (ended.code, String(decoding: ended.output, as: UTF8.self))
    }

    @Test func theArchitectureIsTheNodes() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("x-arm64.sqsh", "")
        let environment = "image = \"\(scratch.path)/x-{arch}.sqsh\""
        for machine in ["aarch64", "arm64"] {
            let ended = try run(machine: machine, environment: environment, in: scratch)
            #expect(ended.code == 1 && ended.output == "sml: 0 nodes; expected 1 x 1\n", "\(ended.output)")
        }
        let other = try run(machine: "x86_64", environment: environment, in: scratch)
        #expect(other.code == 1 && other.output.hasPrefix("sml: \(scratch.path)/x-amd64.sqsh: the image does not exist"), "\(other.output)")
        let unknown = try run(machine: "riscv64", environment: environment, in: scratch)
        #expect(unknown.code == 1 && unknown.output == "sml: riscv64: unknown architecture; known are aarch64 and x86_64\n")
    }

    /// Registries and the engine's variables are not looked up.
    @Test(arguments: ["registry.org/x:1", "${SCRATCH}/x.sqsh", "/no/$USER.sqsh"]) func someImagesAreTheEnginesToFind(_ image: String) throws
    {
        let ended = try run(machine: "x86_64", environment: "image = '\(image)'", in: try ScratchDirectory())
        #expect(ended.output == "sml: 0 nodes; expected 1 x 1\n")
    }

    @Test(arguments: ["/a b", "/a,b", "/a:b"]) func aHomeThatCannotBeMountedIsNamed(_ home: String) throws {
        let ended = try run(machine: "x86_64", home: home, environment: "image = \"x\"", in: try ScratchDirectory())
        #expect(
            ended.code == 1 && ended.output.contains("\(home)/.sml/job-7: a comma, a colon or a blank, which a mount cannot name"),
            "\(ended.output)")
    }

    /// Each state follows from what curl has seen; the watcher goes on whatever it sees.
    @Test func theReportFollowsTheReplicas() throws {
        let scratch = try ScratchDirectory()
        // One look per line of `codes`, one answer for both replicas; then its end.
        try scratch.write("codes", "000 200 200 503 503 000 200 000\n")
        try scratch.write(
            "curl",
            """
            #!/bin/bash
            read -ra codes <"${0%/*}/codes"
            echo "${codes[*]:1}" >"${0%/*}/codes"
            printf '%s' "${codes[0]}"
            [ "${codes[0]}" != 000 ]
            """, mode: 0o755)
        // Between two looks; the last look is the watcher's last.
        try scratch.write(
            "sleep",
            """
            #!/bin/bash
            here=${0%/*}
            cat "$here/report" >>"$here/reports"
            echo "$1" >>"$here/pauses"
            grep -q . "$here/codes" || kill -KILL "$PPID"
            """, mode: 0o755)
        let script = try scratch.write("job/health.sh", ModelScript.health)
        _ = try scratch.run([
            "timeout", "--signal=KILL", "30", "bash", script, "\(scratch.path)/report", "2", "8080", "n1 n2 n3 n4", "10.0.0.1", "10.0.0.3",
        ])
        let reports = try String(contentsOfFile: "\(scratch.path)/reports", encoding: .utf8).split(separator: "\n")
            .map { try #require(ReplicaHealthReport(json: Array($0.utf8)), "\($0)") }
        #expect(
            reports.map { $0.replicas.map(\.health) } == [
                [.notDeployed, .healthy], [.healthy, .notResponding], [.notResponding, .error], [.healthy, .error],
            ])
        #expect(reports.allSatisfy { $0.replicas.map(\.nodeHost) == ["n1", "n3"] && $0.replicas.map(\.nodeRank) == [0, 2] })
        #expect(reports[0].replicas[0].lastSeen == nil && reports[2].replicas.allSatisfy { $0.lastSeen != nil })
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/job/healthy"))
        #expect(try String(contentsOfFile: "\(scratch.path)/pauses", encoding: .utf8) == "5\n5\n5\n5\n")
    }
}
