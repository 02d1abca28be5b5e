// The packaged script is recognised, and every change that would change the measurement is named.

import Foundation
import Testing

@testable import K6

@Suite struct PackagedScriptTests {
    private let packaged: String

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/packaged.js")
        packaged = try String(contentsOf: file, encoding: .utf8)
    }

    @Test func recognises() throws {
        try PackagedScript.recognise(packaged, name: "script.js")
        try PackagedScript.recognise(packaged.replacing("\n", with: "\r\n"), name: "script.js")
        // Two variables are optional: earlier versions of the script did not read them.
        try PackagedScript.recognise(packaged.replacing("__ENV.RUN_LABEL", with: "null"), name: "script.js")
    }

    static let changes: [(of: String, into: String, named: String)] = [
        ("__ENV.SYSTEM_PROMPT", "__ENV.STREAM_RATIO", "it has the variable STREAM_RATIO"),
        ("__ENV.SYSTEM_PROMPT", "__ENV[name]", "it has the variable […]"),
        ("__ENV.SYSTEM_PROMPT", "Object.keys(__ENV)", "it has the variable […]"),
        ("config.server_url ??", "__ENV.BASE_URL ?? config.server_url ??", "it has the variable BASE_URL"),
        ("${path}", "/v1/embeddings", "it has the path /v1/embeddings"),
        ("__ENV.PROMPTS_FILE", "'prompts.json'", "it lacks the variable PROMPTS_FILE"),
        ("\"active_requests\"", "\"requests\"", "it lacks the metric active_requests"),
        ("const active =", "const mine = new Trend('ttft'); const active =", "it has the metric ttft"),
        ("\"has choices\"", "\"some\"", "it lacks the check has choices"),
        ("/v1/chat/completions", "/v1/completions", "it lacks the path /v1/chat/completions"),
        ("const system", "const other = '/v1/models', system", "it has the path /v1/models"),
        ("export function handleSummary", "function handleSummary", "it lacks the export handleSummary"),
        ("export function handleSummary", "export function setup() {}\nexport function handleSummary", "it has the export setup"),
        ("export function handleSummary", "export async function also() {}\nexport function handleSummary", "it has the export also"),
        ("import http from", "import ws from 'k6/ws';\nimport http from", "it has the module k6/ws"),
        ("const system", "const extra = require('./extra.js'), system", "it has the module ./extra.js"),
        ("const system", "const extra = open('extra.json'), system", "it has the module extra.json"),
        ("const system", "const extra = import(name), system", "it has the module […]"),
        ("scenarios: {", "thresholds: { success_rate: ['rate>0.9'] }, scenarios: {", "it has the option thresholds"),
        ("summaryTrendStats", "...more, summaryTrendStats", "it has the option ."),
        ("sleep(Math", "http.get(config.server_url); sleep(Math", "it has the call http. get"),
    ]

    @Test(arguments: changes) func refuses(change: (of: String, into: String, named: String)) throws {
        let script = packaged.replacing(change.of, with: change.into)
        #expect(script != packaged)
        let error = #expect(throws: K6Error.self) { try PackagedScript.recognise(script, name: "dir/mine.js") }
        #expect(error?.exitCode == 107)
        let text = try #require(error?.description)
        #expect(text.hasPrefix("dir/mine.js: not SML's packaged k6 script (\(change.named))"), "\(text)")
        #expect(text.contains("'request:'") && !text.contains("\n"))
    }

    @Test(arguments: ["", "\u{0}", "/*", "\"", "`${`", "export", "export default", "new", "__ENV", "import", "options = {"])
    func survives(script: String) {
        #expect(throws: K6Error.self) { try PackagedScript.recognise(script, name: "x") }
    }

    /// Every prefix and a thousand random damages of the script are decided, never a trap.
    @Test func survivesDamage() {
        let bytes = Array(packaged.utf8)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            _ = PackagedScript.difference(ScriptDeclarations(ScriptText(String(decoding: bytes[..<length], as: UTF8.self))))
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            var damaged = bytes
            for _ in 0..<5 { damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            _ = PackagedScript.difference(ScriptDeclarations(ScriptText(String(decoding: damaged, as: UTF8.self))))
        }
    }
}
