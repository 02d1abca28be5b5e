// SML's script is known by its content, and every line that is not in it is named.

import Base
import Foundation
import Testing

@testable import K6

@Suite struct PackagedScriptTests {
    private let packaged: String

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/packaged.js")
        packaged = try String(contentsOf: file, encoding: .utf8)
    }

    /// SML's own versions, from a clone of it: a directory with the files of any names.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["SML_SCRIPTS"] != nil)) func theScriptsOfSML() throws {
        let directory = try #require(ProcessInfo.processInfo.environment["SML_SCRIPTS"])
        for file in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() {
            let source = try String(contentsOfFile: directory + "/" + file, encoding: .utf8)
            let version = ScriptVersion(name: file, of: ScriptCode(source))
            let lines = version.lines.map { String(UInt32($0) | 0x1_0000, radix: 16).dropFirst() }.joined()
            #expect(throws: Never.self, "\(version.digest) \(lines)") {
                let script = try PackagedScript(source, name: file)
                #expect(script.systemPrompt?.count == 572 && script.warning == nil)
            }
        }
    }

    @Test func theTable() {
        #expect(ScriptVersion.all.count == 4)
        #expect(Set(ScriptVersion.all.map(\.digest)).count == 4)
        // Their lines with code.
        #expect(ScriptVersion.all.map(\.lines.count) == [425, 420, 435, 50])
    }

    @Test(arguments: [
        ("\n", "\r\n"), ("\n", "\n\n"), ("  ", ""), ("  ", "\t "), (" = ", "="), ("active.add(1);", "active . add( 1 ) ; // one more"),
        ("export const", "/* options\n */ export\nconst"), ("// not http://example/v1/completions", ""),
        ("active.add(1);\n", "active.add(1);"), ("`${pattern}`", "`${ pattern }`"), ("import http", "\u{FEFF}import http"),
    ]) func commentsAndBlanksDoNotMatter(of: String, into: String) throws {
        var script = packaged.replacing(of, with: into)
        if into.hasPrefix("\u{FEFF}") { script = "\u{FEFF}" + packaged }
        #expect(script != packaged)
        let found = try PackagedScript(script, name: "script.js")
        #expect(found.warning == nil && found.name == "the test script of sml-loadgen")
    }

    static let changes: [(of: String, into: String, named: String)] = [
        ("stream: false }", "stream: true }", "line 39: JSON.stringify({ messages"),
        ("temperature: 1,", "temperature: 0.2,", "line 39: "),
        ("temperature: 1,", "temperature: 1, top_p: 0.9,", "line 39: "),
        ("temperature: 1,", "temperature: 1, max_tokens: 5,", "line 39: "),
        ("    { tags:", "    { headers: { \"X-Project\": \"a\" }, tags:", "line 40: { headers: { \"X-Project\": \"a\" }, tags: "),
        ("\"p(95)\", ", "", "line 30: summaryTrendStats: [\"min\""),
        ("__ENV.SYSTEM_PROMPT", "__ENV.STREAM_RATIO", "line 12: const system = __ENV.STREAM_RATIO ?? \"\";"),
        ("/v1/chat/completions", "/v1/completions", "line 17: const path = \"/v1/completions\";"),
        ("  active.add(-1);\n", "", "lines of SML's are missing after line 41"),
        ("  active.add(-1);\n", "  active.add(-1);\n  sleep(1);\n", "line 43: sleep(1);"),
        ("\"status 200\"", "\"status  200\"", "line 45: "),
        ("const good = check", "const good = true || check", "line 45: "),
        ("return { stdout:", "return\n{ stdout:", "line 56: return; line 57: "),
    ]

    @Test(arguments: changes) func namesTheLine(change: (of: String, into: String, named: String)) throws {
        let script = packaged.replacing(change.of, with: change.into)
        #expect(script != packaged)
        let error = #expect(throws: K6Error.self) { try PackagedScript(script, name: "dir/mine.js") }
        #expect(error?.exitCode == 107)
        let text = try #require(error?.description)
        #expect(text.hasPrefix("dir/mine.js: not SML's packaged k6 script: \(change.named)"), "\(text)")
        #expect(text.contains("'request:'") && text.contains("SML_K6_ACCEPT_SCRIPT=1") && !text.contains("\n"))
        let accepted = try PackagedScript(script, name: "dir/mine.js", accepting: "1")
        #expect(accepted.warning?.contains(change.named) == true && accepted.name.hasPrefix("edited"))
    }

    @Test func manyChangesAreCounted() {
        let script = packaged.replacing("\"", with: "'")
        let error = #expect(throws: K6Error.self) { try PackagedScript(script, name: "x") }
        #expect(error?.description.contains(" more; this k6 runs no JavaScript") == true, "\(error?.description ?? "")")
    }

    @Test func aKeyInTheScriptIsNotShown() {
        let script = packaged.replacing("const active =", with: "const headers = { Authorization: `Bearer sk-canary` };\nconst active =")
        let error = #expect(throws: K6Error.self) { try PackagedScript(script, name: "x") }
        #expect(error?.description.contains("line 26: ") == true && error?.description.contains("canary") == false)
    }

    @Test func somebodyElsesScript() {
        let script = "import http from 'k6/http'; export default () => http.get('http://x/');"
        let error = #expect(throws: K6Error.self) { try PackagedScript(script, name: "x") }
        #expect(error?.description.hasPrefix("x: not SML's packaged k6 script: it has 0 of the ") == true, "\(error?.description ?? "")")
        let value = #expect(throws: K6Error.self) { try PackagedScript(script, name: "x", accepting: "yes") }
        #expect(value?.exitCode == 255 && value?.description.contains("expected 1 or 0") == true)
    }

    @Test func theTextOfTheSystemPrompt() throws {
        #expect(try PackagedScript(packaged, name: "x").systemPrompt == "Answer in one line, \"briefly\".\nNo lists.")
        let edited = packaged.replacing("No lists.", with: "No tables.")
        #expect(try PackagedScript(edited, name: "x", accepting: "1").systemPrompt?.hasSuffix("\nNo tables.") == true)
        for other in ["const DEFAULT_SYSTEM_PROMPT = load();", "const DEFAULT_SYSTEM_PROMPT = `a`;", "const OTHER = 'a';", ""] {
            #expect(try PackagedScript(other, name: "x", accepting: "1").systemPrompt == nil)
        }
    }

    @Test(arguments: [
        "", "\u{0}", "/*", "\"", "`${`", "`${", "`${{}", "'\\", "`\\", "//", "/* *", "return\n", "const DEFAULT_SYSTEM_PROMPT='\\",
    ])
    func survives(script: String) {
        #expect(throws: K6Error.self) { try PackagedScript(script, name: "x") }
    }

    /// Every prefix and a thousand random damages of the script are decided, never a trap; none of them passes that changes code.
    @Test func survivesDamage() {
        let bytes = Array(packaged.utf8)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: K6Error.self) { try PackagedScript(String(decoding: bytes[..<length], as: UTF8.self), name: "x") }
        }
        var random = SystemRandomNumberGenerator()
        let own = ScriptCode(packaged).joined
        for _ in 0..<1000 {
            var damaged = bytes
            for _ in 0..<5 { damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            let text = String(decoding: damaged, as: UTF8.self)
            let passes = (try? PackagedScript(text, name: "x")) != nil
            #expect(passes == (ScriptCode(text).joined == own))
        }
    }
}
