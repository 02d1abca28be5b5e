// Making a connection before there is a request for it. libcurl has no call for that: what CURLOPT_CONNECT_ONLY connects is never
// used again, and a HEAD or OPTIONS is a request that the server sees, counts and may refuse. So a request is begun that cannot be
// written, as its If-Modified-Since lies in a year that no calendar has: libcurl 7.88 finds that out when the handshake is done and
// nothing has been sent, gives the request up and keeps the connection, over HTTP/1.1, TLS and HTTP/2 alike.

import CLibcurl

extension Exchange {
    /// What libcurl says when all went well.
    private static let isOpened = CURLE_BAD_FUNCTION_ARGUMENT

    /// Connects, as of `now`.
    func open(at now: Int64) {
        isOpening = true
        sml_easy_set_long(easy, CURLOPT_HTTPGET, 1)
        // Not one that another user has just got.
        sml_easy_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
        sml_easy_set_long(easy, CURLOPT_TIMECONDITION, Int(CURL_TIMECOND_IFMODSINCE.rawValue))
        sml_easy_set_offset(easy, CURLOPT_TIMEVALUE_LARGE, .max)
        beginOpening(at: now)
    }

    /// libcurl is done with ``open(at:)``.
    ///
    /// - Returns: why there is no connection; nil when there is one.
    func finishOpening(result: CURLcode) -> TransferFailure? {
        let isOpened = result == Self.isOpened && isReadyToSend
        let failure = isOpened ? nil : self.failure(of: result, ExchangeFigures())
        if isOpened, let address = peer {
            common.connections.add(ConnectionKind(address: address, httpVersion: isHTTP2 ? 20 : 11, tls: openedTLS))
            group.sharing?.knowsSettings(self)
            makesConnection = false
        }
        endOpening()
        return failure
    }

    /// The plan begins, and a request needs the exchange.
    func endOpening() {
        sml_easy_set_long(easy, CURLOPT_TIMECONDITION, Int(CURL_TIMECOND_NONE.rawValue))
        takeBack()
        isOpening = false
        isReadyToSend = false
    }
}
