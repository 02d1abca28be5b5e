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
