// The client against servers that answer well, badly, or not at all.

import Foundation
import HTTPClient
import LibcurlClient
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct HTTPClientTests {
    private let client = HTTPClient(userAgent: "test/1")

    private func request(_ server: ScriptedReceiver, _ method: String = "GET", body: HTTPRequest.Body = .none) -> HTTPRequest {
        HTTPRequest(method, "http://127.0.0.1:\(server.port)/a?b=c", headers: [.init("X-One", "1")], body: body)
    }

    @Test func sendsWhatItIsToldAndReadsHeadersAndBody() async throws {
        let server = try ScriptedReceiver([.status(200, headers: ["ETag": " \"x\" "], body: "hello")])
        let answer = try await client.send(request(server))
        #expect(answer.status == 200 && answer.text == "hello" && answer.header("etag") == "\"x\"")
        let body = HTTPRequest.Body.bytes(Array("data".utf8))
        _ = try await client.send(request(server, "PUT", body: body))
        _ = try await client.send(request(server, "DELETE"))
        _ = try await client.send(request(server, "POST", body: .bytes([])))
        let sent = server.requests
        #expect(sent.map(\.requestLine) == ["GET", "PUT", "DELETE", "POST"].map { "\($0) /a?b=c HTTP/1.1" })
        #expect(sent.map { String(decoding: $0.body, as: UTF8.self) } == ["", "data", "", ""])
        #expect(sent[0]["x-one"] == "1" && sent[0]["user-agent"] == "test/1")
        #expect(sent[1]["content-type"] == nil && sent[1]["expect"] == nil)
        #expect(sent[3]["content-length"] == "0")
        // Connections are kept.
        #expect(Set(sent.map(\.connection)).count == 1)
    }

    @Test func storesAnAnswerInAFile() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "part-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let server = try ScriptedReceiver()
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        var download = request(server)
        download.destination = .descriptor(descriptor)
        server.answer(.status(200, body: "stored"), .status(404, body: "missing"))
        #expect(try await client.send(download).body.isEmpty)
        #expect(try await client.send(download).text == "missing")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "stored")
    }

    @Test func whatIsSentOnceIsNotRepeatedByLibcurl() async throws {
        let server = try ScriptedReceiver([.status(200), .close])
        _ = try await client.send(request(server))
        var once = request(server, "POST", body: .bytes([1]))
        once.isSentOnce = true
        await #expect(throws: HTTPFailure.self) { try await client.send(once) }
        #expect(server.requests.count == 2)
    }

    @Test func tellsFailuresApart() async throws {
        let server = try ScriptedReceiver([.closeMidAnswer, .close, .hang, .endless])
        func kind(_ request: HTTPRequest) async -> HTTPFailure.Kind? {
            do throws(HTTPFailure) {
                _ = try await client.send(request)
                return nil
            } catch { return error.kind }
        }
        #expect(await kind(request(server)) == .interrupted)
        server.answer(.close)
        #expect(await kind(request(server)) == .interrupted)
        server.answer(.hang)
        var short = request(server)
        short.timeout = .milliseconds(200)
        #expect(await kind(short) == .timedOut)
        server.answer(.endless)
        var small = request(server)
        small.answerLimit = 1 << 20
        #expect(await kind(small) == .tooLong)
        server.stop()
        #expect(await kind(request(server)) == .notReached)
        var split = request(server)
        split.headers = [.init("X-Two", "a\r\nX-Three: b")]
        #expect(await kind(split) == .other)
    }

    @Test(.enabled(if: TestCertificates.isOpensslInstalled)) func trustsOnlyKnownAuthorities() async throws {
        let certificates = try await TestCertificates()
        let server = try await TLSReceiver(certificates)
        let url = "https://127.0.0.1:\(server.port)/"
        let failure = await #expect(throws: HTTPFailure.self) { try await client.send(HTTPRequest("GET", url)) }
        #expect(failure?.kind == .untrusted)
        let trusted = try await TLSReceiver(certificates)
        let trusting = HTTPClient(userAgent: "test/1", trust: TrustStore(file: certificates.certificate, directories: nil))
        #expect(try await trusting.send(HTTPRequest("GET", "https://127.0.0.1:\(trusted.port)/")).status == 204)
    }

    @Test(.enabled(if: TestCertificates.isOpensslInstalled)) func trustsADirectoryAndReadsItOnce() async throws {
        let certificates = try await TestCertificates()
        try await certificates.hash()
        let client = HTTPClient(
            userAgent: "test/1", trust: TrustStore(file: nil, directories: "/nowhere:\(certificates.hashed)"))
        for _ in 0..<2 {
            let server = try await TLSReceiver(certificates)
            #expect(try await client.send(HTTPRequest("GET", "https://127.0.0.1:\(server.port)/")).status == 204)
            try? FileManager.default.removeItem(atPath: certificates.hashed)
        }
    }

    @Test(.enabled(if: TestCertificates.isOpensslInstalled)) func aFileOfNoCertificateIsTrustedByNobody() async throws {
        let certificates = try await TestCertificates()
        let server = try await TLSReceiver(certificates)
        let trust = TrustStore(file: "/etc/passwd", directories: nil)
        let failure = await #expect(throws: HTTPFailure.self) {
            try await HTTPClient(userAgent: "test/1", trust: trust).send(HTTPRequest("GET", "https://127.0.0.1:\(server.port)/"))
        }
        #expect(failure?.kind == .untrusted)
    }

    @Test func readsDates() {
        #expect(HTTPDate.secondsSince1970("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(HTTPDate.secondsSince1970("soon") == nil)
    }
}
