// Every file a command reads, in every shape a file can have that nobody meant: one line that names it, the documented
// exit code, no wait, nothing left behind.

import Foundation
import Testing

@Suite(.serialized) struct OddFilesTests {
    enum Shape: String, CaseIterable, Sendable {
        case missing, empty, directory, symlinkLoop = "symlink loop", notUTF8 = "not UTF-8", huge, binary, unreadable
        /// A named pipe whose writer leaves without a word.
        case pipe
        /// What never ends, and is no file.
        case endless = "/dev/zero"
        /// Two hundred thousand open brackets: a reader that calls itself for each runs out of stack.
        case nested

        /// Makes it at `path`.
        func make(_ path: String) throws {
            switch self {
            case .missing: break
            case .empty: try Data().write(to: URL(filePath: path))
            case .directory: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            case .symlinkLoop: #expect(symlink(path, path) == 0)
            case .notUTF8: try Data([0x22, 0xff, 0xfe, 0x22]).write(to: URL(filePath: path))
            // Sparse: it takes no room, and reading all of it would take minutes.
            case .huge:
                try Data().write(to: URL(filePath: path))
                #expect(truncate(path, 1 << 40) == 0)
            case .binary: try Data((0...255).map { UInt8($0) }).write(to: URL(filePath: path))
            case .unreadable:
                try Data("x".utf8).write(to: URL(filePath: path))
                chmod(path, 0)
            case .pipe: #expect(mkfifo(path, 0o600) == 0)
            case .endless: #expect(symlink("/dev/zero", path) == 0)
            case .nested: try Data(repeating: UInt8(ascii: "["), count: 200_000).write(to: URL(filePath: path))
            }
            if self != .missing, self != .symlinkLoop, self != .unreadable, self != .directory, self != .endless { chmod(path, 0o600) }
        }
    }

    struct Reader: Sendable, CustomTestStringConvertible {
        var name: String
        var program = "sml"
        /// Where the odd file goes.
        var file: String
        var arguments: [String]
        var code: Int32
        /// Where what is in the file is another mistake than that it cannot be read.
        var contentCode: Int32?
        /// Shapes that are as good as any other file.
        var accepted: Set<Shape> = []
        var environment: [String: String] = [:]
        var testDescription: String { name }
    }

    /// With secrets that are kept elsewhere.
    private static let configured = ["HOME": ".", "SML_CONFIG_DIR": "odd"]
    private static let encrypted = ["--config", "https.json", "--prompts", "p.json", "--out", "out"]
    private static let dryRun = ["loadtest", "run", "--dry-run", "--partition", "p", "--account", "a"]
    private static let certified = [
        "K6_PROMETHEUS_RW_SERVER_URL": "https://127.0.0.1:9/w", "K6_PROMETHEUS_RW_CLIENT_CERTIFICATE": "good.pem",
        "K6_PROMETHEUS_RW_CLIENT_CERTIFICATE_KEY": "good.key",
    ]

