// Certificates, versions and client certificates against openssl's own server; certificates are made on the spot.

import TestSupport
import Testing

@testable import RemoteWrite

@Suite(.timeLimit(.minutes(15)), .enabled(if: TestCertificates.isOpensslInstalled, "needs openssl"))
struct TLSTests {
    private func push(
        _ certificates: TestCertificates, options: [String] = [], _ change: (inout RemoteWriteConfiguration) -> Void
    ) async throws -> DeliveryReport {
        let receiver = try await TLSReceiver(certificates, options: options)
        var configuration = try quickConfiguration(receiver.url)
        change(&configuration)
        let writer = try RemoteWriter(configuration: configuration)
        writer.submit([update("a", 1, at: 1)])
        return await writer.finish(drain: .zero).report
    }

    @Test func certificatesAreVerifiedAgainstSSLCertFile() async throws {
        let certificates = try await TestCertificates()
        let stranger = try await push(certificates) { _ in }
        #expect(stranger.pushesFailed == ["tls": 1], "\(stranger)")
        #expect(stranger.retries == 0)
        let trusted = try await push(certificates) { configuration in
            let environment = ["SSL_CERT_FILE": certificates.certificate]
            configuration.tls =
                (try? RemoteWriteConfiguration(environment: environment) { _ in nil })?.tls ?? configuration.tls
        }
        #expect(trusted.isComplete, "\(trusted)")
        let skipped = try await push(certificates) { $0.tls.skipVerification = true }
        #expect(skipped.isComplete, "\(skipped)")
    }

    @Test func certificatesAreVerifiedAgainstSSLCertDir() async throws {
        let certificates = try await TestCertificates()
        try await certificates.hash()
        let trusted = try await push(certificates) { configuration in
            let environment = ["SSL_CERT_DIR": "/nowhere:\(certificates.hashed)"]
            configuration.tls =
                (try? RemoteWriteConfiguration(environment: environment) { _ in nil })?.tls ?? configuration.tls
        }
        #expect(trusted.isComplete, "\(trusted)")
    }

    @Test func minimumVersionIsHonoured() async throws {
        let certificates = try await TestCertificates()
        for (version, isComplete) in [(RemoteWriteConfiguration.TLS.Version.v1_2, true), (.v1_3, false)] {
            let report = try await push(certificates, options: ["-tls1_2"]) {
                $0.tls.authorities.file = certificates.certificate
                $0.tls.minimumVersion = version
            }
            #expect(report.isComplete == isComplete, "\(version): \(report)")
        }
    }

    @Test func clientCertificatesAreShown() async throws {
        let certificates = try await TestCertificates()
        // -Verify demands one; TLS 1.2 so that the refusal comes with the handshake.
        let options = ["-Verify", "1", "-verify_return_error", "-CAfile", certificates.certificate, "-tls1_2"]
        let without = try await push(certificates, options: options) { $0.tls.authorities.file = certificates.certificate }
        #expect(!without.isComplete, "\(without)")
        let with = try await push(certificates, options: options) {
            $0.tls.authorities.file = certificates.certificate
            $0.tls.clientCertificate = certificates.certificate
            $0.tls.clientCertificateKey = certificates.key
        }
        #expect(with.isComplete, "\(with)")
    }
}
