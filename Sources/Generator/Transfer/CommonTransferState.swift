// What the users of one shard share on libcurl's side: header lists, the TLS session and DNS share, the buffer pool.
// One per shard, so nothing here is locked.

import CLibcurl
import Base
import LibcurlClient

/// Shared transfer state of one shard. Not Sendable: it belongs to that shard.
final class CommonTransferState {
    let settings: TransferSettings
    let addresses: ServerAddresses
    let texts: TextTable
    let clock: RunClock
    let connections: ConnectionLog
    let buffers: ResponseBufferPool
    // Beside `settings`, because reading a field of such a nested value retains all its strings: nine of them for each answer.
    let isSecure: Bool
    let responseLimit: Int
    /// Nothing but HTTP/2 is accepted.
    let needsHTTP2: Bool
    /// And it is spoken without asking.
    let hasPriorKnowledge: Bool
    private let poller: Poller
    private let url: ParsedURL?
    /// The server's addresses for libcurl's name cache; with several, users are told one entry each.
    private let resolved: HeaderList?
    private let share: UnsafeMutableRawPointer?
    private let lists: [[HeaderList]]
    private let api: ServerAPI
    let answers: AnswerSetting

    /// libcurl's receive buffer. An answer of 1.2 kB fits; 4 KiB instead of the default 16 saves 600 MB at 50,000
    /// connections, for one more read per 4 KiB of a long answer.
    static let receiveBuffer = 4 << 10

    init(
        settings: TransferSettings, addresses: ServerAddresses, api: ServerAPI, answers: AnswerSetting, clock: RunClock,
        connections: ConnectionLog = ConnectionLog(), shards: Int, poller: Poller
    ) {
        self.api = api
        self.answers = answers
        self.clock = clock
        self.connections = connections
        self.poller = poller
        url = ParsedURL(settings.target.url)
        resolved = settings.proxy == nil && !addresses.resolved.isEmpty ? HeaderList(addresses.resolved) : nil
        self.settings = settings
        isSecure = settings.url.scheme == .https
        responseLimit = settings.target.responseLimit
        needsHTTP2 = settings.target.connections.needsHTTP2
        hasPriorKnowledge = needsHTTP2 && settings.url.scheme == .http
        buffers = ResponseBufferPool(shards: shards, responseLimit: responseLimit)
        self.addresses = addresses
        texts = answers.texts
        lists = [false, true].map { authorized in
            [false, true].map { HeaderList(settings.headerLines(authorized: authorized, hasBody: $0)) }
        }
        // Groups have caches of their own; sharing these makes them the shard's.
        share = curl_share_init()
        if let share {
            sml_share_set_data(share, CURL_LOCK_DATA_DNS)
            if settings.target.connections.resumesTLS { sml_share_set_data(share, CURL_LOCK_DATA_SSL_SESSION) }
        }
    }

    deinit { if let share { curl_share_cleanup(share) } }

    /// A redirect's URL instead of the plan's, by its own way.
    func applyDetour(to easy: UnsafeMutableRawPointer, _ redirect: Redirect) {
        sml_easy_set_pointer(easy, CURLOPT_CURLU, nil)
        sml_easy_set_string(easy, CURLOPT_URL, redirect.url)
        sml_easy_set_string(easy, CURLOPT_PROXY, redirect.proxy ?? "")
    }

    /// Bytes on an idle connection can be looked at: not through a proxy that is spoken to in TLS, maybe around another.
    static func seesIdleBytes(through proxy: String?) -> Bool { proxy.map { !$0.lowercased().hasPrefix("https:") } ?? true }

    func headers(authorized: Bool, hasBody: Bool) -> HeaderList { lists[authorized ? 1 : 0][hasBody ? 1 : 0] }

    /// A reader of answers for one exchange.
    func makeReader() -> any AnswerReader {
        api.makeReader(
            pool: buffers, limit: responseLimit, setting: answers, streamClock: settings.target.streams ? clock : nil)
    }

