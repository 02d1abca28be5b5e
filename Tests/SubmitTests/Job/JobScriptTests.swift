// Rendered scripts are checked by bash and shellcheck and run with a stand-in for srun that prints its arguments one by
// one, so that what arrives is known and not guessed.

import Foundation
import TestSupport
import Testing

@testable import Submit

@Suite struct JobScriptTests {
    private static func script(
        label: String = "loadtest_x_20260101_000000_ABCDEF", image: String = "/images/gen.sqsh",
        prompts: String = "/capstor/store/prompts.json", reservation: String? = nil, name: String = "sml_loadtest_x_abcdef",
        nodes: Int = 1
    ) throws -> JobScript {
        try JobScript(
            name: name, account: "testacct", partition: "normal", reservation: reservation,
            time: JobTime("02:00:00", option: "t"), nodes: nodes, runLabel: label, image: image, promptsFile: prompts,
            directory: "/users/me/.sml/loadtest_runs")
    }

    @Test func theHeaderIsSMLsWithTheSignalAfterIt() throws {
        let lines = try Self.script(reservation: "res1").render().split(separator: "\n").prefix {
            $0.hasPrefix("#!") || $0.hasPrefix("#SBATCH")
        }
        #expect(
            lines.map(String.init) == [
                "#!/bin/bash", "#SBATCH --job-name=sml_loadtest_x_abcdef", "#SBATCH --account=testacct",
                "#SBATCH --time=02:00:00", "#SBATCH --nodes=1", "#SBATCH --ntasks=1", "#SBATCH --cpus-per-task=4",
                "#SBATCH --partition=normal", "#SBATCH --reservation=res1", "#SBATCH --output=logs/%j/loadtest.out",
                "#SBATCH --error=logs/%j/loadtest.out", "#SBATCH --signal=TERM@90", "#SBATCH --no-requeue",
            ])
    }

    @Test func severalNodesAreTasksOfOneStep() async throws {
        let script = try Self.script(nodes: 3)
        #expect(script.render().contains("#SBATCH --nodes=3\n#SBATCH --ntasks=3\n"))
        let scratch = try ScratchDirectory()
        let arguments = try await run(script, in: scratch)
        #expect(arguments.starts(with: ["--nodes=3", "--ntasks=3", "--cpus-per-task=4", "--kill-on-bad-exit=0", "--wait=0"]))
        #expect(arguments.suffix(4) == ["--task", "slurm", "--task-wait", "3m"])
    }

    static let hostile = [
        "plain", "two words", "it's", "\"double\"", "$(touch pwned)", "`touch pwned`", "a\nb", "-rf", "é–“”‘’ 日本",
        "$HOME", "\\", "\\'", "'\\''", "*?[a]", "!x", "~", "#x", ";x&|<>", "\t",
    ]

    @Test(arguments: hostile) func valuesArriveAsTheyAre(value: String) async throws {
        let script = try Self.script(
            label: value, image: value == "a\nb" || value == "\t" ? "/images/x" : "/images/\(value)",
            prompts: "/data \(value)/\(value)/p.json")
        let scratch = try ScratchDirectory()
        let arguments = try await run(script, in: scratch)
        let directory = scratch.file(value)
        #expect(
            arguments == [
                "--nodes=1", "--ntasks=1", "--cpus-per-task=4", "--container-image=\(script.image)",
                "--container-mounts=\(directory):/work,/data \(value):/data \(value)", "--container-workdir=/work", "sh", "-lc",
                ". ./loadgen.env && exec sml-loadgen \"$@\"", "sml-loadgen", "--config", "run_config.json", "--prompts",
                "/data \(value)/\(value)/p.json", "--out", ".", "--records", "records.smlrec", "--run-label", value, "--drain",
                "10s",
            ])
        #expect(!FileManager.default.fileExists(atPath: scratch.file("pwned")))
        var isDirectory: ObjCBool = false
        #expect(FileManager.default.fileExists(atPath: scratch.file("logs/7"), isDirectory: &isDirectory) && isDirectory.boolValue)
    }

    @Test(arguments: hostile) func shellcheckHasNothingToSay(value: String) async throws {
        let scratch = try ScratchDirectory()
        let text = try Self.script(label: value, prompts: "/data \(value)/p.json").render()
        try text.write(toFile: scratch.file("job.sh"), atomically: true, encoding: .utf8)
        let environment = ProcessInfo.processInfo.environment
        let shellcheck = try #require(ExternalProgram.find("shellcheck", environment: environment), "scripts/install-packages installs it")
        let syntax = try await ExternalProgram.run("/bin/bash", ["-n", scratch.file("job.sh")], timeout: .seconds(30))
        #expect(syntax.exitCode == 0, "\(syntax.errors)")
        let answer = try await ExternalProgram.run(shellcheck, [scratch.file("job.sh")], timeout: .seconds(60))
        #expect(answer.exitCode == 0, "\(answer.output)")
    }

    @Test(arguments: [0, 99, 105]) func theStepsExitCodeIsTheJobsAndSecretsAreRemoved(code: Int32) async throws {
        let scratch = try ScratchDirectory()
        let script = try Self.script()
        let run = scratch.file(script.runLabel)
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
        for name in ["run_config.json", "loadgen.env", "summary.json"] {
            try "x".write(toFile: "\(run)/\(name)", atomically: true, encoding: .utf8)
        }
        _ = try await self.run(script, in: scratch, exit: code)
        #expect(try FileManager.default.contentsOfDirectory(atPath: run) == ["summary.json"])
    }

    /// At a cancellation and at the time limit the batch shell is told first, and dies of it.
    @Test func aScriptThatIsToldToEndRemovesSecretsToo() async throws {
        let scratch = try ScratchDirectory()
        let script = try Self.script()
        let run = scratch.file(script.runLabel)
        for name in ["run_config.json", "loadgen.env", "summary.json"] { try scratch.write("\(script.runLabel)/\(name)", "x") }
        _ = try await self.run(script, in: scratch, stub: "kill -TERM $PPID; sleep 5", exit: 143)
        #expect(try FileManager.default.contentsOfDirectory(atPath: run) == ["summary.json"])
    }

    @Test(arguments: ["", "a b", "a\nb", "$(x)", "-x", "a'b", "é"]) func namesTheHeaderCannotHoldAreRefused(name: String) {
        #expect(throws: SubmitError.self) { try Self.script(reservation: name) }
    }

    @Test func aScenariosNameIsMadeFitForTheHeader() {
        let name = JobScript.jobName(scenario: "my 'é\n$(x)")
        #expect(name.wholeMatch(of: /sml_loadtest_my_________?_?_?[a-z]{6}/) != nil || name.hasPrefix("sml_loadtest_my__"))
        #expect(name.allSatisfy { $0.isASCII && !$0.isWhitespace && !"'$()".contains($0) })
        #expect(JobScript.jobName(scenario: "x") != JobScript.jobName(scenario: "x"))
    }

    /// Runs the script as SLURM would, with an `srun` that writes its arguments to a file; returns them.
    private func run(_ script: JobScript, in scratch: ScratchDirectory, stub body: String = "", exit: Int32 = 0) async throws -> [String] {
        try FileManager.default.createDirectory(atPath: scratch.file("stand-in"), withIntermediateDirectories: true)
        let stub =
            "#!/bin/bash\n[ -z \"${SLURM_CPU_BIND+x}\" ] || exit 44\nprintf '%s\\0' \"$@\" > \"$SRUN_ARGUMENTS\"\n\(body)\nexit \(exit)\n"
        try stub.write(toFile: scratch.file("stand-in/srun"), atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.file("stand-in/srun"))
        try script.render().write(toFile: scratch.file("stand-in/job.sh"), atomically: true, encoding: .utf8)
        let answer = try await ExternalProgram.run(
            "/bin/bash", ["-c", "cd \"$1\" && exec bash \"$2\"", "bash", scratch.path, scratch.file("stand-in/job.sh")],
            environment: [
                "PATH": scratch.file("stand-in") + ":/usr/bin:/bin", "SLURM_JOB_ID": "7", "SLURM_CPU_BIND": "x",
                "SRUN_ARGUMENTS": scratch.file("stand-in/arguments"), "HOME": scratch.path,
            ], timeout: .seconds(30))
        #expect(answer.exitCode == exit, "\(answer.errors)")
        let data = try Data(contentsOf: URL(fileURLWithPath: scratch.file("stand-in/arguments")))
        return data.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
    }
}
