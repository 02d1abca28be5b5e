// A POST is sent again when a reused connection dies before the server can have read it. Against a real server that closes
// idle connections just when they would be used again: no request is lost, none is answered twice, none is counted twice.
// And against one that closes instead of answering: each of those is an error.

import Base
import Foundation
import Generator
import Metrics
import Testing

@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx"), "needs nginx"))
struct ResendTests {
    @Test func serverThatClosesIdleConnections() async throws {
        // Idle connections live 50 ms, users think up to 100 ms: half the connections are gone, some at that very moment.
        let front = try await NginxFront.start(
            ["--ttft", "1ms", "--time-per-token", "0"], directives: "keepalive_timeout 50ms;")
        let bench = try FaultBench()
        let results = try await bench.load(
            "https://localhost:\(front.http1)",
            settings: FaultBench.Settings(
                thinkTime: "0.1", environment: front.authority,
                executor: #""executor": "constant-vus", "vus": 40, "duration": "3s""#))
        let log = try await front.stop()
        let requests = results.requests.count
        let resent = results.count("sml", "connections", "transport_retries")
        print("resends: \(requests) requests, \(resent) sent again, the server answered \(log.count)")
        // A quiet machine makes 1,500 of them.
        try #require(requests > 60)
        let succeeded = results.requests.count { $0.status == 200 && $0.flags.contains(.hasChoices) }
        // What lies unread in the server's kernel when it closes is an error as in k6. On a busy machine that is not rare.
        #expect(succeeded * 10 >= requests * 9, "\(results.summary[path: "sml", "errors"] ?? .null)")
        // nginx passes on what it read; what died with an idle connection it never read.
        #expect(log.count == succeeded + results.interrupted.count)
        #expect(resent == results.requests.reduce(0) { $0 + Int($1.resends) })
        #expect(resent >= results.requests.count { $0.flags.contains(.retriedByTransport) })
        #expect(results.count("sml", "counts", "started") == requests + results.interrupted.count)
        #expect(results.count("metrics", "http_reqs", "count") == requests)
        #expect(results.count("sml", "connections", "opened") > 40, "no connection was ever closed")
        #expect(
            results.count("sml", "connections", "opened") + results.count("sml", "connections", "reused")
                == requests + results.interrupted.count)
    }

    /// The endpoint reads the request and closes one answer in five without a byte: it had the request, so it is an error.
    @Test func serverThatClosesInsteadOfAnswering() async throws {
        let bench = try FaultBench()
        let endpoint = try await EndpointProcess.start(
            ["--ttft", "2ms", "--time-per-token", "0", "--fail", "close:0.2"], in: bench.scratch)
        let results = try await bench.load(
            endpoint.url,
            settings: FaultBench.Settings(executor: #""executor": "constant-vus", "vus": 5, "duration": "2s""#))
        let log = try await endpoint.stop()
        let requests = results.requests.count
        try #require(requests > 100)
        #expect(log.count == requests)
        #expect(results.count("sml", "connections", "transport_retries") == 0)
        #expect(results.requests.allSatisfy { $0.resends == 0 })
        #expect(results.count("sml", "counts", "succeeded") == log.count { $0.status == 200 })
        #expect(results.count("sml", "counts", "failed") == log.count { $0.status == 0 })
        #expect(log.contains { $0.status == 0 })
        let rows = try await Program.run(
            "sml", ["loadtest", "records", bench.scratch.file("out/records.smlrec"), "--format", "jsonl"], in: bench.scratch)
        let exported = rows.output.split(separator: "\n").count { line in
            let value = try? JSONDecoder().decode(JSON.self, from: Data(line.utf8))
            return value?["kind"]?.text == "request" && value?["resends"]?.integer == 0
        }
        #expect(exported == requests)
    }
}
