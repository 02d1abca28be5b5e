// nginx before a server of the tests' own, passing on what comes as it comes: what speaks TLS and HTTP/2 to the client.

import Foundation
import TestSupport

/// One nginx with two ports. Ends with the value.
final class NginxBefore: Sendable {
    static let program = "/usr/sbin/nginx"
    static var isInstalled: Bool { access(program, X_OK) == 0 && TestCertificates.isOpensslInstalled }

    var tls: UInt16 { reserved.0.number }
    var http2: UInt16 { reserved.1.number }
    private let reserved: (ReservedPort, ReservedPort)
    private let process: ChildProcess
    private let directory: ScratchDirectory
    private let certificates: TestCertificates
    var authority: [String: String] { ["SSL_CERT_FILE": certificates.certificate] }

    /// What it noted of its requests: bytes read of each and bytes sent to its client.
    var noted: [(read: Int, sent: Int)] {
        let text = (try? String(contentsOfFile: directory.file("access.log"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
        }
    }

    /// - Parameter directives: added to `http`.
    init(backend: UInt16, certificates: TestCertificates, directives: String = "") async throws {
        self.certificates = certificates
        let directory = try ScratchDirectory()
        self.directory = directory
        reserved = (try ReservedPort(), try ReservedPort())
        let (tls, http2) = (reserved.0.number, reserved.1.number)
        func path(_ name: String) -> String { directory.file(name) }
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(path($0));" }
            .joined(separator: " ")
        func server(_ listen: String) -> String {
            """
            server { listen 127.0.0.1:\(listen); ssl_certificate \(certificates.certificate);
              ssl_certificate_key \(certificates.key); client_max_body_size 0;
              location / { proxy_pass http://127.0.0.1:\(backend); proxy_http_version 1.1;
                proxy_request_buffering off; proxy_buffering off; proxy_read_timeout 60s; } }
            """
        }
        let file = try directory.write(
            "nginx.conf",
            """
            daemon off; master_process off; pid \(path("nginx.pid")); error_log \(path("error.log"));
            events { worker_connections 1024; }
            http { log_format bytes '$request_length $bytes_sent'; access_log \(path("access.log")) bytes; \(temporary) \(directives)
            \(server("\(tls) ssl"))
            \(server("\(http2) ssl http2")) }
            """)
        process = try ChildProcess(
            [Self.program, "-c", file, "-p", directory.path, "-e", path("error.log")], log: path("error.log"))
        guard await eventually({ canConnect(tls) && canConnect(http2) }) else {
            throw SpawnFailure(description: "nginx does not listen")
        }
    }
}
