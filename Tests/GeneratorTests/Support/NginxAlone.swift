// nginx as a server of its own, with a log of connections: somebody else's record of how many there were, what was spoken on them,
// and how many requests each carried.

import Foundation
import TestSupport
import Testing

/// One nginx that passes requests on, over TLS with HTTP/2 and over plain HTTP/2. Ends with the value.
final class NginxAlone: Sendable {
    /// A request as nginx noted it.
    struct Noted: Equatable {
        var connection: Int
        var version: String
        var status: Int
        var isResumed: Bool
    }

    /// What one of its ports speaks.
    enum Port: Sendable, CustomTestStringConvertible {
        case secure, plain, secureHTTP1
        var testDescription: String { "\(self)" }
    }

    func url(_ port: Port) -> String {
        switch port {
        case .secure: "https://127.0.0.1:\(reserved.0.number)/v1/chat/completions"
        case .plain: "http://127.0.0.1:\(reserved.1.number)/v1/chat/completions"
        case .secureHTTP1: "https://127.0.0.1:\(reserved.2.number)/v1/chat/completions"
        }
    }

    private let reserved: (ReservedPort, ReservedPort, ReservedPort)
    private let process: ChildProcess
    private let directory: ScratchDirectory
    private let certificates: TestCertificates
    var authority: [String: String] { ["SSL_CERT_FILE": certificates.certificate] }

    var noted: [Noted] {
        let text = (try? String(contentsOfFile: directory.file("access.log"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 4, let connection = Int(words[0]), let status = Int(words[2]) else { return nil }
            return Noted(connection: connection, version: words[1], status: status, isResumed: words[3] == "r")
        }
    }

    /// - Parameters:
    ///   - directives: added to `http`.
    ///   - answer: what it does with a request instead of passing it on.
    init(backend: UInt16, directives: String = "", answer: String? = nil) async throws {
        certificates = try await TestCertificates()
        let directory = try ScratchDirectory()
        self.directory = directory
        reserved = (try ReservedPort(), try ReservedPort(), try ReservedPort())
        let ports = [reserved.0.number, reserved.1.number, reserved.2.number]
        func path(_ name: String) -> String { directory.file(name) }
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(path($0));" }
            .joined(separator: " ")
        let (certificate, key) = (certificates.certificate, certificates.key)
        func server(_ port: UInt16, _ options: String) -> String {
            """
            server { listen 127.0.0.1:\(port) \(options); ssl_certificate \(certificate); ssl_certificate_key \(key);
              ssl_protocols TLSv1.3; location / { \(answer ?? "proxy_pass http://127.0.0.1:\(backend); proxy_read_timeout 60s;") } }
            """
        }
        let file = try directory.write(
            "nginx.conf",
            """
            daemon off; master_process off; pid \(path("nginx.pid")); error_log \(path("error.log"));
            events { worker_connections 2048; }
            http { log_format seen '$connection $server_protocol $status $ssl_session_reused'; access_log \(path("access.log")) seen;
            \(temporary) \(directives)
            \(server(ports[0], "ssl http2"))
            \(server(ports[1], "http2"))
            \(server(ports[2], "ssl")) }
            """)
        process = try ChildProcess(
            [NginxBefore.program, "-c", file, "-p", directory.path, "-e", path("error.log")], log: path("error.log"))
        guard await eventually({ ports.allSatisfy { canConnect($0) } }) else { throw SpawnFailure(description: "nginx does not listen") }
    }
}
