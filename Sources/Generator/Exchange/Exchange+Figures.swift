// What is read out of an exchange when it ends: libcurl's figures, corrected by what our watch saw (docs/ENGINE.md and
// docs/METRICS.md say which of libcurl 7.88's are wrong and why).

import CLibcurl
import Glibc
import Base

extension Exchange {
    /// The figures of an exchange that ended with `result`.
    func measure(result: CURLcode) -> ExchangeFigures {
        var figures = ExchangeFigures()
        measureInstants(&figures)
        measureEnd(&figures, result: result)
        measureSending(&figures)
        measureConnection(&figures)
        if result == CURLE_OK { measureAnswer(&figures) } else { fail(&figures, result) }
        countConnection(figures)
        return figures
    }

    /// The figures of an exchange that is cut off at `now`.
    func measureCut(at now: Int64) -> ExchangeFigures {
        var figures = ExchangeFigures()
        measureInstants(&figures)
        figures.end = max(now, figures.sent, figures.firstByte)
        measureSending(&figures)
        measureConnection(&figures)
        measureAnswer(&figures)
        // Whatever has come of an answer is none.
        figures.status = 0
        figures.flags.insert(.interrupted)
        figures.phase = reachedPhase(figures)
        countConnection(figures)
        return figures
    }

    /// The figures of an exchange that waited for a stream until `now` and got none.
    func measureWait(until now: Int64, isCut: Bool) -> ExchangeFigures {
        var figures = ExchangeFigures()
        figures.end = now
        figures.phase = .connect
        if isCut {
            figures.flags.insert(.interrupted)
        } else {
            let failure = TransferFailure(TransferEvidence(result: CURLE_OPERATION_TIMEDOUT, phase: .connect))
            figures.errorCode = failure.code
            figures.errorText = common.texts.index(of: failure.text)
        }
        return figures
    }

    /// A connection that was opened for the exchange and on which it was sent.
    private func countConnection(_ figures: ExchangeFigures) {
        guard figures.sent >= 0, !figures.flags.contains(.connectionReused), let peer else { return }
        common.connections.add(ConnectionKind(address: peer, httpVersion: figures.httpVersion, tls: openedTLS))
    }

    /// Numeric address and port of the connection's other end.
    var peer: String? {
        guard let address = sml_easy_get_string(easy, CURLINFO_PRIMARY_IP) else { return nil }
        let ip = String(cString: address)
        let host = ip.contains(":") ? "[\(ip)]" : ip
        return "\(host):\(sml_easy_get_long(easy, CURLINFO_PRIMARY_PORT))"
    }

    private func measureInstants(_ figures: inout ExchangeFigures) {
        guard sendings.count > 0 else { return }
        let origin = common.clock.origin
        figures.sent = watch.pointee.sent - origin
        if watch.pointee.first_byte > 0 { figures.firstByte = watch.pointee.first_byte - origin }
    }

    private func measureEnd(_ figures: inout ExchangeFigures, result: CURLcode) {
        if sendings.isRefused, let loss = sendings.loss {
            figures.end = figures.sent + loss.elapsed
        } else if result == CURLE_OK, watch.pointee.last > 0 {
            figures.end = watch.pointee.last - common.clock.origin
        } else {
            // libcurl's own clock started a little later than we told it to.
            let end = transferStarted + sml_easy_get_offset(easy, CURLINFO_TOTAL_TIME_T) * 1000
            figures.end = max(end, figures.sent, figures.firstByte)
            if figures.firstByte < 0, hasUnreadableAnswer(result) { figures.firstByte = figures.end }
        }
    }

    /// An answer may begin before the request has ended.
    private func measureSending(_ figures: inout ExchangeFigures) {
        guard sendings.count > 0 else { return }
        let written = watch.pointee.written > 0 ? watch.pointee.written - common.clock.origin : figures.end
        figures.sending = max(0, min(written, figures.firstByte >= 0 ? figures.firstByte : figures.end) - figures.sent)
    }

    /// Bytes came that are no line of a header. (libcurl says so of the end of a stream too, and of TLS records.)
    private func hasUnreadableAnswer(_ result: CURLcode) -> Bool {
        sendings.count > 0 && watch.pointee.is_whole != 0 && !common.isSecure && !isHTTP2 && result != CURLE_GOT_NOTHING
            && result != CURLE_SEND_ERROR && result != CURLE_RECV_ERROR
            && sml_easy_get_offset(easy, CURLINFO_STARTTRANSFER_TIME_T) > 0
    }

