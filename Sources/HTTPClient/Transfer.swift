// One request in libcurl's hands: an easy handle of its own, so that no header or credential of one request can show
// up in another. (Connections are kept by the multi handle, not here.)

import Base
internal import CLibcurl
import Glibc
import LibcurlClient

final class Transfer {
    let easy: UnsafeMutableRawPointer
    private let request: HTTPRequest
    private let answer: ResponseCollector
    private let errorText: UnsafeMutableBufferPointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?
    /// Copied to one address for as long as libcurl reads it; nil for a request without body.
    private let body: UnsafeMutableRawBufferPointer?

    init(_ request: HTTPRequest, userAgent: String, trust: TrustStore, proxies: ProxyRules) throws(HTTPFailure) {
        guard let easy = curl_easy_init() else { throw HTTPFailure(.other, "libcurl cannot be initialised") }
        self.easy = easy
        self.request = request
        answer = ResponseCollector(destination: request.destination, limit: request.answerLimit)
        body = Self.copy(request.body)
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0)
        try setUp(userAgent: userAgent, trust: trust)
        try setUpRequest()
        try setUpProxy(proxies)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        errorText.deallocate()
        body?.deallocate()
    }

    private static func copy(_ body: HTTPRequest.Body) -> UnsafeMutableRawBufferPointer? {
        guard case .bytes(let bytes) = body else { return nil }
        // At least one byte: libcurl takes a null pointer for "read the body from a callback".
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        copy.copyBytes(from: bytes)
        return copy
    }

    /// The answer, once libcurl says that the transfer is over.
    func outcome(_ code: CURLcode) throws(HTTPFailure) -> HTTPResponse {
        if let failure = answer.failure { throw failure }
        guard code == CURLE_OK else {
            let detail = errorText.baseAddress.flatMap { String(validatingCString: $0) } ?? ""
            if code == CURLE_PEER_FAILED_VERIFICATION,
                sml_easy_get_long(easy, CURLINFO_SSL_VERIFYRESULT) == Int(NamelessCertificate.verifyResult)
            {
                throw HTTPFailure(.untrusted, "the server's certificate has no subject alternative name, only a common name (RFC 9525)")
            }
            throw HTTPFailure(Self.kind(code), detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail)
        }
        return HTTPResponse(
            status: sml_easy_get_long(easy, CURLINFO_RESPONSE_CODE), headers: answer.headers, body: answer.body)
    }

    private static func kind(_ code: CURLcode) -> HTTPFailure.Kind {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: .notReached
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_SSL_CONNECT_ERROR:
            .interrupted
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER:
            .untrusted
        default: .other
        }
    }

    private func setUp(userAgent: String, trust: TrustStore) throws(HTTPFailure) {
        try check(CURLcode(Libcurl.setUp(easy)))
        try number(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try number(CURLOPT_FOLLOWLOCATION, 0)
        try number(CURLOPT_SSL_VERIFYPEER, 1)
        try number(CURLOPT_SSL_VERIFYHOST, 2)
        try number(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try check(CURLcode(trust.apply(to: easy)))
        try text(CURLOPT_USERAGENT, userAgent)
        try number(CURLOPT_CONNECTTIMEOUT_MS, 10_000)
        // Both buffers are owned by self, which also owns the handle and so outlives every call made through it.
        try check(sml_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText.baseAddress))
        try check(sml_easy_set_write(easy, ResponseCollector.write, answer.opaque))
        try check(sml_easy_set_header(easy, ResponseCollector.header, answer.opaque))
    }

    private func setUpProxy(_ proxies: ProxyRules) throws(HTTPFailure) {
        var proxy: String?
        do throws(ConfigurationError) {
            if let url = HTTPURL(request.url) { proxy = try proxies.proxy(for: url) }
        } catch {
            throw HTTPFailure(.other, error.description)
        }
        try text(CURLOPT_PROXY, proxy ?? "")
        try text(CURLOPT_NOPROXY, "")
    }

    private func setUpRequest() throws(HTTPFailure) {
        try text(CURLOPT_URL, request.url)
        try text(CURLOPT_CUSTOMREQUEST, request.method)
        try number(CURLOPT_TIMEOUT_MS, max(1, request.timeout.milliseconds))
        if request.isSentOnce { try number(CURLOPT_FRESH_CONNECT, 1) }
        try number(CURLOPT_LOW_SPEED_LIMIT, 1)
        try number(CURLOPT_LOW_SPEED_TIME, max(1, request.stallTimeout.milliseconds / 1000))
        // A name without value takes a header away that libcurl would add by itself.
        var lines = ["Expect:"] + request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        if case .bytes(let bytes) = request.body, let body {
            if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) { lines.append("Content-Type:") }
            try number(CURLOPT_POST, 1)
            try check(sml_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
            try check(sml_easy_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress))
        }
        for line in lines {
            // A line break in a value would be a header of its own.
            guard !line.utf8.contains(where: { $0 < 0x20 }) else {
                throw HTTPFailure(.other, "a header holds a control character")
            }
            headers = curl_slist_append(headers, line) ?? headers
        }
        try check(sml_easy_set_pointer(easy, CURLOPT_HTTPHEADER, headers))
    }

    private func text(_ option: CURLoption, _ value: String) throws(HTTPFailure) {
        try check(sml_easy_set_string(easy, option, value))
    }

    private func number(_ option: CURLoption, _ value: Int) throws(HTTPFailure) {
        try check(sml_easy_set_long(easy, option, value))
    }

    private func check(_ code: CURLcode) throws(HTTPFailure) {
        guard code == CURLE_OK else {
            throw HTTPFailure(.other, "libcurl does not accept the request: \(String(cString: curl_easy_strerror(code)))")
        }
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        let parts = components
        return Int(parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000)
    }
}
