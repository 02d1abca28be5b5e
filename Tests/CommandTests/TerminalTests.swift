// What a person sees: progress on a terminal (script(1) makes one), plain lines in a log, nothing with --quiet,
// scenarios of their own, help with examples.

import Foundation
import Testing

@Suite struct TerminalTests {
    private static let fast = ["--endpoint-arguments", "--ttft 5ms --time-per-token 0"]

    private func local(_ duration: String, _ extra: [String] = []) -> [String] {
        ["loadtest", "local", "--loadtest-scenario", "open_loop", "--loadtest-duration", duration] + Self.fast + extra
    }

    @Test(arguments: [["TERM": "xterm"], ["TERM": "xterm", "NO_COLOR": "1"], ["TERM": "dumb"]])
    func aTerminalShowsABarAndEndsClean(environment: [String: String]) async throws {
        let scratch = try Scratch()
        let command = ([Program.path("sml")] + local("2s")).map { "'\($0)'" }.joined(separator: " ")
        let run = try await Program.run(
            "/usr/bin/script", ["-qec", "stty cols 100; \(command)", "/dev/null"], in: scratch,
            environment: environment.merging(["SHELL": "/bin/sh"]) { $1 })
        #expect(run.code == 0)
        let screen = run.output
        #expect(screen.contains("█") && screen.contains("in flight"))
        // Every redraw fits the window; the last is erased before the result.
        let escape = /\u{1B}\[[0-9;]*[A-Za-z]/
        let beforeResult = try #require(screen.components(separatedBy: "===").first)
        let redraws = beforeResult.split(whereSeparator: \.isNewline).filter { $0.contains("in flight") }
        #expect(redraws.count > 2 && redraws.allSatisfy { $0.replacing(escape, with: "").count < 100 })
        #expect(beforeResult.hasSuffix("\r\u{1B}[K") || beforeResult.replacing(escape, with: "").hasSuffix("\r"))
        #expect((screen.firstMatch(of: /\u{1B}\[[0-9;]*m/) != nil) == (environment == ["TERM": "xterm"]))
        #expect(screen.contains("summary: runs/"))
    }

    @Test func aLogGetsPlainLinesEveryTenSeconds() async throws {
        let scratch = try Scratch()
        let run = try await Program.run("sml", local("11s"), in: scratch)
        #expect(run.code == 0)
        let lines = run.errors.split(separator: "\n")
        try #require(lines.count == 3, "\(run.errors)")
        #expect(lines[0].hasPrefix("running 10"))
        #expect(lines[1].hasPrefix("summary: ") && lines[2].hasPrefix("report: "))
        #expect(!run.errors.contains("\u{1B}") && !run.output.contains("\u{1B}"))
        #expect(run.output.hasPrefix("=== LLM Load Test Summary ==="))
    }

    /// Also: two runs in one directory get two directories of their own.
    @Test func quietSaysNothing() async throws {
        let scratch = try Scratch()
        for _ in 0..<2 {
            let run = try await Program.run("sml", local("1s", ["--quiet"]), in: scratch)
            #expect(run.code == 0)
            #expect(run.output.isEmpty && run.errors.isEmpty, "\(run.errors)")
        }
        #expect(scratch.contents.filter { $0.hasSuffix("/summary.json") }.count == 2)
        let key = scratch.contents.first { $0.hasSuffix("/run_config.json") } ?? ""
        let mode = try FileManager.default.attributesOfItem(atPath: scratch.file(key))[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func ownScenariosReplaceBuiltInOnes() async throws {
        let scratch = try Scratch()
        try scratch.write("scenarios/throughput.yaml", "executor: constant-vus\nvus: 3\nduration: 1s\nthink_time: 0\n")
        let list = try await Program.run("sml", ["loadtest", "scenarios"], in: scratch)
        #expect(list.code == 0)
        let rows = list.output.split(separator: "\n")
        #expect(rows.count == 6)
        let row = try #require(rows.first { $0.hasPrefix("throughput") })
        #expect(row.contains("3 VUs") && row.hasSuffix("./scenarios/throughput.yaml"))
        let show = try await Program.run("sml", ["loadtest", "scenarios", "show", "throughput"], in: scratch)
        #expect(show.output.contains("\"vus\": 3"))
        // What `show` prints is a scenario itself; only its name is the new file's, with a warning.
        try scratch.write("scenarios/copy.json", show.output)
        let copy = try await Program.run("sml", ["loadtest", "scenarios", "show", "copy"], in: scratch)
        #expect(copy.code == 0, "\(copy.errors)")
        #expect(copy.output == show.output.replacing("\"throughput\"", with: "\"copy\""))
        #expect(copy.errors.hasPrefix("sml: warning: ./scenarios/copy.json: name: "))
    }

    @Test func aCorpusCanBePiped() async throws {
        let scratch = try Scratch()
        let run = try await Program.run(
            "sml", local("1s", ["--quiet", "--out", "out", "--loadtest-prompts-file", "-"]), in: scratch,
            input: Scratch.prompts)
        #expect(run.code == 0, "\(run.errors)")
        let results = try Results(directory: scratch.file("out"))
        #expect(results.labels == ["a", "b", "c"])
        #expect(results.requests.count == 20)
    }

    /// Every command there is, as the parser lists them.
    @Test func helpHasExamplesAndFitsATerminal() async throws {
        for program in ["sml", "sml-loadgen", "sml-endpoint"] {
            let dump = try await Program.run(program, ["--experimental-dump-help"], in: try Scratch())
            let root = try JSONDecoder().decode(CommandTree.self, from: Data(dump.output.utf8)).command
            let paths = root.paths
            #expect(program == "sml" ? paths.count > 20 && paths.contains(["loadtest", "ab"]) : paths == [[]], "\(paths)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for path in paths { group.addTask { try await self.expectHelp(program, path) } }
                try await group.waitForAll()
            }
            let version = try await Program.run(program, ["--version"], in: try Scratch())
            #expect(version.output.wholeMatch(of: /0\.1\.0\+([0-9a-f]{12}(\.dirty)?|unknown)\n/) != nil)
        }
    }

    private func expectHelp(_ program: String, _ path: [String]) async throws {
        let run = try await Program.run(program, path + ["--help"], in: try Scratch())
        let name = ([program] + path).joined(separator: " ")
        #expect(run.code == 0 && run.errors.isEmpty, "\(name)")
        #expect(run.output.contains("EXAMPLES\n  \(([program] + path.prefix(1)).joined(separator: " "))"), "\(name)")
        let head = run.output.components(separatedBy: "USAGE:")[0]
        // The parser wraps at 80; a line it had to break inside an example starts at the left margin.
        let rest = head.components(separatedBy: "EXAMPLES\n").last ?? ""
        let examples = rest.components(separatedBy: "\n\n")[0].split(separator: "\n")
        for line in examples { #expect(line.hasPrefix("  "), "\(name): \(line)") }
    }
}

/// What `--experimental-dump-help` prints, as far as names go.
private struct CommandTree: Decodable {
    struct Command: Decodable {
        var commandName: String
        var subcommands: [Command]?

        /// The words behind the program's name that lead to each command, its own `help` aside.
        var paths: [[String]] {
            [[]]
                + (subcommands ?? []).filter { $0.commandName != "help" }.flatMap { command in
                    command.paths.map { [command.commandName] + $0 }
                }
        }
    }

    var command: Command
}
