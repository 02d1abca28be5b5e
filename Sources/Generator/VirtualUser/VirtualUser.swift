// A virtual user: its life, its easy handle and the exchange in flight. The handle is configured once; per request
// only the body's pointer changes. Never reset, never copied; the body belongs to the corpus and outlives the run.

import CLibcurl
import Glibc
import Base
import Scenarios

/// One virtual user. Not Sendable: it belongs to one shard, and libcurl calls back into it on that shard only.
final class VirtualUser {
    /// Number in the run, from 0.
    let number: Int
    let group: TransferGroup
    var life = VirtualUserLife()
    var random: SeededRandom
    /// Closed loop: the plan wants this user to iterate.
    var planned = false
    /// Closed loop: the instant its iteration is cut off after a ramp-down, nanoseconds since the start.
    var cutAt = Int64.max
    /// The exchange in flight, filled in as it goes.
    var record = RunRecord()
    /// Start of the request's first exchange: redirects do not move it, nor the request's deadline.
    var requestStarted: Int64 = 0
    /// When libcurl began with what it is doing now; its times count from here.
    private var transferStarted: Int64 = 0
    private(set) var isInFlight = false
    /// Header bytes of one answer, as libcurl's own limit; ours holds for trailers too.
    private static let headerLimit = 300 << 10

    private static let unseenHTTP2 = sml_http2_watch(go_away: -1, refused: 0, last_stream: .max, stream: 0)

    private let easy: UnsafeMutableRawPointer
    private let common: CommonTransferState
    private let connectTo: HeaderList?
    private let message: UnsafeMutablePointer<CChar>
    private let watch: UnsafeMutablePointer<sml_exchange_watch>
    private let http2: UnsafeMutablePointer<sml_http2_watch>
    /// libcurl writes texts for us, which takes time: only until an answer shows that it is not HTTP/2.
    private var isWatched: Bool
    private var body: UnsafeRawBufferPointer
    private var response: ResponseBuffer?
    /// Of a body with a `Content-Encoding` that means something.
    private var decoder: ContentDecoder?
    private var refusal: ResponseRefusal?
    /// Why no socket could be made for the exchange; 0 when none was needed or it could.
    private var socketError: Int32 = 0
    private var sendings = Sendings()
    private var tlsVersion: UInt8 = 0
    /// Of the connection that the request was sent on; not to be asked once that has been closed.
    private var session: TLSSession?
    private var isHTTP2 = false
    /// The exchange's own URL is https: a redirect's may differ from the plan's.
    private var isTLS: Bool
    /// The answer came in one read and was all that it could be: nothing can be left behind it.
    private var isOneRead = false
    /// TLS said that the stream ends, where nothing else says that the answer does.
    private let isStreamEnded: UnsafeMutablePointer<Bool>
    /// A redirect changed URL, method, headers or deadline; the next request starts from the original ones.
    private var isDetoured = false

    /// - Throws: ``GeneratorError/transport(_:)`` when libcurl refuses an option.
    init(number: Int, group: TransferGroup, common: CommonTransferState, thinkSeed: UInt64) throws(GeneratorError) {
        guard let easy = curl_easy_init() else { throw .transport("no easy handle") }
        self.number = number
        self.group = group
        self.easy = easy
        self.common = common
        random = SeededRandom(seed: thinkSeed, stream: UInt64(number))
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
        http2.initialize(to: Self.unseenHTTP2)
        isStreamEnded = .allocate(capacity: 1)
        isStreamEnded.initialize(to: false)
        isWatched = common.isSecure
        isTLS = common.isSecure
        body = UnsafeRawBufferPointer(start: nil, count: 0)
        try common.configure(easy, user: self, connectTo: connectTo, message: message, watch: watch)
        if isWatched {
            sml_easy_set_http2_watch(easy, http2)
            sml_easy_set_long(easy, CURLOPT_VERBOSE, 1)
        }
    }

    deinit {
        // What libcurl still has to say must not reach a user that goes.
        sml_easy_set_pointer(easy, CURLOPT_PRIVATE, nil)
        if isInFlight { curl_multi_remove_handle(group.multi, easy) }
        if let response { common.buffers.give(back: response) }
        curl_easy_cleanup(easy)
        message.deallocate()
        watch.deallocate()
        http2.deallocate()
        isStreamEnded.deallocate()
    }

