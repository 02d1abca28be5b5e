// An exchange: the one owner of a libcurl easy handle, of what libcurl writes for us beside it, and of the answer that is
// coming in. It is configured once and serves one user for its life; per request only the body's pointer changes. Never
// reset, never copied; the body belongs to the corpus and outlives the run. What it measured: Exchange+Figures.swift, what
// libcurl calls: Exchange+Callbacks.swift.

import CHTTP2
import CLibcurl
import Base

/// One user's exchanges with the server, one at a time. Not Sendable: it belongs to one shard, and libcurl calls back into
/// it on that shard only.
final class Exchange {
    /// Its user's place among the shard's.
    let slot: Int
    let group: TransferGroup
    let common: CommonTransferState
    let reader: any AnswerReader
    let easy: UnsafeMutableRawPointer
    private let connectTo: HeaderList?
    let message: UnsafeMutablePointer<CChar>
    let watch: UnsafeMutablePointer<sml_exchange_watch>
    let http2: UnsafeMutablePointer<sml_http2_watch>
    private var body = UnsafeRawBufferPointer(start: nil, count: 0)

    /// Start of the request's first exchange: redirects do not move it, nor the request's deadline.
    private(set) var requestStarted: Int64 = 0
    /// Start of this one.
    private(set) var started: Int64 = 0
    /// When libcurl began with what it is doing now; its times count from here.
    private(set) var transferStarted: Int64 = 0
    private(set) var isInFlight = false
    /// The shared connection that it was sent on; nil for one of its own.
    var connection: SharedConnection?
    /// A connection is being made for it and nothing is to be sent; and libcurl is that far.
    var isOpening = false
    var isReadyToSend = false
    /// Over plain HTTP/2: it makes a connection, and because it has found none where there should have been one.
    var makesConnection = true
    private(set) var mustConnect = false
    var isWithoutConnection = false
    /// It waits for a stream, and libcurl does not know of it; with its place in the line, and until when.
    var isWaiting = false
    var ticket: UInt64 = 0
    var waitsUntil: Int64 = 0
    /// It found its place when that was over.
    var isOverdue = false
    /// A redirect changed URL, method, headers or deadline; the next request starts from the original ones.
    private var isDetoured = false

    /// The socket of a connection that is being made to one of several addresses; -1 when there is nothing to go on to.
    private(set) var attempt: Int32 = -1
    var isConnecting: Bool { attempt >= 0 && isInFlight && sendings.count == 0 }

    var sendings = Sendings()
    /// Bytes of a body have come.
    var hasBody = false
    /// Of a body with a `Content-Encoding` that means something.
    var decoder: ContentDecoder?
    var refusal: ResponseRefusal?
    /// Why no socket could be made for the exchange; 0 when none was needed or it could.
    var socketError: Int32 = 0
    var tlsVersion: UInt8 = 0
    /// Of the connection that the request was sent on; not to be asked once that has been closed.
    var session: TLSSession?
    var isHTTP2 = false
    /// Of a connection that the exchange opened.
    var openedTLS: TLSFacts?
    /// The exchange's own URL is https: a redirect's may differ from the plan's.
    private(set) var isTLS: Bool
    /// So may its proxy.
    private(set) var seesIdleBytes: Bool
    /// The answer came in one read and was all that it could be: nothing can be left behind it.
    var isOneRead = false
    /// TLS said that the stream ends, where nothing else says that the answer does.
    let isStreamEnded: UnsafeMutablePointer<Bool>

    /// Header bytes of one answer, as libcurl's own limit; ours holds for trailers too.
    static let headerLimit = 300 << 10

    /// - Parameters:
    ///   - slot: its user's place among the shard's users.
    ///   - number: the user's number in the run, which chooses among a server's addresses.
    /// - Throws: ``GeneratorError/transport(_:)`` when libcurl refuses an option.
    init(slot: Int, number: Int, group: TransferGroup, common: CommonTransferState) throws(GeneratorError) {
        guard let easy = curl_easy_init() else { throw .transport("no easy handle") }
        self.slot = slot
        self.group = group
        self.easy = easy
        self.common = common
        reader = common.makeReader()
        connectTo = common.addresses.connectTo(user: number).map { HeaderList([$0]) }
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(to: 0)
        watch = .allocate(capacity: 1)
        var blank = sml_exchange_watch()
        blank.limit = Self.headerLimit
        blank.easy = easy
        blank.acted = UnsafePointer(group.acted)
        blank.head = -1
        watch.initialize(to: blank)
        http2 = .allocate(capacity: 1)
        http2.initialize(to: sml_http2_watch())
        sml_http2_clear(http2)
        isStreamEnded = .allocate(capacity: 1)
        isStreamEnded.initialize(to: false)
        isTLS = common.isSecure
        seesIdleBytes = CommonTransferState.seesIdleBytes(through: common.settings.proxy)
        try common.configure(easy, exchange: self, connectTo: connectTo, message: message, watch: watch)
    }

