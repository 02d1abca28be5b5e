// Debian's own Prometheus (remote write receiver and native histograms on) or VictoriaMetrics, on a free port and with
// a data directory of its own, for as long as the value lives. Tests that need one check `isInstalled` first.

import Foundation

/// A running receiver with Prometheus' HTTP API. Ended by its process id, its data removed.
package final class PrometheusServer: Sendable {
    package enum Flavor: String, Sendable {
        case prometheus
        /// What was stored can be queried after `flush`; a query before that remembers for 10 s that it found nothing.
        case victoriaMetrics = "victoria-metrics"

        package var executable: String { "/usr/bin/\(rawValue)" }
        package var isInstalled: Bool { access(executable, X_OK) == 0 }
    }

    package var port: UInt16 { reserved.number }
    private let reserved: ReservedPort
    private let directory: URL
    private let process: ChildProcess
    private let flavor: Flavor

    package struct StartFailure: Error, CustomStringConvertible { package let description: String }

    /// Starts a server and waits until it is ready; on a port that its clients know already where one is given.
    package static func start(_ flavor: Flavor = .prometheus, port: ReservedPort? = nil) async throws -> PrometheusServer {
        let server = try PrometheusServer(flavor, port: try port ?? ReservedPort())
        let isReady = await eventually(within: .seconds(60)) {
            server.process.hasExited
                || (try? httpGet(port: server.port, path: flavor == .prometheus ? "/-/ready" : "/health"))?.status == 200
        }
        guard isReady, !server.process.hasExited else {
            throw StartFailure(description: "\(flavor.rawValue) did not become ready on port \(server.port)")
        }
        return server
    }

    private init(_ flavor: Flavor, port reserved: ReservedPort) throws {
        self.reserved = reserved
        let port = reserved.number
        self.flavor = flavor
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(flavor.rawValue)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let options: [String]
        switch flavor {
        case .prometheus:
            let configuration = directory.appendingPathComponent("prometheus.yml")
            try "global: {}\n".write(to: configuration, atomically: true, encoding: .utf8)
            options = [
                "--config.file=\(configuration.path)", "--storage.tsdb.path=\(directory.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--web.enable-remote-write-receiver",
                "--enable-feature=native-histograms", "--log.level=warn",
            ]
        case .victoriaMetrics:
            options = [
                "-httpListenAddr=127.0.0.1:\(port)", "-storageDataPath=\(directory.path)/data",
                "-search.latencyOffset=0s",
                "-search.disableCache", "-loggerLevel=WARN",
            ]
        }
        process = try ChildProcess(
            [flavor.executable] + options, log: directory.appendingPathComponent("log").path)
    }

    deinit {
        process.end()
        try? FileManager.default.removeItem(at: directory)
    }

    package var writeURL: String { "http://127.0.0.1:\(port)/api/v1/write" }

    /// Makes what was stored visible to queries; Prometheus needs nothing of the kind.
    package func flush() throws {
        if flavor == .victoriaMetrics { _ = try httpGet(port: port, path: "/internal/force_flush") }
    }

    /// What the server has logged; the place to look when a push was refused.
    package var log: String {
        (try? String(contentsOf: directory.appendingPathComponent("log"), encoding: .utf8)) ?? ""
    }
}
