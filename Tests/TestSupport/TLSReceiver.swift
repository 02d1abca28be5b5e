// An https receiver: openssl's test server with a certificate made on the spot. It answers 204 to whatever comes,
// which is all that is needed to see whether TLS came about.

import Foundation

/// Certificates of one throw-away authority, in a directory that goes with the value.
package final class TestCertificates: Sendable {
    package static let openssl = "/usr/bin/openssl"
    package static var isOpensslInstalled: Bool { access(openssl, X_OK) == 0 }

    private let directory: URL
    /// Self-signed for 127.0.0.1, so it is also the authority to trust.
    package var certificate: String { directory.appendingPathComponent("cert.pem").path }
    /// A directory that `SSL_CERT_DIR` can name, once ``hash()`` has made it.
    package var hashed: String { directory.appendingPathComponent("hashed").path }
    package var key: String { directory.appendingPathComponent("key.pem").path }

    package init() async throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let process = try ChildProcess([
            Self.openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ])
        guard await eventually({ process.exitStatus == 0 }) else {
            throw SpawnFailure(description: "openssl req exited with \(String(describing: process.exitStatus))")
        }
    }

    package func hash() async throws {
        try FileManager.default.createDirectory(atPath: hashed, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: certificate, toPath: hashed + "/cert.pem")
        let process = try ChildProcess([Self.openssl, "rehash", hashed])
        guard await eventually({ process.exitStatus == 0 }) else {
            throw SpawnFailure(description: "openssl rehash exited with \(String(describing: process.exitStatus))")
        }
    }

    /// Starts s_server, with a good answer waiting to be sent, and what it says in a file.
    fileprivate func serve(port: UInt16, _ options: [String]) throws -> (ChildProcess, log: String) {
        let log = directory.appendingPathComponent("s_server.\(port).log").path
        let process = try ChildProcess(
            [Self.openssl, "s_server", "-accept", "127.0.0.1:\(port)", "-quiet", "-cert", certificate, "-key", key] + options,
            log: log, input: Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))
        return (process, log)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }
}

/// `openssl s_server` on a free port, for one connection after the other.
package final class TLSReceiver: Sendable {
    package var port: UInt16 { reserved.number }
    private let reserved: ReservedPort
    private let process: ChildProcess
    private let certificates: TestCertificates

    /// `options` are s_server's, such as `-tls1_2`. One that does not listen is given up for one on another port, since among
    /// thousands of connections of other tests one in some hundred did not come to it.
    package init(_ certificates: TestCertificates, options: [String] = []) async throws {
        self.certificates = certificates
        var log = ""
        for _ in 0..<3 {
            let reserved = try ReservedPort()
            let (process, file) = try certificates.serve(port: reserved.number, options)
            if await eventually(within: .seconds(40), { process.hasExited || Self.isListening(reserved.number) }), !process.hasExited {
                self.reserved = reserved
                self.process = process
                return
            }
            process.end()
            log += (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        }
        throw SpawnFailure(description: "openssl s_server does not listen: \(log)")
    }

    package var url: String { "https://127.0.0.1:\(port)/api/v1/write" }

    /// Looks into the kernel's table instead of connecting: a connection would take the waiting answer. As bytes, since with
    /// the 20,000 closed connections of other tests in it, taking it apart as text took seconds a look.
    private static func isListening(_ port: UInt16) -> Bool {
        let hex = String(port, radix: 16, uppercase: true)
        let row = "0100007F:" + String(repeating: "0", count: 4 - hex.count) + hex + " 00000000:0000 0A "
        guard let table = try? Data(contentsOf: URL(fileURLWithPath: "/proc/net/tcp")) else { return false }
        return table.range(of: Data(row.utf8)) != nil
    }
}
