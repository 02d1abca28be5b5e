// Every row of k6's failure table that a failed transfer can produce, from libcurl's evidence alone.

import CLibcurl
import Glibc
import Testing

@testable import Generator

@Suite struct TransferFailureTests {
    struct Row: Sendable, CustomStringConvertible {
        var result: CURLcode
        var systemError: Int32 = 0
        var verifyResult = 0
        var message = ""
        var phase = TransferPhase.wait
        var connectLimit = false
        var goAway: UInt16?
        var isStreamRefused = false
        var code: UInt16
        var text: String
        var description: String { "\(result.rawValue)/\(systemError)/\(message) -> \(code)" }
    }

    static let rows: [Row] = [
        Row(result: CURLE_OPERATION_TIMEDOUT, code: 1050, text: "request timeout"),
        Row(
            result: CURLE_OPERATION_TIMEDOUT, phase: .connect, connectLimit: true, code: 1211,
            text: "dial: i/o timeout"),
        Row(result: CURLE_COULDNT_RESOLVE_HOST, code: 1101, text: "lookup: no such host"),
        Row(result: CURLE_COULDNT_CONNECT, systemError: ECONNREFUSED, code: 1212, text: "dial: connection refused"),
        Row(result: CURLE_RECV_ERROR, systemError: ECONNRESET, code: 1220, text: "read: connection reset by peer"),
        Row(result: CURLE_SEND_ERROR, systemError: ECONNRESET, code: 1220, text: "write: connection reset by peer"),
        Row(result: CURLE_SEND_ERROR, systemError: EPIPE, code: 1201, text: "write: broken pipe"),
        Row(result: CURLE_GOT_NOTHING, code: 1000, text: "EOF"),
        Row(result: CURLE_PARTIAL_FILE, code: 1000, text: "unexpected EOF"),
        Row(result: CURLE_WEIRD_SERVER_REPLY, code: 1000, text: "malformed HTTP response"),
        Row(
            result: CURLE_PEER_FAILED_VERIFICATION, verifyResult: 18, code: 1310, text: "x509: unknown authority"),
        Row(
            result: CURLE_PEER_FAILED_VERIFICATION, verifyResult: 0, code: 1311,
            text: "x509: certificate doesn't match hostname"),
        Row(
            result: CURLE_SSL_CONNECT_ERROR, message: "error:0A00010B:SSL routines::wrong version number",
            code: 1301, text: "tls: first record does not look like a TLS handshake"),
        Row(result: CURLE_BAD_CONTENT_ENCODING, code: 1701, text: "error decompressing response body"),
        Row(
            result: CURLE_HTTP2_STREAM, message: "HTTP/2 stream 1 was not closed cleanly: INTERNAL_ERROR (err 2)",
            code: 1633, text: "http2: stream error with http2 ErrCode INTERNAL_ERROR"),
        Row(result: CURLE_HTTP2, message: "Error in the HTTP2 framing layer", code: 1650, text: "http2: connection error"),
        Row(result: CURLE_HTTP2, goAway: 11, code: 1622, text: "http2: GOAWAY with http2 ErrCode ENHANCE_YOUR_CALM"),
        Row(result: CURLE_HTTP2, goAway: 99, code: 1610, text: "http2: GOAWAY"),
        Row(
            result: CURLE_RECV_ERROR, message: "Connection died, tried 5 times before giving up", isStreamRefused: true, code: 1638,
            text: "http2: stream error with http2 ErrCode REFUSED_STREAM"),
        Row(
            result: CURLE_COULDNT_CONNECT, systemError: EADDRNOTAVAIL, code: 1210,
            text: "dial: cannot assign requested address (local ports 1-2 used up)"),
        Row(
            result: CURLE_COULDNT_CONNECT, systemError: EMFILE, code: 1210,
            text: "dial: too many open files (limit 99)"),
        Row(
            result: CURLE_OPERATION_TIMEDOUT, phase: .tls, connectLimit: true, code: 1300,
            text: "tls: handshake timeout"),
    ]

    @Test(arguments: rows) func isWhatK6Says(row: Row) {
        let failure = TransferFailure(
            TransferEvidence(
                result: row.result, systemError: row.systemError, verifyResult: row.verifyResult,
                message: row.message, phase: row.phase, connectLimitReached: row.connectLimit,
                goAway: row.goAway, isStreamRefused: row.isStreamRefused,
                limits: SystemLimits(openFiles: 99, localPorts: "1-2")))
        #expect(failure.code == row.code)
        #expect(failure.text == row.text)
    }

    @Test func statusesFromFourHundredAreCodes() {
        #expect(ErrorCode.status(200) == 0)
        #expect(ErrorCode.status(399) == 0)
        #expect(ErrorCode.status(429) == 1429)
        #expect(ErrorCode.status(503) == 1503)
    }

    @Test func textsAreBounded() {
        let table = TextTable()
        let indices = Set((0..<5000).map { table.index(of: "text \($0)") })
        #expect(indices.count == TextTable.capacity)
        #expect(table[table.index(of: "text 4999")] == TextTable.overflowText)
        #expect(table[table.index(of: "text 3")] == "text 3")
        #expect(table[0] == "")
    }
}