    static let readers =
        [
            Reader(
                name: "run configuration", program: "sml-loadgen", file: "odd",
                arguments: ["--config", "odd", "--prompts", "p.json", "--out", "out"], code: 104),
            Reader(
                name: "corpus", program: "sml-loadgen", file: "odd",
                arguments: ["--config", "c.json", "--prompts", "odd", "--out", "out"], code: 107),
            Reader(
                name: "corpus of sml", file: "odd", arguments: ["loadtest", "local", "--out", "out"], code: 107,
                environment: ["SML_LOADTEST_PROMPTS_FILE": "odd"]),
            Reader(
                name: "scenario", file: "scenarios/odd.yaml",
                arguments: ["loadtest", "local", "--loadtest-scenario", "odd", "--out", "out"], code: 104),
            Reader(
                name: "scenario in JSON", file: "scenarios/odd.json", arguments: ["loadtest", "scenarios", "show", "odd"],
                code: 104),
            Reader(
                name: "key", file: "odd",
                arguments: [
                    "loadtest", "local", "--loadtest-server-url", "http://127.0.0.1:9", "--api-key-file", "odd", "--out", "out",
                ], code: 64),
            Reader(name: "records to summarize", file: "odd", arguments: ["loadtest", "summarize", "odd"], code: 65),
            Reader(name: "records to export", file: "odd", arguments: ["loadtest", "records", "odd"], code: 65),
            Reader(
                name: "undelivered series", file: "odd",
                arguments: ["loadtest", "push", "odd", "--url", "http://127.0.0.1:9/w", "--drain", "0s"], code: 66),
            Reader(
                name: "one of several records files", file: "odd", arguments: ["loadtest", "summarize", "good.smlrec", "odd"], code: 65),
            Reader(name: "configuration of sml", file: "odd/config.yml", arguments: dryRun, code: 78, environment: configured),
            Reader(
                name: "secret", file: "odd/secrets/swissai_research_api_key", arguments: dryRun, code: 78,
                accepted: [.nested], environment: configured),
            // Not there is as good as not asked for.
            Reader(
                name: "keyring of Python's sml", file: "odd/python_keyring/keyring_pass.cfg", arguments: dryRun, code: 78,
                environment: ["HOME": ".", "SML_CONFIG_DIR": "configured", "XDG_DATA_HOME": "odd"]),
            Reader(
                name: "record of a job", file: "odd/loadtest/m/job_1.json", arguments: ["loadtest", "attach", "1"], code: 64,
                environment: configured),
        ] + launching + [
            Reader(
                name: "certificate authorities", program: "sml-loadgen", file: "odd", arguments: encrypted, code: 64,
                environment: ["SSL_CERT_FILE": "odd"]),
            Reader(
                name: "certificate authorities of a receiver", program: "sml-loadgen", file: "odd",
                arguments: ["--config", "c.json", "--prompts", "p.json", "--out", "out", "--remote-write-url", "https://127.0.0.1:9/w"],
                code: 255, environment: ["SSL_CERT_FILE": "odd"]),
            Reader(
                name: "client certificate", program: "sml-loadgen", file: "odd",
                arguments: ["--config", "c.json", "--prompts", "p.json", "--out", "out"], code: 255,
                environment: certified.merging(["K6_PROMETHEUS_RW_CLIENT_CERTIFICATE": "odd"]) { $1 }),
            Reader(
                name: "key of a client certificate", program: "sml-loadgen", file: "odd",
                arguments: ["--config", "c.json", "--prompts", "p.json", "--out", "out"], code: 255,
                environment: certified.merging(["K6_PROMETHEUS_RW_CLIENT_CERTIFICATE_KEY": "odd"]) { $1 }),
            Reader(
                name: "k6's script", program: "k6", file: "odd", arguments: ["run", "odd"], code: 255, contentCode: 107,
                environment: ["RUN_CONFIG_JSON": "{}", "PROMPTS_FILE": "p.json"]),
            Reader(
                name: "k6's corpus", program: "k6", file: "odd", arguments: ["run", "--quiet", "p.js"], code: 107,
                environment: ["PROMPTS_FILE": "odd"]),
        ]

    private static let own = ["HOME": ".", "SML_CONFIG_DIR": "odd", "PATH": "bin", "SML_SWISSAI_RESEARCH_API_KEY": "k"]
    private static let elsewhere = own.merging(["SML_CONFIG_DIR": "configured"]) { $1 }
    private static let withoutKey = own.filter { $0.key != "SML_SWISSAI_RESEARCH_API_KEY" }
    private static let job = ["--dry-run", "--partition", "p", "--account", "a"]
    private static let advanced =
        ["loadtest", "advanced", "--serving-framework", "sglang", "--framework-args", "--model-path /m --served-model-name m"] + job
    private static let preconfigured = ["loadtest", "preconfigured", "--model", "google/gemma-3-27b-it"] + job

