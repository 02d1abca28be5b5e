// A real TLS server in front: nginx with a certificate authority made here. What was negotiated, whether it was
// verified, and what each kind of failure is called.

import Foundation
import Generator
import Metrics
import Testing

@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx"), "needs nginx"))
struct TLSTests {
    @Test func negotiatesHTTP2AndHTTP1AndReusesConnections() async throws {
        let front = try await NginxFront.start()
        let second = try await front.load("https://localhost:\(front.http2)")
        let first = try await front.load("https://localhost:\(front.http1)")
        let log = try await front.stop()
        #expect(log.count == 80)
        for (results, http, tls) in [(second, UInt8(20), UInt8(13)), (first, 11, 12)] {
            #expect(results.requests.allSatisfy { $0.status == 200 && $0.httpVersion == http && $0.tlsVersion == tls })
            let opened = results.requests.filter { !$0.flags.contains(.connectionReused) }
            #expect(opened.count < 20)
            #expect(opened.allSatisfy { $0.tlsMicroseconds > 0 })
            #expect(results.count("sml", "connections", "opened") == opened.count)
            #expect(results.count("sml", "connections", "reused") == 40 - opened.count)
        }
    }

    @Test func namesEachFailure() async throws {
        let front = try await NginxFront.start()
        let rows: [(url: String, trusted: Bool, code: UInt16)] = [
            ("https://localhost:\(front.http2)", false, ErrorCode.unknownAuthority),
            ("https://127.0.0.1:\(front.http1)", true, ErrorCode.hostnameMismatch),
            // nginx answers plain http on its TLS port itself, with 400.
            ("http://localhost:\(front.http1)", true, 1400),
            ("https://localhost:\(front.endpoint.port)", true, ErrorCode.tlsNotSpoken),
        ]
        for row in rows {
            let results = try await front.load(row.url, trusted: row.trusted)
            let codes = Set(results.requests.map(\.errorCode))
            #expect(codes == [row.code], "\(row.url)")
            #expect(results.count("sml", "counts", "failed") == 40)
        }
        let log = try await front.stop()
        #expect(log.filter { $0.status == 200 }.isEmpty)
    }
}
