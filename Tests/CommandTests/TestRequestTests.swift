// One request before the plan: a mistake in the command ends the run with the server's words and measures nothing; what is
// no mistake leaves the plan and its figures as they are.

import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct TestRequestTests {
    private static let scenario =
        #"{"executor": "constant-arrival-rate", "rate": 5, "duration": "1s", "preAllocatedVUs": 5, "request_timeout": "5s"}"#
    private static let good = #"{"model":"m","choices":[{"message":{"content":"x"}}],"usage":{"completion_tokens":1}}"#

    private func run(_ url: String, _ extra: [String] = [], in scratch: Scratch) async throws -> (code: Int32, errors: String) {
        let options = try scratch.stage(Self.scenario, server: url).filter { $0 != "--no-test-request" }
        let run = try await Program.run("sml-loadgen", options + ["--quiet"] + extra, in: scratch)
        return (run.code, run.errors)
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var status: String
        var body: String
        var code: Int32 = 69
        var says: String
        var requests = 1
        var testDescription: String { "\(status) \(body)" }
    }

    static let mistakes = [
        Mistake(
            status: "404 Not Found", body: #"{"detail":"Not Found"}"#,
            says: "HTTP 404 from http://127.0.0.1:PORT/v1/chat/completions: Not Found"),
        Mistake(
            status: "401 Unauthorized", body: #"{"error":{"message":"no such key"}}"#, code: 77,
            says: "HTTP 401 from http://127.0.0.1:PORT/v1/chat/completions: no such key"),
        Mistake(status: "403 Forbidden", body: "", code: 77, says: "HTTP 403"),
        Mistake(
            status: "400 Bad Request", body: #"{"error":{"message":"Invalid model name passed in model=m"}}"#,
            says: "Invalid model name passed in model=m", requests: 3),
        Mistake(status: "200 OK", body: "<html><title>Welcome</title></html>", says: "with an answer that is no completion: Welcome"),
        Mistake(status: "200 OK", body: #"{"choices":[],"error":{"message":"engine is gone"}}"#, says: "engine is gone"),
    ]

    @Test(arguments: mistakes) func aMistakeEndsTheRunBeforeThePlan(mistake: Mistake) async throws {
        let scratch = try Scratch()
        let server = try ScriptedServer { _ in [.answer(status: mistake.status, mistake.body)] }
        defer { server.stop() }
        let run = try await run(server.base, in: scratch)
        #expect(run.code == mistake.code)
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(run.errors.contains(mistake.says.replacing("PORT", with: "\(server.port)")), "\(run.errors)")
        #expect(server.requests.count == mistake.requests)
        #expect(!scratch.contents.contains { $0.hasPrefix("out/") || $0 == "out" })
    }

    @Test func whereThereIsNoServerThereIsNoRun() async throws {
        let scratch = try Scratch()
        let name = try await run("http://no-such-host.invalid:8000", in: scratch)
        #expect(
            name.code == 69 && name.errors.contains("lookup: no such host (http://no-such-host.invalid:8000/v1/chat/completions)"),
            "\(name.errors)")
        let port = try RefusingPort()
        let refused = try await run(port.base, in: scratch)
        #expect(refused.code == 69 && refused.errors.contains("dial: connection refused"), "\(refused.errors)")
        let plain = try PlainServer()
        defer { plain.stop() }
        let tls = try await run("https://127.0.0.1:\(plain.port)", in: scratch)
        #expect(tls.code == 69 && tls.errors.contains("does not look like a TLS handshake"), "\(tls.errors)")
    }

    /// The server's log has one request more than the summary, for few tokens, and the summary says so.
    @Test func aGoodOneIsInNoFigure() async throws {
        let scratch = try Scratch()
        let server = try ScriptedServer { _ in [.answer(Self.good)] }
        defer { server.stop() }
        let run = try await run(server.base, in: scratch)
        #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
        let results = try Results(directory: scratch.file("out"))
        #expect(results.requests.count == 5 && results.count("sml", "counts", "started") == 5)
        #expect(server.requests.count == 6)
        #expect(results.count("sml", "run", "test_request", "status") == 200 && results.count("sml", "run", "test_request", "tries") == 1)
        #expect(results.count("sml", "run", "test_request", "max_tokens") == 5)
        // The plan's own first prompt, with its key and its headers.
        let seen = server.requests
        #expect(seen.first?.body == seen.dropFirst().first?.body)
    }

    @Test func whatLoadDoesIsLeftToThePlan() async throws {
        let scratch = try Scratch()
        let server = try ScriptedServer { _ in [.answer(status: "503 Service Unavailable", "loading")] }
        defer { server.stop() }
        let run = try await run(server.base, in: scratch)
        #expect(run.code == 5)
        #expect(run.errors.contains("warning: the test request failed, but may succeed under the plan: HTTP 503"), "\(run.errors)")
        #expect(run.errors.hasSuffix("none of the requests succeeded\n"))
        #expect(server.requests.count == 3 + 5)
        let results = try Results(directory: scratch.file("out"))
        #expect(results.summary[path: "sml", "run", "test_request", "warning"]?.text?.contains("loading") == true)
        #expect(results.summary[path: "sml", "errors"]?.elements.first?[path: "first", "words"]?.text == "loading")
    }

    @Test func canBeLeftOut() async throws {
        let scratch = try Scratch()
        let server = try ScriptedServer { _ in [.answer(status: "404 Not Found", "nothing")] }
        defer { server.stop() }
        let run = try await run(server.base, ["--no-test-request"], in: scratch)
        #expect(run.code == 5 && server.requests.count == 5)
        #expect(try Results(directory: scratch.file("out")).summary[path: "sml", "run", "test_request"] == nil)
    }

    /// `sml loadtest local` takes what it staged back, and says nothing in place of its generator.
    @Test func theLocalRunLeavesNothingBehind() async throws {
        let scratch = try Scratch()
        let server = try ScriptedServer { _ in [.answer(status: "401 Unauthorized", "who are you?")] }
        defer { server.stop() }
        let run = try await Program.run(
            "sml", ["loadtest", "local", "--loadtest-server-url", server.base, "--loadtest-duration", "1s", "--out", "run"], in: scratch)
        #expect(run.code == 77 && run.errors.contains("who are you?"), "\(run.errors)")
        #expect(server.requests.count == 1 && !scratch.contents.contains("run"))
    }

    /// Of several tasks the first one asks, and all end alike.
    @Test func theOtherTasksEndWithTheFirst() async throws {
        let scratch = try Scratch()
        let server = try ScriptedServer { _ in [.answer(status: "404 Not Found", "no model m")] }
        defer { server.stop() }
        let options = try scratch.stage(Self.scenario, server: server.base).filter { $0 != "--no-test-request" }
        let programs = try (0..<2).map { try Program("sml-loadgen", options + ["--task", "\($0)/2"], in: scratch) }
        for program in programs {
            #expect(try await program.end() == 69)
            #expect(program.errors.contains("no model m"), "\(program.errors)")
        }
        #expect(server.requests.count == 1)
    }
}
