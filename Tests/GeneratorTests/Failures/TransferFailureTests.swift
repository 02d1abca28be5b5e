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
        var isOpenHTTP2 = false
        var proxyStatus = 0
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
        // As OpenSSL 3.0 words alerts of the server's, in the handshake and behind one of TLS 1.3.
        Row(
            result: CURLE_SSL_CONNECT_ERROR,
            message: "OpenSSL/3.0.19: error:0A000410:SSL routines::sslv3 alert handshake failure", phase: .tls, code: 1010,
            text: "remote error: tls: handshake failure"),
        Row(
            result: CURLE_RECV_ERROR,
            message: "OpenSSL SSL_read: OpenSSL/3.0.19: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0",
            code: 1010, text: "remote error: tls: certificate required"),
        Row(
            result: CURLE_PEER_FAILED_VERIFICATION, verifyResult: 62, phase: .tls, code: 1311,
            text: "x509: certificate doesn't match hostname: no subject alternative name, only a common name"),
        Row(
            result: CURLE_RECV_ERROR, message: "CONNECT tunnel failed, response 407", phase: .tls, proxyStatus: 407, code: 1000,
            text: "proxy: CONNECT answered with status 407"),
        Row(result: CURLE_PROXY, phase: .connect, code: 1210, text: "proxy: SOCKS request refused"),
        Row(
            result: CURLE_RECV_ERROR, message: "Illegal or missing hexadecimal sequence in chunked-encoding", code: 1000,
            text: "malformed HTTP response"),
        Row(
            result: CURLE_RECV_ERROR,
            message:
                "h2_process_pending_input: nghttp2_session_mem_recv() returned -905:Too many CONTINUATION frames following a HEADER frame",
            code: 1652, text: "http2: connection error with http2 ErrCode PROTOCOL_ERROR: too many CONTINUATION frames"),
        Row(
            result: CURLE_RECV_ERROR,
            message: "h2_process_pending_input: nghttp2_session_mem_recv() returned -902:The user callback function failed",
            code: 1000, text: "http2: response headers over the limit"),
        Row(result: CURLE_GOT_NOTHING, isOpenHTTP2: true, code: 1650, text: "http2: connection error: the server broke the protocol"),
        Row(result: CURLE_FAILED_INIT, code: 1000, text: "transfer failed: Failed initialization"),
    ]

    @Test func noCodeOfLibcurlsReachesAUser() {
        for number in UInt32(1)..<100 {
            let failure = TransferFailure(TransferEvidence(result: CURLcode(rawValue: number), phase: .wait))
            #expect(!failure.text.contains("libcurl error"), "\(number): \(failure.text)")
        }
    }

    @Test(arguments: rows) func isWhatK6Says(row: Row) {
        let failure = TransferFailure(
            TransferEvidence(
                result: row.result, systemError: row.systemError, verifyResult: row.verifyResult,
                message: row.message, phase: row.phase, connectLimitReached: row.connectLimit,
                goAway: row.goAway, isStreamRefused: row.isStreamRefused, isOpenHTTP2: row.isOpenHTTP2, proxyStatus: row.proxyStatus,
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