    /// What models are launched from. Without a catalogue or environment file of one's own there are the packaged ones.
    private static let launching = [
        Reader(
            name: "catalogue", file: "odd/models.yml", arguments: ["models"], code: 64, accepted: [.missing], environment: own),
        Reader(
            name: "catalogue of preconfigured", file: "odd/models.yml", arguments: preconfigured, code: 64, accepted: [.missing],
            environment: own),
        Reader(
            name: "file of a catalogue", file: "odd/models/a.json", arguments: ["models", "show", "google/gemma-3-27b-it"], code: 64,
            accepted: [.missing], environment: own),
        Reader(
            name: "directory of a catalogue", file: "odd/models", arguments: ["models"], code: 64, accepted: [.missing, .directory],
            environment: own),
        Reader(
            name: "environment file", file: "odd.toml", arguments: advanced + ["--slurm-environment", "odd.toml"], code: 64,
            environment: elsewhere),
        Reader(
            name: "environment file by its name", file: "odd/environments/sglang.toml", arguments: advanced, code: 64,
            accepted: [.missing], environment: own),
        Reader(
            name: "directory of environment files", file: "odd/environments", arguments: advanced, code: 64,
            accepted: [.missing, .directory], environment: own),
        Reader(
            name: "environment file of a catalogue's model", file: "odd/environments/vllm.toml", arguments: preconfigured, code: 64,
            accepted: [.missing], environment: own),
        Reader(name: "configuration of advanced", file: "odd/config.yml", arguments: advanced, code: 78, environment: own),
        Reader(name: "configuration of preconfigured", file: "odd/config.yml", arguments: preconfigured, code: 78, environment: own),
        Reader(
            name: "secret of advanced", file: "odd/secrets/swissai_research_api_key", arguments: advanced, code: 78,
            accepted: [.nested], environment: withoutKey),
        Reader(
            name: "secret of preconfigured", file: "odd/secrets/swissai_research_api_key", arguments: preconfigured, code: 78,
            accepted: [.nested], environment: withoutKey),
        Reader(
            name: "key of advanced", file: "odd.key", arguments: advanced + ["--api-key-file", "odd.key"], code: 64,
            environment: elsewhere),
        Reader(
            name: "scenario of advanced", file: "scenarios/odd.yaml", arguments: advanced + ["--loadtest-scenario", "odd"], code: 104,
            environment: elsewhere),
        Reader(
            name: "scenario of preconfigured", file: "scenarios/odd.yaml", arguments: preconfigured + ["--loadtest-scenario", "odd"],
            code: 104, environment: elsewhere),
        Reader(
            name: "certificate authorities of advanced", file: "odd", arguments: advanced, code: 64,
            environment: elsewhere.merging(["SSL_CERT_FILE": "odd"]) { $1 }),
        Reader(
            name: "record of a model's job", file: "odd/loadtest/1/model_1.json", arguments: ["loadtest", "cancel", "1"], code: 64,
            environment: own),
        Reader(
            name: "record of a model's job, taken up", file: "odd/loadtest/1/model_1.json", arguments: ["loadtest", "attach", "1"],
            code: 64, environment: own),
    ]

    /// Not refused: a scenario that is not there is an unknown name, a key of these bytes is odd but a key, and root
    /// reads what nobody may.
    private static func isRefused(_ reader: Reader, _ shape: Shape) -> Bool {
        if shape == .unreadable, getuid() == 0 { return false }
        if reader.accepted.contains(shape) { return false }
        return !(shape == .missing && reader.name.hasPrefix("scenario"))
    }

    @Test(arguments: readers) func everyShapeIsNamed(reader: Reader) async throws {
        try await withThrowingTaskGroup { group in
            for shape in Shape.allCases where Self.isRefused(reader, shape) {
                group.addTask { try await expectNamed(shape, reader) }
            }
            try await group.waitForAll()
        }
    }

    private func expectNamed(_ shape: Shape, _ reader: Reader) async throws {
        let scratch = try Scratch()
        try scratch.write("p.json", Scratch.prompts)
        try prepare(scratch, for: reader)
        try shape.make(scratch.file(reader.file))
        let before = scratch.contents
        var environment = reader.environment
        if environment["HOME"] == "." { environment["HOME"] = scratch.path }
        // Programs are not looked for in relative directories.
        if environment["PATH"] == "bin" { environment["PATH"] = "\(scratch.file("bin")):/usr/bin:/bin" }
        if reader.name == "k6's corpus" { environment["RUN_CONFIG_JSON"] = Self.configuration("http://127.0.0.1:9") }
        let program = try Program(
            reader.program == "k6" ? scratch.file("k6") : reader.program, reader.arguments, in: scratch,
            environment: environment)
        if shape == .pipe { try await leave(scratch.file(reader.file), program) }
        // A debug build under ThreadSanitizer takes 16 s of processor for the 2 MiB it reads of the huge one.
        let code = try await program.end(within: 120)
        let which = "\(reader.name), \(shape.rawValue): \(program.errors)"
        let isContent = [.empty, .notUTF8, .huge, .binary, .pipe, .endless, .nested].contains(shape)
        #expect(code == (isContent ? reader.contentCode ?? reader.code : reader.code), "\(which)")
        #expect(program.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2, "\(which)")
        #expect(["sml: ", "sml-loadgen: ", "k6: "].contains { program.errors.hasPrefix($0) }, "\(which)")
        #expect(program.errors.contains("odd"), "\(which)")
        // One broken file does not hide the models of the others.
        #expect(program.output.isEmpty || reader.arguments == ["models"], "\(which)")
        #expect(scratch.contents.filter { !before.contains($0) && $0 != "out" && $0 != "runs" } == [], "\(which)")
    }

