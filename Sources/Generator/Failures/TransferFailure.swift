// From what libcurl says about a failed transfer to what k6 would have called it: its stable error code and its
// error text (k6 §5.1). A pure function of plain values, so that every row of that table is a test without a
// socket. Texts that k6 builds from addresses or library messages are reduced to fixed ones: a label must be bounded.

import CLibcurl
import Glibc
import LibcurlClient

/// k6's error codes, as its `error_code` label carries them. HTTP statuses from 400 on are 1000 + status.
package enum ErrorCode {
    package static let generic: UInt16 = 1000
    /// What the other side of a connection reports and no system call does: a TLS alert.
    package static let remote: UInt16 = 1010
    package static let requestTimeout: UInt16 = 1050
    package static let dns: UInt16 = 1100
    package static let noSuchHost: UInt16 = 1101
    package static let tcp: UInt16 = 1200
    package static let brokenPipe: UInt16 = 1201
    package static let dial: UInt16 = 1210
    package static let dialTimeout: UInt16 = 1211
    package static let connectionRefused: UInt16 = 1212
    package static let connectionReset: UInt16 = 1220
    package static let tls: UInt16 = 1300
    package static let tlsNotSpoken: UInt16 = 1301
    package static let unknownAuthority: UInt16 = 1310
    package static let hostnameMismatch: UInt16 = 1311
    package static let http2GoAway: UInt16 = 1610
    package static let http2Stream: UInt16 = 1630
    package static let http2Connection: UInt16 = 1650
    package static let decompression: UInt16 = 1701

    /// The code of an HTTP status, 0 when k6 sees no error in it.
    package static func status(_ status: UInt16) -> UInt16 { status >= 400 ? 1000 + status : 0 }
}

/// A failed transfer in k6's words.
package struct TransferFailure: Sendable, Equatable {
    package var code: UInt16
    package var text: String
    package var phase: TransferPhase

    init(_ code: UInt16, _ text: String, _ phase: TransferPhase) {
        self.code = code
        self.text = text
        self.phase = phase
    }
}

/// What libcurl reports about a failed transfer, as plain values.
struct TransferEvidence: Sendable {
    var result: CURLcode
    var systemError: Int32 = 0
    /// OpenSSL's X.509 verification result; 0 or 1 when the chain itself was not the problem.
    var verifyResult: Int = 0
    /// libcurl's error buffer.
    var message: String = ""
    var phase: TransferPhase
    /// The 30 s limit on connecting fired, not the request's own.
    var connectLimitReached: Bool = false
    /// Why we refused to take in more of the answer.
    var refusal: ResponseRefusal?
    /// The error code of a GOAWAY that the connection ended with.
    var goAway: UInt16?
    /// The server refused the stream (REFUSED_STREAM), each time libcurl sent it.
    var isStreamRefused = false
    /// HTTP/2 ended while the server had not closed the connection.
    var isOpenHTTP2 = false
    /// The proxy's answer to CONNECT; 0 without one.
    var proxyStatus = 0
    var limits = SystemLimits(openFiles: 0, localPorts: "")

    /// How libcurl's message begins when reused connections died without an answer and it does not send once more.
    static let gaveUpResending = "Connection died, tried"
    /// How its message ends when a chunk has no size, or one over 2^63.
    static let malformedChunks = " in chunked-encoding"
}

/// Why an answer is not read on.
enum ResponseRefusal: Sendable {
    /// Its body is over the scenario's `response_limit`.
    case tooLong
    /// Its headers, trailers included, are over 300 KiB.
    case headersTooLong
    /// Its headers contradict each other about where it ends.
    case lengthUnclear
    /// All answers together are over ``ResponseBufferPool/runGrowthLimit``.
    case noMemory
    /// Its compressed body is more than ``ContentDecoder`` undoes.
    case decoding
    /// It has a `Transfer-Encoding` that nobody asked for.
    case transferEncoding
    /// The connection speaks another version of HTTP than the plan wants.
    case httpVersion
}

