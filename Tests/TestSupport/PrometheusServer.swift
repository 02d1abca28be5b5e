// Debian's own Prometheus with the remote write receiver and native histograms on, on a free port and a data
// directory of its own, for as long as the value lives. Tests that need it check `isInstalled` first.

import Foundation

/// A running Prometheus. Ended by its process id, its data removed.
public final class PrometheusServer: Sendable {
    public static let executable = "/usr/bin/prometheus"
    public static var isInstalled: Bool { access(executable, X_OK) == 0 }

    public let port: UInt16
    private let directory: URL
    private let process: ChildProcess

    public struct StartFailure: Error, CustomStringConvertible { public let description: String }

    /// Starts a server and waits until it is ready. A port taken by somebody else in the meantime is tried anew.
    public static func start() async throws -> PrometheusServer {
        for _ in 0..<3 {
            let server = try PrometheusServer(port: try freePort())
            let isReady = await eventually(within: .seconds(20)) {
                server.process.hasExited || (try? httpGet(port: server.port, path: "/-/ready"))?.status == 200
            }
            if isReady, !server.process.hasExited { return server }
        }
        throw StartFailure(description: "Prometheus did not become ready within 3 attempts")
    }

    private init(port: UInt16) throws {
        self.port = port
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("prometheus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let configuration = directory.appendingPathComponent("prometheus.yml")
        try "global: {}\n".write(to: configuration, atomically: true, encoding: .utf8)
        process = try ChildProcess([
            Self.executable, "--config.file=\(configuration.path)", "--storage.tsdb.path=\(directory.path)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--web.enable-remote-write-receiver",
            "--enable-feature=native-histograms", "--log.level=warn",
        ], log: directory.appendingPathComponent("log").path)
    }

    deinit {
        process.end()
        try? FileManager.default.removeItem(at: directory)
    }

    public var writeURL: String { "http://127.0.0.1:\(port)/api/v1/write" }

    /// What the server has logged; the place to look when a push was refused.
    public var log: String {
        (try? String(contentsOf: directory.appendingPathComponent("log"), encoding: .utf8)) ?? ""
    }
}
