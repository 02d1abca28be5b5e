// A real nginx that speaks TLS 1.3 and HTTP/2 in front of an endpoint, as an ingress does.

import Foundation
import TestSupport

/// nginx on a free port, ended with the value.
final class NginxFront {
    static let program = "/usr/sbin/nginx"
    static var isInstalled: Bool { access(program, X_OK) == 0 }

    var port: UInt16 { reserved.number }
    private let reserved: ReservedPort
    private let process: ChildProcess
    private let directory: URL

    init(before backend: Int, _ certificates: TestCertificates) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "sml-nginx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        self.directory = directory
        let reserved = try ReservedPort()
        self.reserved = reserved
        let port = reserved.number
        func path(_ name: String) -> String { directory.appending(path: name).path }
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(path("tmp_\($0)"));" }.joined(separator: " ")
        // One process in the foreground, so that it ends with the one we started.
        let configuration = """
            daemon off; master_process off; pid \(path("nginx.pid")); error_log \(path("error.log"));
            events { worker_connections 256; }
            http {
              access_log off; \(temporary)
              server {
                listen 127.0.0.1:\(port) ssl http2; ssl_protocols TLSv1.3;
                ssl_certificate \(certificates.certificate); ssl_certificate_key \(certificates.key);
                location / { proxy_pass http://127.0.0.1:\(backend); proxy_http_version 1.1; }
              }
            }
            """
        try Data(configuration.utf8).write(to: directory.appending(path: "nginx.conf"))
        process = try ChildProcess([
            Self.program, "-c", path("nginx.conf"), "-p", directory.path, "-e", path("error.log"),
        ])
        // nginx itself answers plain HTTP on its TLS port, with 400.
        let listens = await eventually { (try? httpGet(port: port, path: "/").status) == 400 }
        guard listens else {
            let log = (try? String(contentsOfFile: path("error.log"), encoding: .utf8)) ?? ""
            throw SpawnFailure(description: "nginx does not listen: \(log)")
        }
    }

    deinit {
        process.end()
        try? FileManager.default.removeItem(at: directory)
    }
}