    /// Everything that stays the same for an exchange's life.
    func configure(
        _ easy: UnsafeMutableRawPointer, exchange: Exchange, connectTo: HeaderList?,
        message: UnsafeMutablePointer<CChar>, watch: UnsafeMutablePointer<sml_exchange_watch>
    ) throws(GeneratorError) {
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        var codes = [
            CURLcode(Libcurl.setUp(easy)),
            sml_easy_set_pointer(easy, CURLOPT_PRIVATE, context),
            sml_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, message),
            sml_easy_set_write(easy, onTransferWrite, context),
            sml_easy_set_exchange_watch(easy, watch),
            sml_easy_set_prerequest(easy, onTransferPrerequest, context),
            // An announced length over the limit is refused at once; the rest is refused when it has arrived.
            sml_easy_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(settings.target.responseLimit)),
            // What goes past the proxy is decided already.
            sml_easy_set_string(easy, CURLOPT_NOPROXY, ""),
            sml_easy_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(TransferSettings.connectTimeout.nanoseconds / 1_000_000)),
            // libcurl gives each address but the last of a version half of what is left of that, and tries both versions at
            // once after 200 ms: on a busy server load would go to another address than the plan's. After half of the time
            // there is one reason for it left.
            sml_easy_set_long(
                easy, CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS,
                Int(min(TransferSettings.connectTimeout, settings.target.timeout).nanoseconds / 2_000_000)),
            sml_easy_set_long(easy, CURLOPT_BUFFERSIZE, Self.receiveBuffer),
            sml_easy_set_long(easy, CURLOPT_TCP_NODELAY, 1),
            sml_easy_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1),
            sml_easy_set_long(easy, CURLOPT_TCP_KEEPIDLE, 30),
            // Idle connections are the server's to close (k6 §5); libcurl would drop them after 118 s.
            sml_easy_set_long(easy, CURLOPT_MAXAGE_CONN, 24 * 3600),
            sml_easy_set_long(easy, CURLOPT_HTTP_VERSION, settings.libcurlVersion),
            // Every user is a client of its own, as in k6, whose connections begin with a whole handshake.
            sml_easy_set_long(easy, CURLOPT_SSL_SESSIONID_CACHE, settings.target.connections.resumesTLS ? 1 : 0),
            CURLcode(settings.trust.apply(to: easy)),
        ]
        codes.append(
            sml_easy_set_socket_callbacks(
                easy, onOpenSocket, context, onCloseSocket, Unmanaged.passUnretained(poller).toOpaque()))
        if let resolved { codes.append(sml_easy_set_pointer(easy, CURLOPT_RESOLVE, resolved.head)) }
        if let share { codes.append(sml_easy_set_pointer(easy, CURLOPT_SHARE, share)) }
        // Through a proxy, the name is the proxy's to look up.
        if settings.proxy == nil, let connectTo {
            codes.append(sml_easy_set_pointer(easy, CURLOPT_CONNECT_TO, connectTo.head))
        }
        if let failed = codes.first(where: { $0 != CURLE_OK }) {
            throw .transport("cannot set up a transfer: \(String(cString: curl_easy_strerror(failed)))")
        }
        applyTarget(to: easy)
    }

    /// URL, method, headers and deadline of a request that no redirect and no second start has touched.
    func applyTarget(to easy: UnsafeMutableRawPointer) {
        if let url {
            sml_easy_set_pointer(easy, CURLOPT_CURLU, UnsafeRawPointer(url.handle))
        } else {
            sml_easy_set_string(easy, CURLOPT_URL, settings.target.url)
        }
        sml_easy_set_string(easy, CURLOPT_PROXY, settings.proxy ?? "")
        sml_easy_set_long(easy, CURLOPT_POST, 1)
        sml_easy_set_long(easy, CURLOPT_FRESH_CONNECT, 0)
        sml_easy_set_pointer(easy, CURLOPT_HTTPHEADER, headers(authorized: true, hasBody: true).head)
        sml_easy_set_long(
            easy, CURLOPT_TIMEOUT_MS, max(1, Int(settings.target.timeout.nanoseconds / 1_000_000)))
    }
}