    /// The user a completed easy handle belongs to.
    static func of(_ easy: UnsafeMutableRawPointer) -> VirtualUser? {
        sml_easy_get_private(easy).map { Unmanaged<VirtualUser>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: - One exchange

    /// Hands a request to libcurl. `record.started` must be set; the shard then lets the group act.
    func send(_ body: UnsafeRawBufferPointer) {
        if isDetoured {
            isDetoured = false
            common.applyTarget(to: easy)
        }
        self.body = body
        requestStarted = record.started
        sml_easy_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
        sml_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        isTLS = common.isSecure
        begin(bodyLength: body.count)
    }

    /// Follows the redirect the completed exchange asked for, if it is one that k6 follows: 301, 302, 303 as GET
    /// without body, 307, 308 as the same POST, ten at the most (k6 §5). `nil` when there is nothing to follow.
    func redirectTarget() -> Redirect? {
        guard record.hop < Redirect.limit else { return nil }
        return Redirect(easy: easy, status: record.status, from: common.settings)
    }

    /// Sends the next exchange of a redirected request. `now` is its start; the request's deadline stays.
    func follow(_ redirect: Redirect, now: Int64) {
        setRemainingTime(now: now)
        common.applyDetour(to: easy, url: redirect.url)
        sml_easy_set_pointer(
            easy, CURLOPT_HTTPHEADER, common.headers(authorized: redirect.authorized, hasBody: redirect.keepsBody).head)
        if redirect.keepsBody {
            sml_easy_set_long(easy, CURLOPT_POST, 1)
            sml_easy_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
        } else {
            sml_easy_set_long(easy, CURLOPT_HTTPGET, 1)
        }
        isTLS = redirect.url.lowercased().hasPrefix("https:")
        begin(bodyLength: redirect.keepsBody ? body.count : 0)
    }

    /// Sends the exchange once more, on a new connection, when a reused one died before the server can have read it and
    /// libcurl does not send again by itself: HTTP/2 that was closed, and after five dead ones, each another idle
    /// connection that the server may have closed as well. 7.88 never sets that counter back after a success, so that
    /// every sixth in a user's life would fail a request. False when this is no such case: what fails on a new connection
    /// has failed.
    func sendAgain(after result: CURLcode, now: Int64) -> Bool {
        switch result {
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2: break
        default: return false
        }
        guard !sendings.isRestarted, sml_easy_get_long(easy, CURLINFO_NUM_CONNECTS) == 0,
            sml_easy_get_long(easy, CURLINFO_HEADER_SIZE) == 0, sendings.mayRepeat
        else { return false }
        sendings.isRestarted = true
        curl_multi_remove_handle(group.multi, easy)
        setRemainingTime(now: now)
        sml_easy_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
        transferStarted = now
        start(isFirst: false)
        return true
    }

    private func setRemainingTime(now: Int64) {
        isDetoured = true
        let timeout = common.settings.target.timeout.nanoseconds - (now - requestStarted)
        sml_easy_set_long(easy, CURLOPT_TIMEOUT_MS, max(1, Int(timeout / 1_000_000)))
    }

    private func begin(bodyLength: Int) {
        sendings = Sendings()
        transferStarted = record.started
        watch.pointee.body = Int64(bodyLength)
        start(isFirst: true)
    }

    private func start(isFirst: Bool) {
        refusal = nil
        sml_watch_start(watch, isFirst ? 1 : 0)
        http2.pointee = Self.unseenHTTP2
        socketError = 0
        tlsVersion = 0
        session = nil
        isHTTP2 = false
        isOneRead = false
        isStreamEnded.pointee = false
        message[0] = 0
        isInFlight = true
        curl_multi_add_handle(group.multi, easy)
    }

    /// Takes the exchange off libcurl, completes `record` from it and returns the answer's bytes, which stay valid
    /// until ``releaseResponse()``, and whether it is one: libcurl 7.88 takes a connection that closes inside the
    /// headers for a complete answer.
    func finish(result: CURLcode) -> (answer: UnsafeRawBufferPointer, isComplete: Bool) {
        let result = judged(result)
        measure(result: result)
        curl_multi_remove_handle(group.multi, easy)
        isInFlight = false
        return (response?.contents ?? UnsafeRawBufferPointer(start: nil, count: 0), result == CURLE_OK)
    }

    /// What became of the exchange that ended for libcurl with `result`.
    private func judged(_ result: CURLcode) -> CURLcode {
        if sendings.isRefused {
            // It died before libcurl was kept from sending it again, and libcurl has forgotten of what.
            if http2.pointee.go_away >= 0 { return CURLE_HTTP2 }
            if String(cString: message).contains("(err ") { return CURLE_HTTP2_STREAM }
            return sendings.loss?.isReset == true ? CURLE_RECV_ERROR : CURLE_GOT_NOTHING
        }
        guard result == CURLE_OK else { return result }
        let isCut =
            watch.pointee.ended == 0
            || isTLS && response != nil && !isStreamEnded.pointee
                && sml_framing_ends_with_stream(&watch.pointee.framing) != 0
        return isCut ? CURLE_PARTIAL_FILE : decodingResult()
    }

    /// Cuts the exchange off at `now`: the connection is closed and the record says how far it got.
    func cancel(now: Int64) {
        measure(result: CURLE_OK, cutAt: now)
        record.status = 0
        record.flags.insert(.interrupted)
        record.phaseRaw = reachedPhase().rawValue
        isInFlight = false
        curl_multi_remove_handle(group.multi, easy)
        releaseResponse()
    }

    func releaseResponse() {
        if let response { common.buffers.give(back: response) }
        response = nil
        decoder = nil
    }

    // MARK: - What libcurl measured

    private func measure(result: CURLcode, cutAt: Int64? = nil) {
        let received =
            sml_easy_get_long(easy, CURLINFO_HEADER_SIZE) + Int(sml_easy_get_offset(easy, CURLINFO_SIZE_DOWNLOAD_T))
        measureInstants(result: result, cutAt: cutAt)
        let connections = sendings.isRefused ? 0 : sml_easy_get_long(easy, CURLINFO_NUM_CONNECTS)
        if connections > 0 { measureConnection() }
        if connections == 0, sendings.count > 0 { record.flags.insert(.connectionReused) }
        if sendings.count > 1 {
            record.flags.insert(.retriedByTransport)
            record.resends = UInt8(clamping: sendings.count - 1)
        }
        record.bytesSent = UInt32(clamping: sml_watch_bytes_sent(watch))
        record.bytesReceived = UInt32(clamping: received)
        guard result == CURLE_OK else {
            fail(result)
            return
        }
        record.phaseRaw = TransferPhase.complete.rawValue
        record.status = UInt16(clamping: sml_easy_get_long(easy, CURLINFO_RESPONSE_CODE))
        record.errorCode = ErrorCode.status(record.status)
        if record.status == 429 || record.status == 503 {
            record.retryAfterSeconds = UInt16(clamping: sml_easy_get_offset(easy, CURLINFO_RETRY_AFTER))
        }
        record.tlsVersion = tlsVersion
        record.httpVersion =
            switch sml_easy_get_long(easy, CURLINFO_HTTP_VERSION) {
            case Int(CURL_HTTP_VERSION_1_0): 10
            case Int(CURL_HTTP_VERSION_1_1): 11
            case Int(CURL_HTTP_VERSION_2_0): 20
            default: 0
            }
        if isWatched, record.httpVersion != 20 {
            isWatched = false
            sml_easy_set_long(easy, CURLOPT_VERBOSE, 0)
        }
    }

    private func measureInstants(result: CURLcode, cutAt: Int64?) {
        let seen = watch.pointee
        let origin = common.clock.origin
        record.sent = sendings.count > 0 ? seen.sent - origin : -1
        record.firstByte = sendings.count > 0 && seen.first_byte > 0 ? seen.first_byte - origin : -1
        if let cutAt {
            record.end = max(cutAt, record.sent, record.firstByte)
        } else if sendings.isRefused, let loss = sendings.loss {
            record.end = record.sent + loss.elapsed
        } else if result == CURLE_OK, seen.last > 0 {
            record.end = seen.last - origin
        } else {
            // libcurl's own clock started a little later than we told it to.
            let end = transferStarted + sml_easy_get_offset(easy, CURLINFO_TOTAL_TIME_T) * 1000
            record.end = max(end, record.sent, record.firstByte)
            if record.firstByte < 0, hasUnreadableAnswer(result) { record.firstByte = record.end }
        }
        guard sendings.count > 0 else { return }
        // An answer may begin before the request has ended.
        let written = seen.written > 0 ? seen.written - origin : record.end
        record.sending = max(0, min(written, record.firstByte >= 0 ? record.firstByte : record.end) - record.sent)
    }

    /// Bytes came that are no line of a header. (libcurl says so of the end of a stream too, and of TLS records.)
    private func hasUnreadableAnswer(_ result: CURLcode) -> Bool {
        sendings.count > 0 && watch.pointee.is_whole != 0 && !common.isSecure && result != CURLE_GOT_NOTHING
            && result != CURLE_SEND_ERROR && result != CURLE_RECV_ERROR
            && sml_easy_get_offset(easy, CURLINFO_STARTTRANSFER_TIME_T) > 0
    }

    private func measureConnection() {
        let lookup = sml_easy_get_offset(easy, CURLINFO_NAMELOOKUP_TIME_T)
        let connect = sml_easy_get_offset(easy, CURLINFO_CONNECT_TIME_T)
        let handshake = sml_easy_get_offset(easy, CURLINFO_APPCONNECT_TIME_T)
        record.lookupMicroseconds = UInt32(clamping: lookup)
        record.connectMicroseconds = UInt32(clamping: connect - lookup)
        record.tlsMicroseconds = handshake > 0 ? UInt32(clamping: handshake - connect) : 0
    }

    private func fail(_ result: CURLcode) {
        let phase = reachedPhase()
        let elapsed = record.end - record.started
        let failure = TransferFailure(
            TransferEvidence(
                result: result,
                systemError: systemError,
                verifyResult: sml_easy_get_long(easy, CURLINFO_SSL_VERIFYRESULT),
                message: String(cString: message), phase: phase,
                connectLimitReached: sendings.count == 0
                    && elapsed >= TransferSettings.connectTimeout.nanoseconds - 1_000_000
                    && common.settings.target.timeout > TransferSettings.connectTimeout,
                refusal: headerRefusal ?? refusal,
                goAway: http2.pointee.go_away >= 0 ? UInt16(clamping: http2.pointee.go_away) : nil,
                isStreamRefused: http2.pointee.refused != 0, limits: SystemLimits.current))
        record.status = 0
        record.errorCode = failure.code
        record.errorText = common.texts.index(of: failure.text)
        record.phaseRaw = failure.phase.rawValue
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

    private func reachedPhase() -> TransferPhase {
        if sendings.count > 0 {
            if record.firstByte >= 0 { return .receive }
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

    // MARK: - libcurl's callbacks

    fileprivate func receive(_ data: UnsafeRawBufferPointer) -> Int {
        if response == nil {
            response = common.buffers.take()
            isOneRead = fillsOneRead(data)
            if let session {
                tlsVersion = TLSVersion.of(session)
                if sml_framing_ends_with_stream(&watch.pointee.framing) != 0 { session.watchEnd(isStreamEnded) }
            }
            if watch.pointee.encoded != 0 { decoder = ContentDecoder(bodyOf: easy) }
        } else {
            isOneRead = false
        }
        guard let decoder else { return keep(data) ? data.count : 0 }
        decoder.decode(data) { keep($0) }
        switch decoder.failure {
        case .tooMuch: refusal = .decoding
        case .refused: refusal = refusal ?? .noMemory
        // What is damaged is read over, as k6 does, so that the connection stays usable.
        case .damaged, .cutShort, nil:
            if decoder.received <= common.responseLimit { return data.count }
            refusal = .tooLong
        }
        return 0
    }

    /// Adds to the answer; false when it would be too long.
    private func keep(_ data: UnsafeRawBufferPointer) -> Bool {
        guard var buffer = response else { return false }
        guard buffer.count + data.count <= common.responseLimit else {
            refusal = .tooLong
            return false
        }
        let isKept = common.buffers.append(data, to: &buffer)
        if isKept { response = buffer } else { refusal = .noMemory }
        return isKept
    }

    /// Of a transfer that libcurl is content with.
    private func decodingResult() -> CURLcode {
        switch decoder?.end() {
        case nil: CURLE_OK
        case .cutShort: CURLE_PARTIAL_FILE
        case .damaged, .tooMuch, .refused: CURLE_BAD_CONTENT_ENCODING
        }
    }

    /// libcurl reads no further than a length says, so that what comes behind an answer stays in the socket; but what it
    /// reads with the headers it reads into a buffer of its own, and closes a connection that gave more. A body that does
    /// not begin where allocated memory does came behind the headers in that one read.
    private func fillsOneRead(_ body: UnsafeRawBufferPointer) -> Bool {
        UInt(bitPattern: body.baseAddress) % 16 != 0 && watch.pointee.framing.length == Int64(body.count)
            && watch.pointee.framing.is_chunked == 0
            && watch.pointee.bytes + body.count < CommonTransferState.receiveBuffer
    }

    /// The exchange leaves its connection, which stays open for the next one or is about to be closed.
    func leaves(_ socket: Int32) {
        guard isInFlight, sendings.count > 0 else { return }
        if watch.pointee.bytes == 0 { return noteLoss(of: socket) }
        guard common.seesIdleBytes, watch.pointee.framing.is_http1 != 0 else { return }
        if !isTLS {
            group.poller.isIdle(socket, .plain, mayHoldMore: !isOneRead)
        } else if let session {
            // OpenSSL reads record by record: the next one may be there.
            group.poller.isIdle(socket, .tls(session), mayHoldMore: true)
        }
    }

    /// `socket` is about to be closed, in the call of libcurl that wrote the request: it never waited for the answer.
    func closes(_ socket: Int32) {
        if isInFlight, sendings.count > 0, sendings.loss == nil, watch.pointee.bytes == 0 { noteLoss(of: socket) }
    }

    private func noteLoss(of socket: Int32) {
        // libcurl has said by now why it cannot go on, if it is more than the end of the stream.
        let text = String(cString: message)
        var loss = LostConnection(
            socket: socket, elapsed: RunClock.monotonicNow - sendings.began, bodyWritten: Int(watch.pointee.uploaded),
            isReset: text.contains("reset by peer"))
        loss.isUnwritten = watch.pointee.head < 0 && text.hasPrefix("Send failure")
        let seen = http2.pointee
        // Of a refused stream on a reused connection it says nothing, and goes on until it gives up.
        loss.isRefused =
            isHTTP2 && loss.isOpen && (text.isEmpty || text.hasPrefix(TransferEvidence.gaveUpResending))
            || seen.go_away >= 0 && seen.last_stream < seen.stream
        sendings.lost(loss)
    }

    /// Once per connection. `SOCK_CLOEXEC`, because nothing this process starts has business with them.
    func openSocket(_ address: curl_sockaddr) -> curl_socket_t {
        guard sendings.mayBegin() else { return CURL_SOCKET_BAD }
        let descriptor = socket(address.family, address.socktype | Int32(SOCK_CLOEXEC.rawValue), address.protocol)
        socketError = descriptor < 0 ? errno : 0
        guard descriptor >= 0 else { return descriptor }
        guard descriptor < DescriptorReserve.current.ceiling else {
            close(descriptor)
            socketError = EMFILE
            return CURL_SOCKET_BAD
        }
        group.poller.opened(descriptor)
        return descriptor
    }

    /// False when the request must not be sent once more.
    fileprivate func willSend() -> Bool {
        guard sendings.willSend(at: RunClock.monotonicNow) else { return false }
        http2.pointee = Self.unseenHTTP2
        if isTLS {
            session = TLSSession(of: easy)
            isHTTP2 = session?.isHTTP2 ?? false
        }
        sml_watch_sending(watch)
        group.poller.sender = self
        return true
    }
}

/// Body bytes for the user behind `context`.
let onTransferWrite: sml_write_callback = { data, size, count, context in
    guard let context, let data else { return 0 }
    let user = Unmanaged<VirtualUser>.fromOpaque(context).takeUnretainedValue()
    return user.receive(UnsafeRawBufferPointer(start: data, count: size * count))
}

/// The user's request is about to be sent, for the first time or once more.
let onTransferPrerequest: sml_prerequest_callback = { context, _, _, _, _ in
    guard let context else { return CURL_PREREQFUNC_OK }
    let isToSend = Unmanaged<VirtualUser>.fromOpaque(context).takeUnretainedValue().willSend()
    return isToSend ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
