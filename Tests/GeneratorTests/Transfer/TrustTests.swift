// Whom the generator trusts, and that it reads whom only once: every request below opens a connection, and the authority's
// file is gone as soon as the first one has been answered. No time is measured, and none would show it: a certificate
// costs 0.3 ms.

import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized, .enabled(if: NginxBefore.isInstalled, "needs nginx and openssl")) struct TrustTests {
    /// 130 users are three groups, each with a multi handle of its own.
    static let everyGroup = Executor.constantVUs(vus: 130, duration: .seconds(2))

    private func run(
        _ executor: Executor, environment: (TestCertificates) -> [String: String], removing: ((TestCertificates) -> String)? = nil
    ) async throws -> FinishedRun {
        let certificates = try await TestCertificates()
        try await certificates.hash()
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let front = try await NginxBefore(
            backend: server.port, certificates: certificates, directives: "keepalive_timeout 0;")
        let removed = removing?(certificates)
        return try await RunHarness.run(
            RunHarness.plan(
                executor, url: "https://127.0.0.1:\(front.tls)/v1/chat/completions", think: .milliseconds(500),
                stagger: removed != nil),
            environment: environment(certificates),
            whileRunning: { _ in
                guard let removed else { return }
                #expect(await eventually { !server.requests.isEmpty })
                try FileManager.default.removeItem(atPath: removed)
            })
    }

    private func expectAllAnswered(_ run: FinishedRun) {
        let finished = run.requests.filter { !$0.flags.contains(.interrupted) }
        #expect(Set(finished.map(\.virtualUser)).count > 65)
        #expect(finished.allSatisfy { $0.status == 200 && !$0.flags.contains(.connectionReused) })
    }

    @Test func aFileIsReadOnce() async throws {
        expectAllAnswered(
            try await run(Self.everyGroup, environment: { ["SSL_CERT_FILE": $0.certificate] }, removing: \.certificate))
    }

    @Test func aDirectoryIsReadOnce() async throws {
        expectAllAnswered(
            try await run(
                Self.everyGroup, environment: { ["SSL_CERT_DIR": "/nowhere:\($0.hashed)"] }, removing: \.hashed))
    }

    @Test func theSystemsAuthoritiesAreNotAStrangers() async throws {
        let run = try await run(TransferTests.few(1), environment: { _ in [:] })
        #expect(run.requests.map(\.errorCode) == [ErrorCode.unknownAuthority])
        #expect(run.requests.map(\.phase) == [.tls])
    }
}
