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
            LoadJob(
                name: name, account: "testacct", partition: "normal", reservation: reservation, time: JobTime("02:00:00", option: "t"),
                nodes: nodes, runLabel: label, image: image, promptsFile: prompts, directory: "/users/me/.sml/loadtest_runs"))
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
                "#SBATCH --export=HOME,PATH,USER,LOGNAME,SHELL,XDG_RUNTIME_DIR,XDG_CONFIG_HOME,XDG_CACHE_HOME,XDG_DATA_HOME,"
                    + "ENROOT_CONFIG_PATH,ENROOT_CACHE_PATH,ENROOT_DATA_PATH,ENROOT_RUNTIME_PATH,ENROOT_TEMP_PATH",
            ])
    }

    @Test func severalNodesAreTasksOfOneStep() async throws {
        let script = try Self.script(nodes: 3)
        #expect(script.render().contains("#SBATCH --nodes=3\n#SBATCH --ntasks=3\n"))
        let scratch = try ScratchDirectory()
        let arguments = try await run(script, in: scratch)
        #expect(
            arguments.starts(with: ["--nodes=3", "--ntasks=3", "--cpus-per-task=4", "--kill-on-bad-exit=0", "--wait=0", "--export=ALL"]))
        #expect(arguments.suffix(6) == ["--task", "slurm", "--task-wait", "3m", "--remote-write-drain", "5s"])
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
                "--nodes=1", "--ntasks=1", "--cpus-per-task=4", "--export=ALL", "--container-image=\(script.job.image)",
                "--container-mounts=\(directory):/work,/data \(value):/data \(value)", "--container-workdir=/work", "sh", "-lc",
                ". ./loadgen.env && exec sml-loadgen \"$@\"", "sml-loadgen", "--config", "run_config.json", "--prompts",
                "/data \(value)/\(value)/p.json", "--out", ".", "--records", "records.smlrec", "--run-label", value, "--drain",
                "10s", "--remote-write-drain", "5s",
            ])
        #expect(!FileManager.default.fileExists(atPath: scratch.file("pwned")))
        var isDirectory: ObjCBool = false
        #expect(FileManager.default.fileExists(atPath: scratch.file("logs/7"), isDirectory: &isDirectory) && isDirectory.boolValue)
    }

    /// What a login shell has, and what FirecREST has sbatch export.
    @Test func nothingOfALoginShellReachesTheStep() async throws {
        let scratch = try ScratchDirectory()
        let hostile = [
            "LD_LIBRARY_PATH": "/old", "PROMPT_SEED": "99", "SYSTEM_PROMPT": "x", "SSL_CERT_FILE": "/none", "HTTPS_PROXY": "http://p:1",
            "PYTHONPATH": "/old", "BASH_FUNC_srun%%": "() { echo mine; }", "SHELLOPTS": "braceexpand:noglob", "SLURM_EXPORT_ENV": "NONE",
            "SLURM_STDOUTMODE": "/dev/null", "UID": "7", "A B": "c",
        ]
        let kept = ["SLURM_PROCID": "0", "XDG_RUNTIME_DIR": "/run/user/1", "ENROOT_CACHE_PATH": "/c"]
        let script = try Self.script()
        _ = try await run(script, in: scratch, environment: hostile.merging(kept) { $1 })
        let bytes = try Data(contentsOf: URL(filePath: scratch.file("stand-in/environment")))
        let names = Set(bytes.split(separator: 0).map { String(decoding: $0.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self) })
        #expect(names.isDisjoint(with: Set(hostile.keys).subtracting(["A B"])), "\(names.intersection(hostile.keys))")
        #expect(names.isSuperset(of: Set(kept.keys).union(["HOME", "PATH", "SLURM_JOB_ID", "SML_RUN_DIRECTORY"])))
    }

    @Test func aRunDirectoryThatTheNodeDoesNotHaveIsSaid() async throws {
        let scratch = try ScratchDirectory()
        try scratch.write("job.sh", try Self.script().render())
        let answer = try await ExternalProgram.run(
            "/bin/bash", ["-c", "cd \"$1\" && exec bash job.sh", "bash", scratch.path],
            environment: ["PATH": "/usr/bin:/bin", "SLURM_JOB_ID": "7"], timeout: .seconds(30))
        #expect(answer.exitCode == 1)
        #expect(
            answer.errors.hasPrefix("sml: \(scratch.path)/loadtest_x_20260101_000000_ABCDEF: is not there on node "), "\(answer.errors)")
    }

    /// A corpus that is a link out of what is mounted, and links that need nothing more.
    @Test func whereTheCorpusEndsIsMountedToo() async throws {
        let scratch = try ScratchDirectory()
        try scratch.write("prompts.json", "[]")
        let outside = "/var/tmp/sml-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try "[]".write(toFile: "\(outside)/p.json", atomically: true, encoding: .utf8)
        let top = "/" + scratch.path.split(separator: "/")[0]
        for (name, target, extra) in [
            ("inside.json", scratch.file("prompts.json"), ""), ("outside.json", "\(outside)/p.json", ",\(outside):\(outside)"),
            ("nowhere.json", "/nowhere/at/all", ""),
        ] {
            try FileManager.default.createSymbolicLink(atPath: scratch.file(name), withDestinationPath: target)
            let script = try Self.script(prompts: scratch.file(name))
            let arguments = try await run(script, in: scratch)
            #expect(
                arguments.contains("--container-mounts=\(scratch.file(script.job.runLabel)):/work,\(top):\(top)\(extra)"), "\(arguments)")
            #expect(arguments.contains(scratch.file(name)))
        }
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
        let run = scratch.file(script.job.runLabel)
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
        let run = scratch.file(script.job.runLabel)
        for name in ["run_config.json", "loadgen.env", "summary.json"] { try scratch.write("\(script.job.runLabel)/\(name)", "x") }
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
    private func run(
        _ script: JobScript, in scratch: ScratchDirectory, stub body: String = "", exit: Int32 = 0, environment: [String: String] = [:]
    ) async throws -> [String] {
        // As it was staged.
        try FileManager.default.createDirectory(atPath: scratch.file(script.job.runLabel), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: scratch.file("stand-in"), withIntermediateDirectories: true)
        let stub =
            "#!/bin/bash\n[ -z \"${SLURM_CPU_BIND+x}\" ] || exit 44\nprintf '%s\\0' \"$@\" > \"${0%/*}/arguments\"\nenv -0 >\"${0%/*}/environment\"\n\(body)\nexit \(exit)\n"
        try stub.write(toFile: scratch.file("stand-in/srun"), atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.file("stand-in/srun"))
        try script.render().write(toFile: scratch.file("stand-in/job.sh"), atomically: true, encoding: .utf8)
        let answer = try await ExternalProgram.run(
            "/bin/bash", ["-c", "cd \"$1\" && exec bash \"$2\"", "bash", scratch.path, scratch.file("stand-in/job.sh")],
            environment: [
                "PATH": scratch.file("stand-in") + ":/usr/bin:/bin", "SLURM_JOB_ID": "7", "SLURM_CPU_BIND": "x",
                "HOME": scratch.path,
            ].merging(environment) { $1 }, timeout: .seconds(30))
        #expect(answer.exitCode == exit, "\(answer.errors)")
        let data = try Data(contentsOf: URL(fileURLWithPath: scratch.file("stand-in/arguments")))
        return data.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
    }
}