extension TransferFailure {
    /// k6's view of `evidence`.
    init(_ evidence: TransferEvidence) {
        let phase = evidence.phase
        if let failure = Self.proxy(evidence) ?? Self.alert(evidence) ?? Self.brokenHTTP2(evidence) {
            self = failure
            return
        }
        self =
            switch evidence.result {
            case CURLE_OPERATION_TIMEDOUT where evidence.connectLimitReached && phase == .tls:
                // k6 has no limit of its own on the handshake and would wait for the request timeout.
                TransferFailure(ErrorCode.tls, "tls: handshake timeout", phase)
            case CURLE_OPERATION_TIMEDOUT where evidence.connectLimitReached:
                TransferFailure(ErrorCode.dialTimeout, "dial: i/o timeout", phase)
            case CURLE_OPERATION_TIMEDOUT:
                TransferFailure(ErrorCode.requestTimeout, "request timeout", phase)
            case CURLE_COULDNT_RESOLVE_HOST:
                TransferFailure(ErrorCode.noSuchHost, "lookup: no such host", .resolve)
            case CURLE_COULDNT_RESOLVE_PROXY:
                TransferFailure(ErrorCode.dns, "lookup: proxy could not be resolved", .resolve)
            case CURLE_COULDNT_CONNECT:
                Self.connecting(evidence)
            case CURLE_RECV_ERROR where evidence.isStreamRefused:
                Self.http2("stream error", ErrorCode.http2Stream, number: 7, phase)
            case CURLE_GOT_NOTHING:
                TransferFailure(ErrorCode.generic, "EOF", .wait)
            case CURLE_PARTIAL_FILE:
                TransferFailure(ErrorCode.generic, "unexpected EOF", .receive)
            // libcurl's own limits: 300 KiB of headers (told by its message), 100 KB in one line.
            case CURLE_WRITE_ERROR where evidence.refusal == .headersTooLong,
                CURLE_RECV_ERROR where evidence.message.hasPrefix("Too large response headers"),
                CURLE_OUT_OF_MEMORY where phase == .receive:
                TransferFailure(ErrorCode.generic, "response headers over the limit", .receive)
            case CURLE_WRITE_ERROR where evidence.refusal == .lengthUnclear,
                CURLE_RECV_ERROR where evidence.message.hasSuffix(TransferEvidence.malformedChunks):
                TransferFailure(ErrorCode.generic, "malformed HTTP response", .receive)
            case CURLE_SEND_ERROR, CURLE_RECV_ERROR:
                Self.transmitting(evidence)
            case CURLE_PEER_FAILED_VERIFICATION:
                // libcurl checks the name before it asks OpenSSL for the chain's result, which is then still its
                // starting value: 1 (unspecified) in 7.88, 0 in later versions.
                evidence.verifyResult == 0 || evidence.verifyResult == 1
                    ? TransferFailure(
                        ErrorCode.hostnameMismatch, "x509: certificate doesn't match hostname", .tls)
                    : Self.certificate(evidence)
            case CURLE_SSL_CONNECT_ERROR:
                Self.handshake(evidence)
            case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED:
                TransferFailure(ErrorCode.tls, "tls: local certificate or cipher problem", .tls)
            case CURLE_ABORTED_BY_CALLBACK where evidence.refusal == .httpVersion:
                TransferFailure(ErrorCode.http2Connection, Self.withoutHTTP2, .tls)
            case CURLE_BAD_CONTENT_ENCODING:
                TransferFailure(ErrorCode.decompression, "error decompressing response body", .receive)
            case CURLE_WRITE_ERROR where evidence.refusal == .decoding:
                TransferFailure(ErrorCode.decompression, "error decompressing response body: over the limits", .receive)
            case CURLE_WRITE_ERROR where evidence.refusal == .transferEncoding:
                TransferFailure(ErrorCode.generic, "unsupported transfer encoding", .receive)
            case CURLE_FILESIZE_EXCEEDED,
                CURLE_WRITE_ERROR where evidence.refusal == .tooLong:
                TransferFailure(ErrorCode.generic, "response body over the limit", .receive)
            case CURLE_WRITE_ERROR where evidence.refusal == .noMemory:
                TransferFailure(ErrorCode.generic, "response bodies over the memory limit", .receive)
            case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP_RETURNED_ERROR:
                TransferFailure(ErrorCode.generic, "malformed HTTP response", phase)
            case CURLE_HTTP2, CURLE_HTTP2_STREAM:
                Self.http2(evidence)
            case CURLE_OUT_OF_MEMORY:
                TransferFailure(ErrorCode.generic, "out of memory", phase)
            default:
                // One of libcurl's fixed texts.
                TransferFailure(ErrorCode.generic, "transfer failed: \(String(cString: curl_easy_strerror(evidence.result)))", phase)
            }
    }

    /// Of a server that agrees on HTTP/1.1 only.
    package static let withoutHTTP2 = "http2: the server does not speak it"

    private static func connecting(_ evidence: TransferEvidence) -> TransferFailure {
        switch evidence.systemError {
        case ECONNREFUSED: TransferFailure(ErrorCode.connectionRefused, "dial: connection refused", .connect)
        case ETIMEDOUT: TransferFailure(ErrorCode.dialTimeout, "dial: i/o timeout", .connect)
        case EADDRNOTAVAIL:
            TransferFailure(
                ErrorCode.dial,
                "dial: cannot assign requested address (local ports \(evidence.limits.localPorts) used up)", .connect)
        case EMFILE:
            TransferFailure(
                ErrorCode.dial, "dial: too many open files (limit \(evidence.limits.openFiles))", .connect)
        case ENFILE: TransferFailure(ErrorCode.dial, "dial: too many open files in system", .connect)
        case ENOBUFS, ENOMEM: TransferFailure(ErrorCode.dial, "dial: no buffer space available", .connect)
        case EHOSTUNREACH: TransferFailure(ErrorCode.dial, "dial: no route to host", .connect)
        case ENETUNREACH: TransferFailure(ErrorCode.dial, "dial: network is unreachable", .connect)
        default: TransferFailure(ErrorCode.dial, "dial: connection failed", .connect)
        }
    }

