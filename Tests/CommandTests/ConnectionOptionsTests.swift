// Which HTTP is spoken, and on which connections, as asked for on the command line: held against nginx's log of each request's
// connection.

import Base
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx"), "needs nginx"))
struct ConnectionOptionsTests {
    /// A front and the runs of one scenario against it.
    private struct Runs {
        let front: NginxFront

        /// 24 users who each wait 100 ms for an answer, for a second.
        static func start() async throws -> Runs {
            let front = try await NginxFront.start(
                ["--ttft", "100ms", "--time-per-token", "0"], ofHTTP1: "keepalive_requests 2; ssl_session_cache shared:s:1m;")
            try front.scratch.write(
                "scenarios/users.yaml", "executor: constant-vus\nvus: 24\nduration: 1s\nthink_time: \"0\"\nwarmup: none\n")
            return Runs(front: front)
        }

        func sml(_ arguments: [String]) async throws -> (code: Int32, output: String, errors: String) {
            try await Program.run(
                "sml", ["loadtest"] + arguments, in: front.scratch,
                environment: front.authority.merging(["HOME": front.scratch.file("home"), "NO_COLOR": "1"]) { $1 }, within: 60)
        }

        func local(
            _ name: String, port: UInt16, _ options: String...
        ) async throws -> (code: Int32, output: String, errors: String) {
            try await sml(
                ["local", "--loadtest-scenario", "users", "--loadtest-server-url", "https://localhost:\(port)", "--out", name]
                    + ["--no-test-request", "--no-report", "--quiet", "--workers", "1"] + options)
        }

        /// What it left, and what nginx noted of it.
        func made(_ name: String, after earlier: Int = 0) throws -> (results: Results, noted: [NginxFront.Noted]) {
            (try Results(directory: front.scratch.file(name)), Array(front.noted.dropFirst(earlier)))
        }
    }

    @Test func whatIsAskedForIsWhatTheServerSees() async throws {
        let runs = try await Runs.start()
        let shared = try await runs.local(
            "shared", port: runs.front.http2, "--loadtest-http-version", "2", "--loadtest-connections", "2", "--loadtest-preconnect")
        try #require(shared.code == 0, "\(shared.errors)")
        let (results, noted) = try runs.made("shared")
        #expect(noted.count == results.requests.count && noted.allSatisfy { $0.status == 200 && $0.version == "HTTP/2.0" })
        let connections = Dictionary(grouping: noted, by: \.connection)
        #expect(connections.count == 2)
        // No request was lost between them, and the first ones met connections that had been there for the second of rest.
        #expect(connections.values.allSatisfy { $0.map(\.number).sorted() == Array(1...$0.count) })
        #expect(noted.filter { $0.number == 1 }.allSatisfy { $0.age > 0.3 }, "\(noted.filter { $0.number == 1 })")
        #expect(results.requests.allSatisfy { $0.connectMicroseconds == 0 && $0.tlsMicroseconds == 0 && $0.httpVersion == 20 })
        let opened = try #require(results.summary[path: "sml", "connections", "opened_to"]?.elements)
        #expect(opened.count == 1 && opened[0]["count"]?.integer == 2 && opened[0]["http_version"]?.text == "HTTP/2.0")
        #expect(opened[0][path: "preconnect", "asked"]?.integer == 2 && opened[0][path: "preconnect", "ready"]?.integer == 2)

        // A server that offers HTTP/2 is asked for HTTP/1.1 only: one connection for each user.
        let old = try await runs.local("old", port: runs.front.http2, "--loadtest-http-version", "1.1")
        try #require(old.code == 0, "\(old.errors)")
        let (first, seen) = try runs.made("old", after: noted.count)
        #expect(seen.count == first.requests.count && seen.allSatisfy { $0.status == 200 && $0.version == "HTTP/1.1" && !$0.isResumed })
        #expect(Set(seen.map(\.connection)).count == 24)

        let compared = try await runs.sml(["compare", "shared", "old"])
        #expect(compared.code == 65 && compared.output.contains("NOT COMPARABLE"), "\(compared)")
        for words in ["http_version differs (A 2, B 1.1)", "connections differs (A 2, B per-user)", "preconnect differs (A true, B false)"]
        {
            #expect(compared.output.contains(words), "\(words): \(compared.output)")
        }
        _ = try await runs.front.stop()
    }

    /// After every second request nginx ends the connection: the next one of a user is a new one.
    @Test func sessionsAreTakenUpAgain() async throws {
        let runs = try await Runs.start()
        let whole = try await runs.local("whole", port: runs.front.http1)
        let (_, before) = try runs.made("whole")
        let resumed = try await runs.local("resumed", port: runs.front.http1, "--loadtest-tls-resumption")
        let (results, noted) = try runs.made("resumed", after: before.count)
        #expect(whole.code == 0 && resumed.code == 0, "\(whole.errors) \(resumed.errors)")
        #expect(before.allSatisfy { !$0.isResumed } && before.count > 48)
        // Only a user's first connection may have nothing to take up.
        let first = noted.filter { $0.number == 1 }
        #expect(noted.count == results.requests.count && first.count > 24 && first.count { !$0.isResumed } <= 24)
        #expect(results.summary[path: "sml", "run", "resolved_scenario", "tls_resumption"] == .bool(true))
        _ = try await runs.front.stop()
    }

    /// A server that does not speak what was asked for: said by the test request, and nothing is left of the run.
    @Test func aServerWithoutHTTP2IsFoundBeforeTheLoad() async throws {
        let runs = try await Runs.start()
        let files = runs.front.scratch.contents
        for (url, words) in [
            ("https://localhost:\(runs.front.http1)", "http2: the server does not speak it"),
            (runs.front.endpoint.url, "http_version: 2 speaks HTTP/2 over plain http without asking"),
        ] {
            let run = try await runs.sml(
                ["local", "--loadtest-scenario", "users", "--loadtest-server-url", url, "--out", "none", "--loadtest-http-version", "2"])
            #expect(run.code == 69 && run.errors.contains(words), "\(run)")
            #expect(runs.front.scratch.contents == files)
        }
        #expect(try await runs.front.stop().isEmpty)
    }
}
