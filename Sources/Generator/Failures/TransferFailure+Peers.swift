// Failures that the other side explains, or a proxy on the way: what libcurl tells of them is in its message alone.

import CLibcurl

extension TransferFailure {
    /// What went wrong between us and a proxy, before there was a connection to the server.
    static func proxy(_ evidence: TransferEvidence) -> TransferFailure? {
        switch evidence.result {
        case CURLE_RECV_ERROR, CURLE_COULDNT_CONNECT:
            if evidence.proxyStatus >= 300 {
                return TransferFailure(ErrorCode.generic, "proxy: CONNECT answered with status \(evidence.proxyStatus)", .connect)
            }
            return evidence.message.hasPrefix("Proxy CONNECT aborted")
                ? TransferFailure(ErrorCode.generic, "proxy: CONNECT not answered", .connect) : nil
        case CURLE_PROXY: return TransferFailure(ErrorCode.dial, "proxy: SOCKS request refused", .connect)
        default: return nil
        }
    }

    /// OpenSSL's text for an alert of the server's is `tlsv13 alert certificate required`, after its own record's name.
    static func alert(_ evidence: TransferEvidence) -> TransferFailure? {
        switch evidence.result {
        case CURLE_SSL_CONNECT_ERROR, CURLE_RECV_ERROR, CURLE_SEND_ERROR: break
        default: return nil
        }
        guard let reason = evidence.message.range(afterFirst: "SSL routines::"), let name = String(reason).range(afterFirst: " alert ")
        else { return nil }
        return TransferFailure(ErrorCode.remote, "remote error: tls: \(name.prefix { $0.isLetter || $0 == " " })", .tls)
    }

    /// nghttp2, which gave the connection up, says why to libcurl at the best. -902 is libcurl refusing more headers than it
    /// takes, such as a small block that names one long header ten thousand times.
    static func brokenHTTP2(_ evidence: TransferEvidence) -> TransferFailure? {
        switch evidence.result {
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2: break
        case CURLE_GOT_NOTHING where evidence.isOpenHTTP2 && evidence.goAway == nil && !evidence.isStreamRefused:
            // A frame that is not allowed, or headers that cannot be decompressed.
            return TransferFailure(ErrorCode.http2Connection, "http2: connection error: the server broke the protocol", evidence.phase)
        default: return nil
        }
        guard let reason = evidence.message.range(afterFirst: "nghttp2_session_mem_recv() returned ") else { return nil }
        if reason.hasPrefix("-902") { return TransferFailure(ErrorCode.generic, "http2: response headers over the limit", evidence.phase) }
        if reason.contains("CONTINUATION") {
            return TransferFailure(
                ErrorCode.http2Connection + 2, "http2: connection error with http2 ErrCode PROTOCOL_ERROR: too many CONTINUATION frames",
                evidence.phase)
        }
        return TransferFailure(ErrorCode.http2Connection, "http2: connection error: the server broke the protocol", evidence.phase)
    }
}