    private static func transmitting(_ evidence: TransferEvidence) -> TransferFailure {
        if evidence.message.hasPrefix(TransferEvidence.gaveUpResending) {
            return TransferFailure(ErrorCode.generic, "EOF", evidence.phase)
        }
        let verb = evidence.result == CURLE_SEND_ERROR ? "write" : "read"
        let phase: TransferPhase = evidence.result == CURLE_SEND_ERROR ? .send : evidence.phase
        return switch evidence.systemError {
        case ECONNRESET:
            TransferFailure(ErrorCode.connectionReset, "\(verb): connection reset by peer", phase)
        case EPIPE: TransferFailure(ErrorCode.brokenPipe, "write: broken pipe", .send)
        default:
            evidence.message.contains("unexpected eof")
                ? TransferFailure(ErrorCode.generic, "unexpected EOF", phase)
                : TransferFailure(ErrorCode.tcp, "\(verb): connection failed", phase)
        }
    }

    /// X.509 results that mean "nobody we trust signed this": X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT (2),
    /// DEPTH_ZERO_SELF_SIGNED_CERT (18), SELF_SIGNED_CERT_IN_CHAIN (19), UNABLE_TO_GET_ISSUER_CERT_LOCALLY (20),
    /// UNABLE_TO_VERIFY_LEAF_SIGNATURE (21).
    private static func certificate(_ evidence: TransferEvidence) -> TransferFailure {
        switch evidence.verifyResult {
        case 2, 18, 19, 20, 21: TransferFailure(ErrorCode.unknownAuthority, "x509: unknown authority", .tls)
        case Int(NamelessCertificate.verifyResult):
            TransferFailure(
                ErrorCode.hostnameMismatch, "x509: certificate doesn't match hostname: no subject alternative name, only a common name",
                .tls)
        case 9, 10: TransferFailure(ErrorCode.tls, "x509: certificate is not valid now", .tls)
        default: TransferFailure(ErrorCode.tls, "x509: certificate rejected", .tls)
        }
    }

    private static func handshake(_ evidence: TransferEvidence) -> TransferFailure {
        if evidence.message.contains("wrong version number") || evidence.message.contains("packet length too long")
            || evidence.message.contains("http request")
        {
            return TransferFailure(
                ErrorCode.tlsNotSpoken, "tls: first record does not look like a TLS handshake", .tls)
        }
        return switch evidence.systemError {
        case ECONNRESET:
            TransferFailure(ErrorCode.connectionReset, "read: connection reset by peer", .tls)
        default:
            evidence.message.contains("unexpected eof") || evidence.message.contains("SSL_ERROR_SYSCALL")
                ? TransferFailure(ErrorCode.generic, "EOF", .tls)
                : TransferFailure(ErrorCode.tls, "tls: handshake failed", .tls)
        }
    }

    /// libcurl names the error code of a stream in its message ("… (err 11)" or "…: INTERNAL_ERROR (err 2)"), that of a
    /// connection not.
    private static func http2(_ evidence: TransferEvidence) -> TransferFailure {
        // A stream may end with an error of its own on a connection that is being given up.
        if let code = evidence.goAway, !evidence.message.contains("(err ") {
            return http2("GOAWAY", ErrorCode.http2GoAway, number: code, evidence.phase)
        }
        guard evidence.result == CURLE_HTTP2_STREAM else {
            return http2("connection error", ErrorCode.http2Connection, number: nil, evidence.phase)
        }
        // "closed cleanly, but before getting all response header fields": RST_STREAM with NO_ERROR.
        let number =
            evidence.message.contains("was closed cleanly")
            ? 0 : evidence.message.range(afterFirst: "(err ").flatMap { UInt16($0.prefix { $0.isNumber }) }
        return http2("stream error", ErrorCode.http2Stream, number: number, evidence.phase)
    }

    /// k6 adds the error code to the base code plus one (§5.1: 1631+n).
    private static func http2(
        _ what: String, _ base: UInt16, number: UInt16?, _ phase: TransferPhase
    ) -> TransferFailure {
        guard let number, number <= 13 else { return TransferFailure(base, "http2: \(what)", phase) }
        return TransferFailure(base + 1 + number, "http2: \(what) with http2 ErrCode \(http2Names[Int(number)])", phase)
    }

    /// RFC 9113 §7, by code.
    private static let http2Names = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
        "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]
}

extension String {
    func range(afterFirst mark: String) -> Substring? {
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(mark) { return rest.dropFirst(mark.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
