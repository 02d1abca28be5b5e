// Load through proxies that are servers here: what they see, and what goes past them.

import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite struct ProxiedRunTests {
    private static func run(_ server: String, _ environment: [String: String], requests: Int = 3) async throws -> FinishedRun {
        try await RunHarness.run(
            RunHarness.plan(TransferTests.few(requests), url: server + "/v1/chat/completions", apiKey: "k"), environment: environment)
    }

    /// A real proxy sees the absolute URL; the name in it is the proxy's to look up.
    @Test func loadGoesThroughTheProxy() async throws {
        let proxy = try ScriptedServer { _ in [.completion] }
        defer { proxy.stop() }
        let run = try await Self.run(
            "http://model.invalid:8000", ["HTTP_PROXY": "http://127.0.0.1:\(proxy.port)", "NO_PROXY": "other.invalid,model.invalid:80"])
        #expect(run.requests.map(\.status) == [200, 200, 200])
        #expect(
            proxy.requests.first?.line == "POST http://model.invalid:8000/v1/chat/completions HTTP/1.1")
        #expect(proxy.requests.first?.header("Host") == "model.invalid:8000")
        #expect(proxy.requests.first?.body == testBody)
    }

    @Test(arguments: ["a.org,*", "127.0.0.0/8,model.invalid", ".invalid", "model.invalid:8000"])
    func loadGoesPastTheProxy(_ exceptions: String) async throws {
        let proxy = try ScriptedServer { _ in [.completion] }
        defer { proxy.stop() }
        let run = try await Self.run(
            "http://model.invalid:8000", ["http_proxy": "127.0.0.1:\(proxy.port)", "no_proxy": exceptions], requests: 1)
        // Nobody has that name.
        #expect(run.requests.map(\.errorCode) == [1101] && proxy.connections == 0)
    }

    /// Each hop has the proxy of its own URL: the first one's is asked once, this machine never through one.
    @Test func aRedirectGoesItsOwnWay() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let target = server.url
        let proxy = try ScriptedServer { _ in [.answer(status: "307 Temporary Redirect", headers: ["Location: \(target)"], "")] }
        defer { proxy.stop() }
        let run = try await Self.run("http://model.invalid", ["HTTP_PROXY": "http://127.0.0.1:\(proxy.port)"], requests: 2)
        // Two users; whose hop is recorded first is the machine's business.
        #expect(run.requests.map(\.status).sorted() == [200, 200, 307, 307])
        #expect(proxy.requests.count == 2 && server.requests.count == 2)
        #expect(server.requests.allSatisfy { $0.line == "POST /v1/chat/completions HTTP/1.1" && $0.header("Authorization") == nil })
    }

    @Test func aRedirectToAProxyThatCannotBeUsedIsACountedFailure() async throws {
        let server = try ScriptedServer { _ in
            [.answer(status: "307 Temporary Redirect", headers: ["Location: https://model.invalid/x"], "")]
        }
        defer { server.stop() }
        let run = try await Self.run("http://127.0.0.1:\(server.port)", ["HTTPS_PROXY": "ftp://proxy"], requests: 1)
        #expect(run.requests.map(\.status) == [307, 0])
        #expect(run.texts[run.requests[1].errorText] == "lookup: proxy could not be resolved")
    }
}
