// Every file a command reads, in every shape a file can have that nobody meant: one line that names it, the documented
// exit code, no wait, nothing left behind.

import Foundation
import Testing

@Suite(.serialized) struct OddFilesTests {
    enum Shape: String, CaseIterable, Sendable {
        case missing, empty, directory, symlinkLoop = "symlink loop", notUTF8 = "not UTF-8", huge, binary, unreadable
        /// A named pipe whose writer leaves without a word.
        case pipe

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
            }
            if self != .missing, self != .symlinkLoop, self != .unreadable, self != .directory { chmod(path, 0o600) }
        }
    }

    struct Reader: Sendable, CustomTestStringConvertible {
        var name: String
        var program = "sml"
        /// Where the odd file goes.
        var file: String
        var arguments: [String]
        var code: Int32
        var environment: [String: String] = [:]
        var testDescription: String { name }
    }

    static let readers = [
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
    ]

    /// Not refused: a scenario that is not there is an unknown name, a key of these bytes is odd but a key, and root
    /// reads what nobody may.
    private static func isRefused(_ reader: Reader, _ shape: Shape) -> Bool {
        if shape == .unreadable, getuid() == 0 { return false }
        return !(shape == .missing && reader.name.hasPrefix("scenario"))
    }

    @Test(arguments: readers) func everyShapeIsNamed(reader: Reader) async throws {
        for shape in Shape.allCases where Self.isRefused(reader, shape) {
            let scratch = try Scratch()
            try scratch.write("p.json", Scratch.prompts)
            try scratch.write(
                "c.json",
                Scratch.configuration(
                    server: "http://127.0.0.1:9", scenario: #"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#))
            try FileManager.default.createDirectory(atPath: scratch.file("scenarios"), withIntermediateDirectories: true)
            try shape.make(scratch.file(reader.file))
            let before = scratch.contents
            let program = try Program(reader.program, reader.arguments, in: scratch, environment: reader.environment)
            if shape == .pipe { try await leave(scratch.file(reader.file), program) }
            let code = try await program.end(within: 10)
            let which = "\(reader.name), \(shape.rawValue): \(program.errors)"
            #expect(code == reader.code, "\(which)")
            #expect(program.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2, "\(which)")
            #expect(program.errors.hasPrefix("sml: ") || program.errors.hasPrefix("sml-loadgen: "), "\(which)")
            #expect(program.errors.contains("odd"), "\(which)")
            #expect(program.output.isEmpty, "\(which)")
            #expect(scratch.contents.filter { !before.contains($0) && $0 != "out" && $0 != "runs" } == [], "\(which)")
        }
    }

    /// Opens the pipe's other end as soon as somebody reads, and closes it. Who does not wait for a pipe ends first.
    private func leave(_ pipe: String, _ program: Program) async throws {
        try await eventually("a reader of the pipe") {
            let descriptor = open(pipe, O_WRONLY | O_NONBLOCK)
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
        let config = try scratch.write(
            "c.json",
            Scratch.configuration(
                server: "http://127.0.0.1:9", scenario: #"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#))
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
