// What all transfers of a run share, worked out from the plan and the environment: proxy, addresses, header lines.

import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite struct TransferSettingsTests {
    static func settings(
        url: String = "https://api.example.org/v1/chat/completions", key: String? = "k",
        headers: [RequestTarget.Header] = [], environment: [String: String] = [:]
    ) throws -> TransferSettings {
        try TransferSettings(
            target: RequestTarget(url: url, apiKey: key, headers: headers), userAgent: "test",
            environment: environment)
    }

    @Test func headersOfTheFileReplaceOurs() throws {
        let settings = try Self.settings(headers: [
            .init(name: "authorization", value: "Basic abc"), .init(name: "Content-Type", value: "application/x"),
            .init(name: "Accept", value: "text/plain"), .init(name: "X-Empty", value: ""),
        ])
        let lines = settings.headerLines(authorized: true, hasBody: true)
        #expect(
            Set(lines) == [
                "authorization: Basic abc", "Content-Type: application/x", "Accept: text/plain", "X-Empty;",
                "Accept-Encoding:", "Expect:", "User-Agent: test",
            ])
    }

    @Test func credentialsStayOffOtherHosts() throws {
        let settings = try Self.settings(headers: [
            .init(name: "X-API-Key", value: "secret"), .init(name: "Cookie", value: "secret"),
            .init(name: "X-Trace", value: "1"), .init(name: "ACCEPT-Language", value: "de"),
        ])
        let lines = settings.headerLines(authorized: false, hasBody: false)
        #expect(Set(lines) == ["ACCEPT-Language: de", "Accept:", "Accept-Encoding:", "Expect:", "User-Agent: test"])
    }

    @Test(arguments: ["localhost:8000", "ftp://host/", "http://", "", "/v1", "file:///etc/passwd"])
    func onlyAbsoluteHTTPAddressesAreTargets(url: String) {
        #expect(throws: GeneratorError.self) { try Self.settings(url: url) }
    }

    @Test func proxyIsTheOneOfTheScheme() throws {
        let environment = [
            "HTTP_PROXY": "http://up:1", "https_proxy": "http://low:2", "HTTPS_PROXY": "http://up:3",
            "NO_PROXY": "a.org", "ALL_PROXY": "http://all:4",
        ]
        #expect(try ProxyRule(scheme: "http", host: "x.org", environment: environment).proxy == "http://up:1")
        #expect(try ProxyRule(scheme: "https", host: "x.org", environment: environment).proxy == "http://up:3")
        #expect(try ProxyRule(scheme: "https", host: "x.org", environment: environment).bypass == "a.org")
        #expect(try ProxyRule(scheme: "http", host: "x.org", environment: ["ALL_PROXY": "http://all:4"]).proxy.isEmpty)
        for loopback in ["localhost", "127.0.0.1", "127.8.0.1", "::1"] {
            #expect(try ProxyRule(scheme: "http", host: loopback, environment: environment).proxy.isEmpty)
        }
    }

    @Test(arguments: ["http://a:1", "a:3128", "HTTPS://u:p@a:1/", "socks5h://[::1]:9"]) func aProxyIsAnAddress(text: String) throws {
        #expect(try ProxyRule(scheme: "http", host: "x.org", environment: ["http_proxy": text]).proxy == text)
    }

    @Test(arguments: ["ftp://a", "http://", "://", "a b", "http://:secret@", "http://a:99999", String(repeating: "x", count: 5000)])
    func aValueThatIsNoProxyIsRefusedUnseen(text: String) {
        let error = #expect(throws: GeneratorError.self) {
            try ProxyRule(scheme: "http", host: "x.org", environment: ["HTTP_PROXY": text])
        }
        #expect(error?.description.hasPrefix("HTTP_PROXY: the value is not accepted") == true)
        #expect(error?.exitCode == 64 && error?.description.contains("secret") == false)
    }

    @Test func usersAreSpreadOverAddressesInTurn() {
        let several = ServerAddresses(host: "name.org", port: 8000, numeric: ["10.0.0.1", "10.0.0.2"])
        #expect(several.connectTo(user: 0) == "name.org:8000:10.0.0.1:8000")
        #expect(several.connectTo(user: 3) == "name.org:8000:10.0.0.2:8000")
        #expect(several.resolved == nil)
        let six = ServerAddresses(host: "::1", port: 80, numeric: ["[::1]", "[::2]"])
        #expect(six.connectTo(user: 5) == "[::1]:80:[::2]:80")
    }

    @Test func oneAddressGoesToTheNameCache() {
        let one = ServerAddresses(host: "name.org", port: 8000, numeric: ["10.0.0.1"])
        #expect(one.connectTo(user: 3) == nil)
        #expect(one.resolved == "name.org:8000:10.0.0.1")
        let nothingToLookUp = [
            ServerAddresses(host: "10.0.0.1", port: 80, numeric: ["10.0.0.1"]),
            ServerAddresses(host: "::1", port: 80, numeric: ["[::1]"]),
            ServerAddresses(host: "gone", port: 1, numeric: []),
        ]
        for addresses in nothingToLookUp {
            #expect(addresses.resolved == nil && addresses.connectTo(user: 0) == nil)
        }
    }

    @Test func loopbackNameIsLookedUpPreferringIPv4() {
        #expect(ServerAddresses.lookUp(host: "localhost", port: 80).numeric == ["127.0.0.1"])
        #expect(ServerAddresses.lookUp(host: "no-such-host.invalid", port: 80).numeric.isEmpty)
    }

    @Test func workersAreWhatTheJobWasGiven() throws {
        let one = try WorkerCount.available(environment: ["SLURM_CPUS_PER_TASK": "1"])
        #expect(one == WorkerCount(count: 1, source: "SLURM_CPUS_PER_TASK"))
        let many = try WorkerCount.available(environment: ["SLURM_CPUS_PER_TASK": "4096"])
        #expect(many.count >= 1 && many.count <= WorkerCount.limit && many.source != "SLURM_CPUS_PER_TASK")
        #expect(try WorkerCount.available(environment: ["SLURM_CPUS_PER_TASK": ""]).source != "SLURM_CPUS_PER_TASK")
        for text in ["x", "0", "-1", "1.5", "99999999999999999999"] {
            #expect(throws: GeneratorError.self) { try WorkerCount.available(environment: ["SLURM_CPUS_PER_TASK": text]) }
        }
    }
}

@Suite struct ProxiedRunTests {
    /// A real proxy sees the absolute URL; the name in it is the proxy's to look up.
    @Test func loadGoesThroughTheProxy() async throws {
        let proxy = try ScriptedServer { _ in [.completion] }
        defer { proxy.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(TransferTests.few(3), url: "http://model.invalid:8000/v1/chat/completions", apiKey: "k"),
            environment: ["HTTP_PROXY": "http://127.0.0.1:\(proxy.port)"])
        #expect(run.requests.map(\.status) == [200, 200, 200])
        #expect(
            proxy.requests.first?.line == "POST http://model.invalid:8000/v1/chat/completions HTTP/1.1")
        #expect(proxy.requests.first?.header("Host") == "model.invalid:8000")
        #expect(proxy.requests.first?.body == testBody)
    }
}