    private func measureConnection(_ figures: inout ExchangeFigures) {
        let connections = sendings.isRefused ? 0 : sml_easy_get_long(easy, CURLINFO_NUM_CONNECTS)
        if connections > 0 {
            let lookup = sml_easy_get_offset(easy, CURLINFO_NAMELOOKUP_TIME_T)
            let connect = sml_easy_get_offset(easy, CURLINFO_CONNECT_TIME_T)
            let handshake = sml_easy_get_offset(easy, CURLINFO_APPCONNECT_TIME_T)
            figures.lookupMicroseconds = UInt32(clamping: lookup)
            figures.connectMicroseconds = UInt32(clamping: connect - lookup)
            figures.tlsMicroseconds = handshake > 0 ? UInt32(clamping: handshake - connect) : 0
        } else if sendings.count > 0 {
            figures.flags.insert(.connectionReused)
        }
        if sendings.count > 1 {
            figures.flags.insert(.retriedByTransport)
            figures.resends = UInt8(clamping: sendings.count - 1)
        }
        if sendings.hasTriedNextAddress { figures.flags.insert(.nextAddress) }
        figures.bytesSent = UInt32(clamping: sml_watch_bytes_sent(watch))
        figures.bytesReceived = UInt32(
            clamping: sml_easy_get_long(easy, CURLINFO_HEADER_SIZE) + Int(sml_easy_get_offset(easy, CURLINFO_SIZE_DOWNLOAD_T)))
    }

    private func measureAnswer(_ figures: inout ExchangeFigures) {
        figures.status = UInt16(clamping: sml_easy_get_long(easy, CURLINFO_RESPONSE_CODE))
        figures.errorCode = ErrorCode.status(figures.status)
        if figures.status == 429 || figures.status == 503 {
            figures.retryAfter = RetryAfterHeader.nanoseconds(of: easy)
        }
        figures.tlsVersion = tlsVersion
        figures.httpVersion =
            switch sml_easy_get_long(easy, CURLINFO_HTTP_VERSION) {
            case Int(CURL_HTTP_VERSION_1_0): 10
            case Int(CURL_HTTP_VERSION_1_1): 11
            case Int(CURL_HTTP_VERSION_2_0): 20
            default: 0
            }
    }

    // MARK: - Failures

    private func fail(_ figures: inout ExchangeFigures, _ result: CURLcode) {
        let failure = failure(of: result, figures)
        figures.errorCode = failure.code
        figures.errorText = common.texts.index(of: failure.text)
        figures.phase = failure.phase
    }

    /// What k6 would say of the exchange that ended with `result`.
    func failure(of result: CURLcode, _ figures: ExchangeFigures) -> TransferFailure {
        TransferFailure(
            TransferEvidence(
                result: isResetForOthers(result) ? CURLE_RECV_ERROR : result,
                systemError: isResetForOthers(result) ? ECONNRESET : systemError,
                verifyResult: sml_easy_get_long(easy, CURLINFO_SSL_VERIFYRESULT),
                message: String(cString: message), phase: reachedPhase(figures),
                connectLimitReached: sendings.count == 0
                    && figures.end - started >= TransferSettings.connectTimeout.nanoseconds - 1_000_000
                    && common.settings.target.timeout > TransferSettings.connectTimeout,
                refusal: headerRefusal ?? refusal,
                goAway: http2.pointee.go_away >= 0 ? UInt16(clamping: http2.pointee.go_away) : nil,
                isStreamRefused: http2.pointee.refused != 0,
                isOpenHTTP2: isHTTP2 && sendings.loss?.isOpen == true,
                proxyStatus: sml_easy_get_long(easy, CURLINFO_HTTP_CONNECTCODE), limits: SystemLimits.current))
    }

    /// The connection that the exchange shared was reset, which another of them was told; to this one libcurl says that it ended.
    private func isResetForOthers(_ result: CURLcode) -> Bool {
        guard connection?.isReset == true else { return false }
        return switch result {
        case CURLE_HTTP2_STREAM, CURLE_HTTP2, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR: true
        default: false
        }
    }

    private var headerRefusal: ResponseRefusal? {
        if watch.pointee.bytes > Self.headerLimit { return .headersTooLong }
        if watch.pointee.unasked != 0 { return .transferEncoding }
        return watch.pointee.ended != 0 && sml_framing_is_wrong(&watch.pointee.framing) != 0 ? .lengthUnclear : nil
    }

    private var systemError: Int32 {
        if sendings.isRefused { return ECONNRESET }
        return socketError != 0 ? socketError : Int32(sml_easy_get_long(easy, CURLINFO_OS_ERRNO))
    }

    private func reachedPhase(_ figures: ExchangeFigures) -> TransferPhase {
        if sendings.count > 0 {
            if figures.firstByte >= 0 { return .receive }
            return watch.pointee.written > 0 ? .wait : .send
        }
        if sml_easy_get_offset(easy, CURLINFO_NAMELOOKUP_TIME_T) == 0 { return .resolve }
        // libcurl sets the time of the connect when TLS is there too, but the local port at once.
        if sml_easy_get_long(easy, CURLINFO_LOCAL_PORT) == 0 { return .connect }
        if common.isSecure, sml_easy_get_offset(easy, CURLINFO_APPCONNECT_TIME_T) == 0 {
            return .tls
        }
        return .send
    }
}
