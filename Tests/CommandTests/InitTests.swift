// `sml init` as people and scripts run it: on a terminal, without one, and as a check.

import FirecRESTFake
import Foundation
import Testing

@Suite(.timeLimit(.minutes(15))) struct InitTests {
    private let scratch: Scratch
    private let environment: [String: String]

    init() throws {
        scratch = try Scratch()
        environment = ["HOME": scratch.path, "SML_CONFIG_DIR": scratch.file("sml")]
    }

    private func sml(
        _ arguments: String..., with more: [String: String] = [:]
    ) async throws
        -> (code: Int32, output: String, errors: String)
    {
        try await Program.run("sml", ["init"] + arguments, in: scratch, environment: environment.merging(more) { $1 })
    }

    @Test func guidesAPersonAndNeverShowsASecret() async throws {
        let terminal = try PseudoTerminal("sml", ["init"], environment: environment)
        try await terminal.answer("Number or name: ", "pbs\n")
        try await terminal.answer("Number or name: ", "1\n")
        try await terminal.answer("FirecREST URL [https://api.cscs.ch/ml/firecrest/v2]: ", "https://f7t.example/v2\n")
        try await terminal.answer("/openid-connect/token]: ", "\n")
        try await terminal.answer("FirecREST client id: ", "\n")
        try await terminal.answer("FirecREST client id: ", "id-canary\n")
        try await terminal.answer("FirecREST client secret: ", "wrong\u{15}secret-canaryX\u{7F}\n")
        try await terminal.answer("SSH host of the cluster (empty for none): ", "clariden\n")
        try await terminal.answer("API key (empty for none): ", "key-canary\n")
        let end = try await terminal.end()
        #expect(end.code == 0 && end.echoes, "\(terminal.screen)")
        #expect(!terminal.screen.contains("canary") && !terminal.screen.contains("wrong"))
        #expect(terminal.screen.contains("wrote \(scratch.file("sml"))/config.yml"))
        let config = try String(contentsOfFile: scratch.file("sml/config.yml"), encoding: .utf8)
        #expect(!config.contains("canary") && config.contains("value: https://f7t.example/v2\n"))
        let keyring = try String(contentsOfFile: scratch.file(".local/share/python_keyring/keyring_pass.cfg"), encoding: .utf8)
        #expect(keyring.contains(Data("secret-canary".utf8).base64EncodedString()))
    }

    @Test func controlCLeavesTheTerminalAsItWasAndWritesNothing() async throws {
        let terminal = try PseudoTerminal("sml", ["init", "--launcher", "slurm"], environment: environment)
        try await terminal.answer("API key (empty for none): ", "half\u{03}")
        let end = try await terminal.end()
        #expect(end.code == 130 && end.echoes)
        #expect(scratch.contents.isEmpty)
    }

    @Test func asksNothingWithoutATerminal() async throws {
        let missing = try await sml()
        #expect(missing.code == 64)
        #expect(missing.errors == "sml: --launcher: is missing; expected firecrest or slurm\n")
        #expect(scratch.contents.isEmpty)
        let done = try await sml("--launcher", "slurm", "--secrets", "file", with: ["SML_SWISSAI_RESEARCH_API_KEY": "sk-canary"])
        #expect(done.code == 0 && done.errors.isEmpty, "\(done.errors)")
        #expect(!done.output.contains("canary"))
        #expect(
            scratch.contents == [
                "sml", "sml/config.yml", "sml/secrets", "sml/secrets/swissai_research_api_key",
            ])
        // A terminal is not asked either when told so.
        let terminal = try PseudoTerminal("sml", ["init", "--no-input"], environment: environment)
        #expect(try await terminal.end().code == 0)
    }

    @Test func wrongOptionsAreSaid() async throws {
        for (arguments, says) in [
            (["--secrets", "cloud"], "--secrets: \"cloud\" is not accepted; expected one of keyring, file, environment"),
            (["--partition", "x"], "--partition: only with --check"),
            (["--check", "--launcher", "slurm"], "--launcher: not with --check"),
            (["--launcher", "slurm", "--secrets", "keyring"], "--secrets keyring: secret-tool or a desktop session is missing"),
        ] {
            let run = try await Program.run(
                "sml", ["init"] + arguments, in: scratch,
                environment: environment.merging(["SML_CSCS_API_KEY": "k"]) { $1 })
            #expect(run.code == 64 && run.errors.hasPrefix("sml: \(says)"), "\(run.errors)")
        }
        let missing = try await sml("--check")
        #expect(missing.code == 78)
        #expect(missing.errors == "sml: \(scratch.file("sml"))/config.yml: is missing; run 'sml init' first\n")
    }

    /// Lines with the table's padding taken out.
    private static func rows(_ table: String) -> [String] {
        table.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    }

    /// sinfo is a script here; the real one is asked where the tests have a real SLURM.
    @Test func checksWhatCanBeChecked() async throws {
        for program in ["sbatch", "squeue", "sacct", "scancel"] { try scratch.write("bin/\(program)", "#!/bin/sh\n", mode: 0o755) }
        try scratch.write("bin/sinfo", "#!/bin/sh\n[ \"$*\" = '-h -o %P' ] && printf 'normal*\\ndebug\\n'\n", mode: 0o755)
        let endpoint = try await EndpointProcess.start(in: scratch)
        let path = ["PATH": "\(scratch.file("bin")):/bin"]
        _ = try await sml("--launcher", "slurm", with: ["SML_SWISSAI_RESEARCH_API_KEY": "sk-canary"])
        let good = try await sml(
            "--check", "--partition", "debug", "--loadtest-server-url", endpoint.url, with: path)
        #expect(good.code == 0, "\(good.output) \(good.errors)")
        #expect(Self.rows(good.output).contains("ok slurm partitions normal, debug"), "\(good.output)")
        #expect(Self.rows(good.output).contains("ok partition debug"))
        let wrong = try await sml(
            "--check", "--loadtest-server-url", "http://127.0.0.1:9",
            with: path.merging(["SML_PARTITION": "gpu"]) { $1 })
        #expect(wrong.code == 78)
        #expect(Self.rows(wrong.output).contains("wrong partition \"gpu\" does not exist; known are normal, debug"))
        #expect(wrong.output.contains("http://127.0.0.1:9 not reached: "))
        #expect(!(good.output + wrong.output).contains("canary"))
        let away = try await sml("--check", "--loadtest-server-url", endpoint.url, with: ["PATH": "/nonexistent"])
        #expect(away.code == 78)
        #expect(away.output.contains("sinfo is not on PATH; this launcher works on a login node of the cluster"))
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx"), "needs nginx"))
    func checksAServerOfAnAuthorityThatTheEnvironmentNames() async throws {
        let front = try await NginxFront.start()
        let directory = front.scratch.file("hashed")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: front.scratch.file("ca.pem"), toPath: directory + "/ca.pem")
        #expect(try await Program.run("/usr/bin/openssl", ["rehash", directory], in: front.scratch).code == 0)
        _ = try await sml("--launcher", "slurm", with: ["SML_SWISSAI_RESEARCH_API_KEY": "sk-canary"])
        for (authority, isTrusted) in [
            (front.authority, true), (["SSL_CERT_DIR": "/nowhere:\(directory)"], true), ([:], false),
        ] {
            let check = try await sml(
                "--check", "--loadtest-server-url", "https://localhost:\(front.http1)", with: authority)
            #expect(check.output.contains("not reached: ") == !isTrusted, "\(authority) \(check.output)")
        }
        _ = try await front.stop()
    }

    @Test func checksFirecRESTAndSaysWhatIsWrong() async throws {
        let fake = try FakeFirecREST(.init(root: scratch.path), compute: PlayedScheduler().compute)
        let endpoint = try await EndpointProcess.start(in: scratch)
        let credentials = ["SML_FIRECREST_CLIENT_ID": "id-canary", "SML_FIRECREST_CLIENT_SECRET": "secret-canary"]
        let done = try await sml(
            "--launcher", "firecrest", "--firecrest-url", fake.url, "--firecrest-token-uri", fake.tokenURL, with: credentials)
        #expect(done.code == 0, "\(done.errors)")
        let check = ["--check", "--firecrest-system", "cluster", "--loadtest-server-url", endpoint.url]
        let good = try await Program.run(
            "sml", ["init"] + check + ["--partition", "debug", "--verbose"], in: scratch, environment: environment)
        #expect(good.code == 0, "\(good.output) \(good.errors)")
        let calls = ["POST token → 200", "GET /status/systems → 200", "GET /status/cluster/partitions → 200"]
        #expect(zip(good.errors.split(separator: "\n"), calls).allSatisfy { $0.hasPrefix($1) }, "\(good.errors)")
        for row in [
            "ok firecrest credentials accepted", "ok systems cluster", "ok system cluster", "ok partition debug",
            "ok user hpcuser, account testacct", "skipped API key none; requests go without one",
        ] {
            #expect(Self.rows(good.output).contains(row), "\(good.output)")
        }
        let wrong = try await Program.run(
            "sml", ["init"] + check + ["--partition", "gpu"], in: scratch, environment: environment)
        #expect(wrong.code == 78)
        #expect(Self.rows(wrong.output).contains("wrong partition \"gpu\" does not exist; known are normal, debug"))
        let refused = try await Program.run(
            "sml", ["init"] + check, in: scratch,
            environment: environment.merging(["SML_FIRECREST_CLIENT_SECRET": "other-canary"]) { $1 })
        #expect(refused.code == 78)
        #expect(refused.output.contains("no access token: the token server answered 401"))
        #expect(!(good.output + good.errors + wrong.output + refused.output).contains("canary"))
        #expect(fake.violations == [])
    }
}
