// A real TLS server in front of the endpoint: nginx with a certificate authority made here.

import Foundation
import TestSupport
import Testing

/// nginx on two ports: HTTP/2 with TLS 1.3, HTTP/1.1 with TLS 1.2, both before the same endpoint.
struct NginxFront {
    let scratch: Scratch
    let endpoint: EndpointProcess
    let nginx: Program
    private let ports: (http2: ReservedPort, http1: ReservedPort)
    var http2: UInt16 { ports.http2.number }
    var http1: UInt16 { ports.http1.number }
    var authority: [String: String] { ["SSL_CERT_FILE": scratch.file("ca.pem")] }

    /// - Parameters:
    ///   - options: of the endpoint.
    ///   - directives: added to each of nginx's servers.
    ///   - ofHTTP1: added to that of HTTP/1.1 only.
    static func start(
        _ options: [String] = ["--ttft", "10ms", "--time-per-token", "0"], directives: String = "", ofHTTP1: String = ""
    ) async throws -> NginxFront {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(options, in: scratch)
        try await certificates(scratch)
        let ports = (http2: try ReservedPort(), http1: try ReservedPort())
        let file = try scratch.write(
            "nginx.conf",
            configuration(
                scratch, backend: endpoint.port, http2: (ports.http2.number, directives),
                http1: (ports.http1.number, directives + ofHTTP1)))
        let nginx = try Program(
            "/usr/sbin/nginx", ["-c", file, "-p", scratch.path, "-e", scratch.file("error.log")], in: scratch)
        try await eventually("nginx listens") { !nginx.process.isRunning || canConnect(ports.http1.number) }
        guard nginx.process.isRunning else { throw Program.Failure(description: "nginx does not start: \(nginx.errors)") }
        return NginxFront(scratch: scratch, endpoint: endpoint, nginx: nginx, ports: ports)
    }

    func stop() async throws -> [EndpointProcess.Entry] {
        // Not SIGTERM: children inherit the signal mask of the test's worker threads, which block it.
        nginx.signal(SIGKILL)
        _ = try await nginx.end()
        return try await endpoint.stop()
    }

    /// A request as nginx noted it.
    struct Noted {
        var connection: Int
        /// Which request of its connection, from 1.
        var number: Int
        var version: String
        var status: Int
        /// Its connection took up an earlier TLS session.
        var isResumed: Bool
        /// Of its connection when it came, seconds.
        var age: Double
    }

    var noted: [Noted] {
        let text = (try? String(contentsOfFile: scratch.hidden("access.log"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 7, let connection = Int(words[0]), let number = Int(words[1]), let status = Int(words[3]),
                let lived = Double(words[5]), let took = Double(words[6])
            else { return nil }
            return Noted(
                connection: connection, number: number, version: words[2], status: status, isResumed: words[4] == "r", age: lived - took)
        }
    }

    /// 40 requests to `url`; a summary, whatever came back.
    func load(_ url: String, trusted: Bool = true) async throws -> Results {
        let scenario = #"{"executor": "constant-arrival-rate", "rate": 20, "duration": "2s", "preAllocatedVUs": 20, "maxVUs": 40}"#
        let name = UUID().uuidString
        let run = try await Program.run(
            "sml-loadgen", try scratch.stage(scenario, server: url, out: name) + ["--quiet"], in: scratch,
            environment: trusted ? authority : [:])
        #expect([0, 5].contains(run.code), "\(run.errors)")
        let results = try Results(directory: scratch.file(name))
        #expect(results.requests.count { $0.flags.contains(.final) } == 40)
        return results
    }

    // MARK: Making the front

    static func certificates(_ scratch: Scratch, namesHost: Bool = true) async throws {
        try scratch.write("san.cnf", "subjectAltName=DNS:localhost\n")
        let commands = [
            "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test-authority",
            "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2"
                + (namesHost ? " -extfile san.cnf" : ""),
        ]
        for command in commands {
            let run = try await Program.run(
                "/usr/bin/openssl", command.split(separator: " ").map(String.init), in: scratch)
            try #require(run.code == 0, "\(run.errors)")
        }
    }

    private static func configuration(
        _ scratch: Scratch, backend: Int, http2: (port: UInt16, directives: String), http1: (port: UInt16, directives: String)
    ) -> String {
        func server(_ listen: String, _ protocols: String, _ directives: String) -> String {
            """
            server {
              listen 127.0.0.1:\(listen); server_name localhost; ssl_protocols \(protocols);
              ssl_certificate \(scratch.file("server.pem")); ssl_certificate_key \(scratch.file("server.key"));
              location / { proxy_pass http://127.0.0.1:\(backend); proxy_http_version 1.1; }
              \(directives)
            }
            """
        }
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(scratch.file("tmp_\($0)"));" }.joined(separator: " ")
        // One process in the foreground: it ends with the signal we send it, and runs as whoever runs the test.
        return """
            daemon off; master_process off; pid \(scratch.file("nginx.pid"));
            error_log \(scratch.file("error.log"));
            events { worker_connections 512; }
            http { log_format seen '$connection $connection_requests $server_protocol $status $ssl_session_reused $connection_time $request_time';
            access_log \(scratch.hidden("access.log")) seen; \(temporary)
            \(server("\(http2.port) ssl http2", "TLSv1.3", http2.directives))
            \(server("\(http1.port) ssl", "TLSv1.2", http1.directives))
            }
            """
    }
}
