// What another user of the machine, or a server, can put in our way: links where results go, names that give a terminal
// orders, scenarios under a built-in one's name.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct NeighbourTests {
    private static let scenario = #"{"executor": "constant-vus", "vus": 1, "duration": "1s", "think_time": "100ms"}"#

    /// The names that an earlier version took: a shell that knows its number plants them, then becomes the generator.
    @Test(arguments: ["ln -s", "ln"]) func noPlantedNameIsWrittenThrough(_ link: String) async throws {
        let scratch = try Scratch()
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let victim = try scratch.write("victim", "precious", mode: 0o600)
        let arguments = try scratch.stage(Self.scenario, server: "http://127.0.0.1:\(server.port)")
        let plant = "mkdir out; for name in summary.json summary.json.tmp-$$ .sml-loadgen-$$; do \(link) \(victim) out/$name; done"
        let run = try await Program.run(
            "/bin/bash", ["-c", "umask 027; \(plant); rm out/summary.json; exec \"$0\" \"$@\"", Program.path("sml-loadgen")] + arguments,
            in: scratch)
        #expect(run.code == 0, "\(run.errors)")
        #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
        #expect(try mode("victim", scratch) == 0o600)
        #expect(try mode("out/summary.json", scratch) == 0o640)
        #expect(try mode("out/records.smlrec", scratch) == 0o640)
        #expect(!server.requests.isEmpty)
        #expect(scratch.contents.filter { $0.hasPrefix("out/") }.count == 4)
    }

    @Test func recordsAreNotWrittenThroughALinkAndNothingIsSent() async throws {
        let scratch = try Scratch()
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let victim = try scratch.write("victim", "", mode: 0o600)
        let arguments = try scratch.stage(Self.scenario, server: "http://127.0.0.1:\(server.port)")
        try FileManager.default.createDirectory(atPath: scratch.file("out"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: scratch.file("out/records.smlrec"), withDestinationPath: victim)
        let run = try await Program.run("sml-loadgen", arguments, in: scratch)
        #expect(run.code == 73)
        #expect(run.errors.contains("records.smlrec: cannot create: is a symbolic link"), "\(run.errors)")
        #expect(server.requests.isEmpty)
        #expect(try String(contentsOfFile: victim, encoding: .utf8).isEmpty)
    }

    /// Escape, bell, carriage return, C1, right-to-left override, zero width.
    private static let evil = "x\u{1b}]0;title\u{7}\u{1b}[2J\r\u{9b}31m\u{202e}txt.\u{200b}exe"

    struct Case: Sendable, CustomTestStringConvertible {
        var program: String
        var arguments: [String]
        var testDescription: String { "\(program) \(arguments.count)" }
        init(_ program: String, _ arguments: String...) { (self.program, self.arguments) = (program, arguments) }
    }

    private static let cases = [
        Case("sml", "--\(evil)"), Case("sml", evil), Case("sml", "loadtest", evil), Case("sml", "loadtest", "scenarios"),
        Case("sml", "loadtest", "scenarios", "show", evil), Case("sml", "loadtest", "scenarios", "show", "evil\u{202e}"),
        Case("sml", "loadtest", "summarize", "/nowhere/\(evil)"),
        Case("sml", "loadtest", "records", "/nowhere/\(evil)"), Case("sml", "loadtest", "records", "x", "--format", evil),
        Case("sml", "loadtest", "push", "/nowhere/\(evil)"), Case("sml", "loadtest", "local", "--loadtest-scenario", evil),
        Case("sml", "loadtest", "local", "--loadtest-duration", evil),
        Case("sml", "loadtest", "local", "--api-key-file", "/nowhere/\(evil)"),
        Case("sml", "loadtest", "run", "--partition", evil), Case("sml", "models", evil, "--\(evil)"),
        Case("sml-loadgen", "--\(evil)"), Case("sml-loadgen", "--config", "/nowhere/\(evil)", "--prompts", "p", "--out", "o"),
        Case("sml-loadgen", "--config", "c", "--prompts", "p", "--out", "o", "--duration", evil),
        Case("sml-endpoint", "--\(evil)"), Case("sml-endpoint", "--log", "/nowhere/\(evil)"), Case("sml-endpoint", "--ttft", evil),
        Case("k6", "run", "--\(evil)", "s.js"), Case("k6", evil), Case("k6", "run", "/nowhere/\(evil)"),
    ]

    @Test(arguments: cases) func noNameGivesATerminalOrders(_ example: Case) async throws {
        let scratch = try Scratch()
        try scratch.write(
            "scenarios/evil\u{202e}\u{1b}[2J.yaml", "executor: constant-vus\nvus: \"\(Self.evil.prefix(1))\u{202e}\"\n", mode: 0o644)
        try scratch.write("scenarios/evil\u{202e}.json", #"{"executor": "constant-vus", "description": "a\u202eb"}"#, mode: 0o644)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.file("scenarios"))
        var program = example.program
        if program == "k6" {
            try FileManager.default.createSymbolicLink(atPath: scratch.hidden("k6"), withDestinationPath: Program.path("sml-loadgen"))
            program = scratch.hidden("k6")
        }
        let run = try await Program.run(program, example.arguments, in: scratch)
        let shown = (run.output + run.errors).unicodeScalars
        #expect(!shown.isEmpty)
        let orders = shown.filter { $0 != "\n" && ($0.properties.generalCategory == .control || $0.properties.generalCategory == .format) }
        #expect(orders.isEmpty, "\(run.errors.debugDescription) \(run.output.debugDescription)")
    }

    @Test func aReplacedScenarioIsSaidAndOneThatOthersCanWriteIsNotTaken() async throws {
        let scratch = try Scratch()
        let path = try scratch.write("scenarios/ramp.yaml", "executor: constant-vus\nvus: 1\nduration: 1s\n", mode: 0o644)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.file("scenarios"))
        let shown = try await Program.run("sml", ["loadtest", "scenarios", "show", "ramp"], in: scratch)
        #expect(shown.code == 0 && shown.errors == "sml: warning: ./scenarios/ramp.yaml: replaces the built-in scenario ramp\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
        let refused = try await Program.run("sml", ["loadtest", "local", "--loadtest-scenario", "ramp"], in: scratch)
        #expect(
            refused.code == 104 && refused.errors.contains("./scenarios/ramp.yaml: can be written to by everybody"), "\(refused.errors)")
    }

    private func mode(_ name: String, _ scratch: Scratch) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: scratch.file(name))[.posixPermissions] as? Int
    }
}