    deinit {
        // What libcurl still has to say must not reach an exchange that goes.
        sml_easy_set_pointer(easy, CURLOPT_PRIVATE, nil)
        if isInFlight { curl_multi_remove_handle(group.multi, easy) }
        reader.discard()
        curl_easy_cleanup(easy)
        message.deallocate()
        watch.deallocate()
        sml_http2_clear(http2)
        http2.deallocate()
        isStreamEnded.deallocate()
    }

    /// The exchange that an easy handle belongs to.
    static func of(_ easy: UnsafeMutableRawPointer) -> Exchange? {
        sml_easy_get_private(easy).map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: - From start to end

    /// Hands a request to libcurl, as of `now`; the shard then lets the group act.
    func send(_ body: UnsafeRawBufferPointer, at now: Int64) {
        if isOpening { endOpening() }
        if isDetoured {
            isDetoured = false
            common.applyTarget(to: easy)
            seesIdleBytes = CommonTransferState.seesIdleBytes(through: common.settings.proxy)
        }
        self.body = body
        requestStarted = now
        sml_easy_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
        sml_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        isTLS = common.isSecure
        begin(bodyLength: body.count, at: now)
    }

    /// The redirect that the completed exchange asked for, if it is one that k6 follows: 301, 302, 303 as GET without body,
    /// 307, 308 as the same POST (k6 §5). `nil` when there is nothing to follow.
    func redirect(of status: UInt16) -> Redirect? {
        // Looked at here: handing the settings over retains their eleven strings, 1,200 instructions of every request.
        (300..<400).contains(status) ? Redirect(easy: easy, status: status, from: common.settings) : nil
    }

    /// Sends the next exchange of a redirected request. `now` is its start; the request's deadline stays.
    func follow(_ redirect: Redirect, at now: Int64) {
        setRemainingTime(now: now)
        common.applyDetour(to: easy, redirect)
        seesIdleBytes = CommonTransferState.seesIdleBytes(through: redirect.proxy)
        sml_easy_set_pointer(
            easy, CURLOPT_HTTPHEADER, common.headers(authorized: redirect.authorized, hasBody: redirect.keepsBody).head)
        if redirect.keepsBody {
            sml_easy_set_long(easy, CURLOPT_POST, 1)
            sml_easy_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
        } else {
            sml_easy_set_long(easy, CURLOPT_HTTPGET, 1)
        }
        isTLS = redirect.url.lowercased().hasPrefix("https:")
        begin(bodyLength: redirect.keepsBody ? body.count : 0, at: now)
    }

    /// Sends the exchange once more, on a new connection, when a reused one died before the server can have read it and
    /// libcurl does not send again by itself: HTTP/2 that was closed, and after five dead ones, each another idle
    /// connection that the server may have closed as well. 7.88 never sets that counter back after a success, so that
    /// every sixth in a user's life would fail a request. False when this is no such case: what fails on a new connection
    /// has failed.
    func sendAgain(after result: CURLcode, now: Int64) -> Bool {
        if isWithoutConnection {
            mustConnect = true
            beginAgain(now: now)
            return true
        }
        switch result {
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2: break
        default: return false
        }
        guard !sendings.isRestarted, sml_easy_get_long(easy, CURLINFO_NUM_CONNECTS) == 0,
            sml_easy_get_long(easy, CURLINFO_HEADER_SIZE) == 0, sendings.mayRepeat
        else { return false }
        sendings.isRestarted = true
        beginAgain(now: now)
        return true
    }

    private func beginAgain(now: Int64) {
        curl_multi_remove_handle(group.multi, easy)
        group.sharing?.leave(self)
        isWithoutConnection = false
        makesConnection = true
        setRemainingTime(now: now)
        // Of those that share a connection the first to begin again makes the next one, for all.
        sml_easy_set_long(easy, CURLOPT_FRESH_CONNECT, group.sharing == nil ? 1 : 0)
        transferStarted = now
        start(isFirst: false)
    }

    private func setRemainingTime(now: Int64) {
        isDetoured = true
        let timeout = common.settings.target.timeout.nanoseconds - (now - requestStarted)
        sml_easy_set_long(easy, CURLOPT_TIMEOUT_MS, max(1, Int(timeout / 1_000_000)))
    }

    private func begin(bodyLength: Int, at now: Int64) {
        sendings = Sendings()
        started = now
        transferStarted = now
        watch.pointee.body = Int64(bodyLength)
        start(isFirst: true)
    }

    private func start(isFirst: Bool) {
        refusal = nil
        isOverdue = false
        sml_watch_start(watch, isFirst ? 1 : 0)
        sml_http2_clear(http2)
        socketError = 0
        tlsVersion = 0
        session = nil
        openedTLS = nil
        isHTTP2 = false
        hasBody = false
        isOneRead = false
        isStreamEnded.pointee = false
        message[0] = 0
        isInFlight = true
        guard let sharing = group.sharing else {
            chooseConnection()
            curl_multi_add_handle(group.multi, easy)
            return
        }
        sharing.begin(self, deadline: common.clock.origin + requestStarted + common.settings.target.timeout.nanoseconds)
    }

    func beginOpening(at now: Int64) {
        requestStarted = now
        begin(bodyLength: 0, at: now)
    }

    /// Takes the exchange off libcurl, which has changed for it what the next request sets again.
    func takeBack() {
        curl_multi_remove_handle(group.multi, easy)
        group.sharing?.leave(self)
        isInFlight = false
        isDetoured = true
    }

    /// There is a stream for it now.
    func stopWaiting() {
        isWaiting = false
        transferStarted = common.clock.now
        setRemainingTime(now: transferStarted)
    }

    /// Takes the exchange off libcurl. The answer stays until ``readAnswer(isError:)`` or ``discardAnswer()``.
    ///
    /// - Returns: its figures, and whether there is an answer: libcurl 7.88 takes a connection that closes inside the headers
    ///   for a complete one.
    func finish(result: CURLcode) -> (figures: ExchangeFigures, isComplete: Bool) {
        endAttempts()
        let result = judged(result)
        makesConnection = result != CURLE_OK
        mustConnect = false
        let figures = isWaiting ? measureWait(until: common.clock.now, isCut: false) : measure(result: result)
        curl_multi_remove_handle(group.multi, easy)
        group.sharing?.leave(self)
        isInFlight = false
        return (figures, result == CURLE_OK)
    }

    /// What the answer of the exchange that has just been complete says.
    ///
    /// - Parameter isError: whatever it says, it is none that was asked for; what came of it stays until ``discardAnswer()``.
    func readAnswer(isError: Bool) -> AnswerFacts {
        decoder = nil
        return reader.read(isError: isError)
    }

    /// What the answer that has just been complete said of a failure, as an index into the run's text table; of a redirect
    /// that is not followed, where it leads. Before ``discardAnswer()``.
    func words(status: UInt16) -> UInt16 {
        if (300..<400).contains(status), let location = sml_easy_get_string(easy, CURLINFO_REDIRECT_URL) {
            return common.answers.index(ofWords: "redirects to " + common.answers.redactor.line(String(cString: location), limit: 280))
        }
        return reader.withReceived { common.answers.index(ofWords: $0, status: status) }
    }

    /// Cuts the exchange off at `now`: the connection is closed and the figures say how far it got.
    func cancel(now: Int64) -> ExchangeFigures {
        let figures = isWaiting ? measureWait(until: now, isCut: true) : measureCut(at: now)
        isInFlight = false
        endAttempts()
        curl_multi_remove_handle(group.multi, easy)
        group.sharing?.leave(self)
        discardAnswer()
        return figures
    }

    /// A connection is being made with `socket` to an address that may not be the last one.
    func tries(_ socket: Int32) {
        if attempt < 0 { group.connects(self) }
        attempt = socket
    }

    private func endAttempts() {
        guard attempt >= 0 else { return }
        attempt = -1
        group.forget(self)
    }

    func discardAnswer() {
        reader.discard()
        decoder = nil
    }

    /// What became of the exchange that ended for libcurl with `result`.
    private func judged(_ result: CURLcode) -> CURLcode {
        if isOverdue { return CURLE_OPERATION_TIMEDOUT }
        if sendings.isRefused {
            // It died before libcurl was kept from sending it again, and libcurl has forgotten of what.
            if http2.pointee.go_away >= 0 { return CURLE_HTTP2 }
            if String(cString: message).contains("(err ") { return CURLE_HTTP2_STREAM }
            return sendings.loss?.isReset == true ? CURLE_RECV_ERROR : CURLE_GOT_NOTHING
        }
        guard result == CURLE_OK || isAnswered(result) else { return result }
        let isCut =
            watch.pointee.ended == 0
            || isTLS && hasBody && !isStreamEnded.pointee && sml_framing_ends_with_stream(&watch.pointee.framing) != 0
        return isCut ? CURLE_PARTIAL_FILE : decodingResult()
    }

    /// libcurl failed, but what it failed at was to go on writing the request behind a whole answer: one that said how long it
    /// is, or whose stream the server has ended without an error (libcurl then has no word for the failure).
    private func isAnswered(_ result: CURLcode) -> Bool {
        if watch.pointee.is_early != 0 { return result == CURLE_WRITE_ERROR }
        return result == CURLE_HTTP2_STREAM && watch.pointee.ended != 0 && watch.pointee.written == 0 && message.pointee == 0
            && (watch.pointee.framing.length < 0
                || sml_framing_is_whole(&watch.pointee.framing, Int64(sml_easy_get_offset(easy, CURLINFO_SIZE_DOWNLOAD_T))) != 0)
    }

    /// Of a transfer that libcurl is content with.
    private func decodingResult() -> CURLcode {
        switch decoder?.end() {
        case nil: CURLE_OK
        case .cutShort: CURLE_PARTIAL_FILE
        case .damaged, .tooMuch, .refused: CURLE_BAD_CONTENT_ENCODING
        }
    }
}