    /// A corpus is mapped; what lies behind the new end of one that becomes shorter is a SIGBUS.
    @Test func aCorpusThatBecomesShorterIsNamed() async throws {
        let scratch = try Scratch()
        let entry = #"{"label": "a", "content": "\#(String(repeating: "x", count: 10_000))"}"# + "\n"
        let corpus = try scratch.write("p.jsonl", String(repeating: entry, count: 20_000))
        let config = try scratch.write("c.json", Self.configuration("http://127.0.0.1:9"))
        let program = try Program(
            "sml-loadgen", ["--config", config, "--prompts", corpus, "--out", "out", "--no-test-request"], in: scratch)
        try await eventually(every: .milliseconds(1), "the corpus is mapped") {
            let maps = try? String(contentsOfFile: "/proc/\(program.processID)/maps", encoding: .utf8)
            return maps?.contains(corpus) == true || !program.process.isRunning
        }
        #expect(truncate(corpus, 4096) == 0)
        #expect(try await program.end() == 107, "\(program.errors)")
        #expect(program.errors == "sml-loadgen: \(corpus): cannot be read: it became shorter meanwhile, or its disk failed\n")
    }

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func configuration(_ server: String) -> String {
        Scratch.configuration(server: server, scenario: #"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#)
    }

    /// Everything a reader needs besides the odd file.
    private func prepare(_ scratch: Scratch, for reader: Reader) throws {
        try scratch.write("c.json", Self.configuration("http://127.0.0.1:9"))
        try scratch.write("https.json", Self.configuration("https://127.0.0.1:9"))
        for name in ["good.pem", "good.key"] { try scratch.write(name, "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n") }
        func copy(_ path: String, _ name: String) throws {
            try FileManager.default.copyItem(at: Self.repository.appending(path: path), to: URL(filePath: scratch.file(name)))
        }
        try copy("Tests/FuzzCorpusTests/Corpus/records/run", "good.smlrec")
        try copy("Tests/K6Tests/Fixtures/packaged.js", "p.js")
        try FileManager.default.createSymbolicLink(atPath: scratch.file("k6"), withDestinationPath: Program.path("sml-loadgen"))
        // Which partitions there are, for the questions of `preconfigured`.
        try scratch.write("bin/sinfo", "#!/bin/sh\necho 'p|infinite|infinite'\n", mode: 0o755)
        // SML's own file, for SLURM, with a key that is kept elsewhere.
        let template = Self.repository.appending(path: "Tests/SubmitTests/Fixtures/config-2026-08.yml")
        let configuration = try String(contentsOf: template, encoding: .utf8)
            .replacing("    value: firecrest\n", with: "    value: slurm\n")
        for directory in ["odd", "configured"] where reader.file != "odd" && reader.file != "\(directory)/config.yml" {
            try scratch.write("\(directory)/config.yml", configuration)
        }
        let parent = URL(filePath: scratch.file(reader.file)).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    }

    /// Opens the pipe's other end as soon as somebody reads, and closes it. Who does not wait for a pipe ends first.
    private func leave(_ pipe: String, _ program: Program) async throws {
        try await eventually("a reader of the pipe") {
            let descriptor = open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            if descriptor >= 0 { close(descriptor) }
            return descriptor >= 0 || !program.process.isRunning
        }
    }

    struct Variable: Sendable, CustomTestStringConvertible {
        var name: String
        var value: String
        var code: Int32
        var testDescription: String { "\(name)=\(value.prefix(20))" }
    }

    /// Variables of the generator with values it cannot use.
    static let variables = [
        Variable(name: "K6_PROMETHEUS_RW_PUSH_INTERVAL", value: "soon", code: 255),
        Variable(name: "K6_PROMETHEUS_RW_PUSH_INTERVAL", value: "", code: 255),
        Variable(name: "K6_PROMETHEUS_RW_TREND_STATS", value: "p(101)", code: 255),
        Variable(name: "K6_PROMETHEUS_RW_STALE_MARKERS", value: "yes", code: 255),
        Variable(name: "K6_PROMETHEUS_RW_NONSENSE", value: "1", code: 255),
        Variable(name: "K6_PROMETHEUS_RW_HTTP_HEADERS", value: "a:b:c", code: 255),
        Variable(name: "K6_PROMETHEUS_RW_CLIENT_CERTIFICATE", value: "only", code: 255),
        Variable(name: "K6_PROMETHEUS_RW_TLS_MINIMUM_VERSION", value: "1.1", code: 255),
    ]

    @Test(arguments: variables) func badVariablesAreNamed(variable: Variable) async throws {
        let scratch = try Scratch()
        let config = try scratch.write("c.json", Self.configuration("http://127.0.0.1:9"))
        let run = try await Program.run(
            "sml-loadgen",
            [
                "--config", config, "--prompts", try scratch.write("p.json", Scratch.prompts), "--out", "out",
                "--remote-write-url", "http://127.0.0.1:9/w",
            ], in: scratch, environment: [variable.name: variable.value])
        #expect(run.code == variable.code, "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1 && run.errors.contains(variable.name), "\(run.errors)")
    }
}
