// Invented answers, whole and damaged, held against what a JavaScript engine's JSON.parse makes of them. The fixture is the
// beginning of what `node answers.mjs 1 200000` printed; SML_ANSWERS names a file with more.

import Foundation
import Testing

@testable import Generator

@Suite struct JavaScriptTests {
    /// As answers.mjs prints them, nil for what JSON.parse refuses.
    private static func facts(_ text: String) -> String? {
        let facts = Array(text.utf8).withUnsafeBytes { ChatCompletions.read($0, AnswerSetting(model: Array("m".utf8))) }
        guard facts.parsed else { return nil }
        let flags = [
            facts.hasChoices, facts.hasContent, facts.isOtherModel, facts.hasError, facts.hasFailedChoice,
        ].map { $0 ? "true" : "false" }
        let numbers = [Int32(facts.finishReason.rawValue), facts.promptTokens, facts.completionTokens].map(String.init)
        return (flags + numbers).joined(separator: ",")
    }

    @Test func answersAreReadAsJavaScriptReadsThem() throws {
        let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/javascript.jsonl")
        let path = ProcessInfo.processInfo.environment["SML_ANSWERS"]
        let lines = try Data(contentsOf: path.map { URL(filePath: $0) } ?? fixture).split(separator: UInt8(ascii: "\n"))
        var different = 0
        var valid = 0
        var otherModels = 0
        for line in lines {
            // `["text",[…]]` or `["text",null]`; a text has no raw line break in it.
            let end = try #require(line.lastIndex(of: UInt8(ascii: "\"")))
            let text = try JSONDecoder().decode(String.self, from: line[line.index(after: line.startIndex)...end])
            let rest = String(decoding: line[line.index(end, offsetBy: 2)...], as: UTF8.self)
            var expected = rest == "null]" ? nil : String(rest.dropFirst().dropLast(2))
            let seen = Self.facts(text)
            // JavaScript compares the names of models letter by letter; a path before the name is no other model here.
            if let fields = expected?.split(separator: ","), fields[2] == "true" {
                if seen?.split(separator: ",")[2] == "true" {
                    otherModels += 1
                } else {
                    expected = (fields[..<2] + ["false"] + fields[3...]).joined(separator: ",")
                }
            }
            if expected != nil { valid += 1 }
            if seen != expected {
                different += 1
                if different <= 20 { Issue.record("\(text): \(seen ?? "refused"), JavaScript \(expected ?? "refused")") }
            }
        }
        #expect(otherModels > 0)
        #expect(different == 0 && lines.count >= 300 && valid > lines.count / 2, "\(different) of \(lines.count), \(valid) valid")
    }
}
