// One keep-alive connection to the receiver: a libcurl easy handle that is set up once and used for every push. It
// blocks, so it belongs to a queue of its own; nothing here is shared with the load generator's engine.

import Base
import Scenarios

internal import CLibcurl
import LibcurlClient

/// Performs pushes one after the other. Not Sendable: whoever owns it keeps it on one queue.
///
/// No redirect is followed (credentials would follow it), no proxy is used (as k6; a proxy meant for the internet would
/// otherwise catch pushes inside the cluster), `.netrc` is not read.
final class ReceiverConnection {
    private let easy: UnsafeMutableRawPointer
    private let headers: UnsafeMutablePointer<curl_slist>?
    private let answer = AnswerBuffer()
    let cutoff = PushCutoff()
    private let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private let configuration: RemoteWriteConfiguration
    private let redactor: Redactor
    private let trust: TrustStore

    /// Throws `RemoteWriteConfigurationError` if libcurl refuses a setting, such as a TLS version it was not built for.
    init(_ configuration: RemoteWriteConfiguration) throws(RemoteWriteConfigurationError) {
        guard Libcurl.isReady, let easy = curl_easy_init() else {
            throw .init("libcurl", "cannot be initialised")
        }
        self.easy = easy
        self.configuration = configuration
        redactor = Redactor(secrets: configuration.secrets)
        trust = TrustStore(configuration.tls.authorities)
        headers = Self.headerList(configuration)
        errorText.initialize(repeating: 0)
        try setUp()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    /// Sends one body and waits for the answer, at most `timeout`.
    func push(_ body: [UInt8], timeout: Duration) -> PushOutcome {
        answer.clear()
        errorText[0] = 0
        sml_easy_set_long(easy, CURLOPT_TIMEOUT_MS, max(1, Int(timeout.seconds * 1000)))
        sml_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        let code = body.withUnsafeBytes { bytes in
            sml_easy_set_pointer(easy, CURLOPT_POSTFIELDS, bytes.baseAddress)
            defer { sml_easy_set_pointer(easy, CURLOPT_POSTFIELDS, nil) }
            return curl_easy_perform(easy)
        }
        let status = sml_easy_get_long(easy, CURLINFO_RESPONSE_CODE)
        // The status alone decides; an answer we stopped reading because it is too long has one, and one whose
        // Content-Encoding libcurl does not know.
        if code == CURLE_OK || code == CURLE_BAD_CONTENT_ENCODING || (code == CURLE_WRITE_ERROR && answer.isTruncated) {
            return verdict(status: status)
        }
        return failure(code)
    }

    private func verdict(status: Int) -> PushOutcome {
        let seconds = sml_easy_get_offset(easy, CURLINFO_RETRY_AFTER)
        let verdict = PushOutcome.verdict(status: status, retryAfter: seconds > 0 ? .seconds(seconds) : nil)
        if case .delivered = verdict { return PushOutcome(verdict: verdict, message: "") }
        var message = "\(configuration.receiver) answered \(status)"
        if case .refused(.redirected) = verdict { message += ", a redirect, which is not followed" }
        let said = redactor.line(answer.text)
        if !said.isEmpty { message += ": \(said)" }
        return PushOutcome(verdict: verdict, message: message)
    }

    private func failure(_ code: CURLcode) -> PushOutcome {
        let detail = errorText.baseAddress.flatMap { String(validatingCString: $0) } ?? ""
        let text = redactor.line(detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail)
        return PushOutcome(verdict: Self.verdict(code), message: "\(configuration.receiver) not reached: \(text)")
    }

    private static func verdict(_ code: CURLcode) -> PushOutcome.Verdict {
        switch code {
        case CURLE_OPERATION_TIMEDOUT, CURLE_ABORTED_BY_CALLBACK: .retry(.timeout, after: nil)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: .retry(.connection, after: nil)
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR: .retry(.closed, after: nil)
        case CURLE_SSL_CONNECT_ERROR: .retry(.tls, after: nil)
        // Neither certificates nor files mend themselves while a run waits for them.
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER:
            .refused(.tls)
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_OUT_OF_MEMORY: .refused(.other)
        default: .retry(.other, after: nil)
        }
    }
}

extension ReceiverConnection {
    private func setUp() throws(RemoteWriteConfigurationError) {
        try text(CURLOPT_URL, configuration.receiver.text, "SERVER_URL")
        try number(CURLOPT_POST, 1, "SERVER_URL")
        try check(CURLcode(Libcurl.setUp(easy)), "SERVER_URL")
        try number(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1), "SERVER_URL")
        try number(CURLOPT_FOLLOWLOCATION, 0, "SERVER_URL")
        // Where `Expect` cannot be taken away (AWS signatures), nobody waits for the answer to it.
        try number(CURLOPT_EXPECT_100_TIMEOUT_MS, 1, "SERVER_URL")
        try text(CURLOPT_PROXY, "", "SERVER_URL")
        try text(CURLOPT_ACCEPT_ENCODING, "gzip", "SERVER_URL")
        try text(CURLOPT_USERAGENT, configuration.userAgent, "SERVER_URL")
        try check(sml_easy_set_pointer(easy, CURLOPT_HTTPHEADER, headers), "HTTP_HEADERS")
        try check(sml_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText.baseAddress), "SERVER_URL")
        // The buffer is owned by self, which also owns the handle and so outlives every call made through it.
        try check(sml_easy_set_write(easy, AnswerBuffer.write, answer.opaque), "SERVER_URL")
        // So is the cutoff.
        try check(sml_easy_set_progress(easy, PushCutoff.progress, cutoff.opaque), "SERVER_URL")
        // A slow receiver is given more time, one that is not there is not: the limit that grows begins with the request.
        try number(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(configuration.delivery.timeout.seconds * 1000)), "SERVER_URL")
        try setUpAuthorization()
        try setUpTLS()
    }

    private func setUpAuthorization() throws(RemoteWriteConfigurationError) {
        switch configuration.authorization {
        case .none: break
        case .basic(let user, let password):
            try number(CURLOPT_HTTPAUTH, sml_auth_basic, "USERNAME")
            try text(CURLOPT_USERNAME, user, "USERNAME")
            try text(CURLOPT_PASSWORD, password, "PASSWORD")
        case .bearer(let token):
            try number(CURLOPT_HTTPAUTH, sml_auth_bearer, "BEARER_TOKEN")
            try text(CURLOPT_XOAUTH2_BEARER, token, "BEARER_TOKEN")
        case .awsSignatureV4(let region, let accessKey, let secretKey):
            try text(CURLOPT_AWS_SIGV4, "aws:amz:\(region):aps", "SIGV4_REGION")
            try text(CURLOPT_USERNAME, accessKey, "SIGV4_ACCESS_KEY")
            try text(CURLOPT_PASSWORD, secretKey, "SIGV4_SECRET_KEY")
        }
    }

    private func setUpTLS() throws(RemoteWriteConfigurationError) {
        let tls = configuration.tls
        let minimum = tls.minimumVersion == .v1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2
        try number(CURLOPT_SSLVERSION, Int(minimum), "TLS_MINIMUM_VERSION")
        try number(CURLOPT_SSL_VERIFYPEER, tls.skipVerification ? 0 : 1, "INSECURE_SKIP_TLS_VERIFY")
        try number(CURLOPT_SSL_VERIFYHOST, tls.skipVerification ? 0 : 2, "INSECURE_SKIP_TLS_VERIFY")
        if !tls.skipVerification { try check(CURLcode(trust.apply(to: easy)), "SSL_CERT_FILE") }
        if let certificate = tls.clientCertificate, let key = tls.clientCertificateKey {
            try text(CURLOPT_SSLCERT, certificate, "CLIENT_CERTIFICATE")
            try text(CURLOPT_SSLKEY, key, "CLIENT_CERTIFICATE_KEY")
        }
    }

    /// Ours come first and a custom header of the same name is left out: the four protocol headers win (k6 §7.5).
    /// A name without value takes a header away that libcurl would add by itself; not with an AWS signature, because
    /// libcurl 7.88 puts such names into the list of signed headers although they are not sent.
    private static func headerList(_ configuration: RemoteWriteConfiguration) -> UnsafeMutablePointer<curl_slist>? {
        let ours = [
            "Content-Type: application/x-protobuf", "Content-Encoding: snappy",
            "X-Prometheus-Remote-Write-Version: 0.1.0",
        ]
        var removed = ["Accept:", "Expect:"]
        if case .awsSignatureV4 = configuration.authorization { removed = [] }
        let taken = ["content-type", "content-encoding", "x-prometheus-remote-write-version", "user-agent"]
        let custom = configuration.headers.filter { !taken.contains($0.name.lowercased()) }
            .map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        var list: UnsafeMutablePointer<curl_slist>?
        for line in ours + removed + custom { list = curl_slist_append(list, line) ?? list }
        return list
    }

    private func text(_ option: CURLoption, _ value: String, _ name: String) throws(RemoteWriteConfigurationError) {
        try check(sml_easy_set_string(easy, option, value), name)
    }

    private func number(_ option: CURLoption, _ value: Int, _ name: String) throws(RemoteWriteConfigurationError) {
        try check(sml_easy_set_long(easy, option, value), name)
    }

    private func check(_ code: CURLcode, _ name: String) throws(RemoteWriteConfigurationError) {
        guard code == CURLE_OK else {
            let prefix = name.hasPrefix("SSL_") ? "" : RemoteWriteVariables.prefix
            throw .init(prefix + name, "libcurl does not accept this: \(String(cString: curl_easy_strerror(code)))")
        }
    }
}
