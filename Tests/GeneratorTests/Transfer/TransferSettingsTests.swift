// What all transfers of a run share, worked out from the plan and the environment: proxy, header lines.

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

    @Test func aProxyThatCannotBeUsedEndsARunBeforeItsStart() throws {
        let error = #expect(throws: GeneratorError.self) {
            try Self.settings(environment: ["https_proxy": "http://:secret@"])
        }
        #expect(error?.description.hasPrefix("https_proxy: the value is not accepted") == true)
        #expect(error?.exitCode == 64 && error?.description.contains("secret") == false)
        #expect(try Self.settings(url: "http://127.0.0.1/", environment: ["http_proxy": "http://:secret@"]).proxy == nil)
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
