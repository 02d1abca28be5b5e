// A key as people save it: what is more than the key is named, and the key is in no error.

import Foundation
import TestSupport
import Testing

@testable import Submit

@Suite struct APIKeyTests {
    private func read(_ bytes: [UInt8]) throws -> String? {
        let scratch = try ScratchDirectory()
        try scratch.write("key", "", mode: 0o600)
        try Data(bytes).write(to: URL(filePath: scratch.file("key")))
        return try APIKey.read(file: scratch.file("key"), environment: [:])
    }

    @Test(arguments: ["sk-canary", "sk-canary\n", "  sk-canary\r\n", "QUJDREVG=", "a=b==", "eyJ.canary.x", "\"canary"])
    func isRead(text: String) throws {
        #expect(try read(Array(text.utf8)) == text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static let utf16 = "sk-canary\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }

    @Test(
        arguments: [
            (Array("".utf8), "is empty; expected the key alone on one line"),
            (Array(" \n\n".utf8), "is empty; expected the key alone on one line"),
            (Array("a\ncanary".utf8), "has several lines; expected the key alone on one line"),
            ([0xEF, 0xBB, 0xBF] + Array("sk-canary".utf8), "begins with a byte order mark; save it as UTF-8 without a byte order mark"),
            ([0xFF, 0xFE] + utf16, "is UTF-16 text; save it as UTF-8 without a byte order mark"),
            (utf16, "is UTF-16 text; save it as UTF-8 without a byte order mark"),
            (Array("\"sk-canary\"".utf8), "the key is in quotes (\"…\"); expected it without"),
            (Array("'sk-canary'\n".utf8), "the key is in quotes ('…'); expected it without"),
            (Array("“sk-canary”\n".utf8), "the key is in quotes (“…”); expected it without"),
            (Array("OPENAI_API_KEY=sk-canary\n".utf8), "holds OPENAI_API_KEY=…, as a shell's file does; expected the key alone"),
            (Array("export SML_X='sk-canary'\n".utf8), "holds SML_X=…, as a shell's file does; expected the key alone"),
            (Array("api_key = sk-canary\n".utf8), "the value is not accepted; expected a key without blanks and control characters"),
            ([0xE9, 0x61], "is not UTF-8 text"),
        ] as [([UInt8], String)])
    func isRefused(bytes: [UInt8], reason: String) {
        let error = #expect(throws: SubmitError.self) { try read(bytes) }
        #expect(error?.exitCode == 64 && error?.description.hasSuffix("/key: \(reason)") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("canary") == false)
    }

    @Test func variablesToo() {
        let error = #expect(throws: SubmitError.self) {
            try APIKey.read(file: nil, environment: ["SML_SWISSAI_RESEARCH_API_KEY": "\"sk-canary\""])
        }
        #expect(error?.description == "SML_SWISSAI_RESEARCH_API_KEY: the key is in quotes (\"…\"); expected it without")
    }
}
