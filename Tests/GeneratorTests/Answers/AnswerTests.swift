// Raw answers of every odd kind that was met, byte for byte over a socket through the whole engine: each is decided once,
// here. `Fixtures/answers.json` says what must be made of it, and what k6 makes of it.

import Foundation
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized) struct AnswerTests {
    struct Answer: Decodable, Sendable, CustomStringConvertible {
        var name: String
        var bytes: Data
        var status: UInt16
        var code: UInt16
        var error: String
        var success: Bool
        var description: String { name }
    }

    private struct Fixture: Decodable { var answers: [Answer] }

    static let answers: [Answer] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/answers.json")
        return (try? JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file)).answers) ?? []
    }()

    @Test func thereAreAnswers() { #expect(Self.answers.count >= 79) }

    @Test(arguments: answers) func isDecidedOnce(answer: Answer) async throws {
        let server = try ScriptedServer { _ in [.sendBytes([UInt8](answer.bytes)), .close] }
        defer { server.stop() }
        let run = try await RunHarness.run(RunHarness.plan(TransferTests.few(1), url: server.url))
        let record = try #require(run.requests.first)
        #expect(record.status == answer.status)
        #expect(record.errorCode == answer.code)
        #expect(run.texts[record.errorText] == answer.error)
        #expect(record.isSuccess == answer.success)
        #expect(record.phase == (answer.status == 0 ? .receive : .complete))
        if answer.success, !answer.name.hasPrefix("finish_reason") {
            #expect(record.promptTokens == 11 && record.completionTokens == 22)
            #expect(record.flags.isSuperset(of: [.parsed, .hasChoices]) && !record.flags.contains(.withoutContent))
        }
        // What came over the wire, not what it became; chunks without their sizes, as libcurl counts.
        if answer.code == 0 {
            let isChunked = answer.bytes.firstRange(of: Data("chunked".utf8)) != nil || answer.name == "gzip in chunks"
            #expect(isChunked || Int(record.bytesReceived) == answer.bytes.count)
        }
    }
}
