// What libcurl calls while an exchange is under way: bytes of the answer, the question whether it may be sent, sockets that
// are needed, left and closed.

import CHTTP2
import CLibcurl
import Glibc

extension Exchange {
    // MARK: - The answer

    fileprivate func receive(_ data: UnsafeRawBufferPointer) -> Int {
        if !hasBody {
            beginBody(data)
        } else {
            isOneRead = false
        }
        guard decoder == nil ? keep(data) : decode(data) else { return 0 }
        return isHTTP2 && isWholeBeforeItsRequest() ? 0 : data.count
    }

    /// The answer that is coming in is whole, and the request is not yet written: RFC 9113 §8.1 has servers do so.
    private func isWholeBeforeItsRequest() -> Bool {
        watch.pointee.written == 0
            && sml_watch_is_early(watch, Int64(sml_easy_get_offset(easy, CURLINFO_SIZE_DOWNLOAD_T))) != 0
    }

    /// Hands bytes to the reader by way of the decoder; false when they are refused.
    private func decode(_ data: UnsafeRawBufferPointer) -> Bool {
        guard let decoder else { return false }
        decoder.decode(data) { keep($0) }
        switch decoder.failure {
        case .tooMuch: refusal = .decoding
        case .refused: refusal = refusal ?? .noMemory
        // What is damaged is read over, as k6 does, so that the connection stays usable.
        case .damaged, .cutShort, nil:
            if decoder.received <= common.responseLimit { return true }
            refusal = .tooLong
        }
        return false
    }

    private func beginBody(_ data: UnsafeRawBufferPointer) {
        hasBody = true
        isOneRead = fillsOneRead(data)
        if let session {
            tlsVersion = TLSVersion.of(session)
            if sml_framing_ends_with_stream(&watch.pointee.framing) != 0 { session.watchEnd(isStreamEnded) }
        }
        if watch.pointee.encoded != 0 { decoder = ContentDecoder(bodyOf: easy) }
    }

    /// Hands bytes to the reader; false when it refuses them.
    private func keep(_ data: UnsafeRawBufferPointer) -> Bool {
        guard let why = reader.receive(data) else { return true }
        refusal = why
        return false
    }

    /// libcurl reads no further than a length says, so that what comes behind an answer stays in the socket; but what it
    /// reads with the headers it reads into a buffer of its own, and closes a connection that gave more. A body that does
    /// not begin where allocated memory does came behind the headers in that one read.
    private func fillsOneRead(_ body: UnsafeRawBufferPointer) -> Bool {
        UInt(bitPattern: body.baseAddress) % 16 != 0 && watch.pointee.framing.length == Int64(body.count)
            && watch.pointee.framing.is_chunked == 0
            && watch.pointee.bytes + body.count < CommonTransferState.receiveBuffer
    }

    // MARK: - Its connection

    /// The exchange leaves its connection, which stays open for the next one or is about to be closed.
    func leaves(_ socket: Int32) {
        guard isInFlight, sendings.count > 0 else { return }
        if watch.pointee.bytes == 0 { return noteLoss(of: socket) }
        guard seesIdleBytes, watch.pointee.framing.is_http1 != 0 else { return }
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
        let elapsed = RunClock.monotonicNow - sendings.began
        let isReset = text.contains("reset by peer")
        var loss =
            socket >= 0
            ? LostConnection(socket: socket, elapsed: elapsed, bodyWritten: Int(watch.pointee.uploaded), isReset: isReset)
            : LostConnection(elapsed: elapsed, bodyWritten: Int(watch.pointee.uploaded), isReset: isReset)
        loss.isUnwritten = watch.pointee.head < 0 && text.hasPrefix("Send failure")
        if loss.isReset { connection?.isReset = true }
        let seen = http2.pointee
        loss.isRefused = seen.refused != 0 || seen.go_away >= 0 && seen.last_stream < seen.stream
        sendings.lost(loss)
    }

    /// Of exchanges that share a connection only the last is told when it leaves; the others are asked when they would begin again.
    private func noteSharedLoss() {
        guard let connection, sendings.count > 0, sendings.loss == nil, watch.pointee.bytes == 0 else { return }
        noteLoss(of: group.poller.hasClosed(connection.socket) ? -1 : connection.socket)
    }

    /// Once per connection. `SOCK_CLOEXEC`, because nothing this process starts has business with them.
    fileprivate func openSocket(_ pointer: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        noteSharedLoss()
        guard sendings.mayBegin(), mayConnect() else { return CURL_SOCKET_BAD }
        let address = pointer.pointee
        if common.addresses.hasSeveral { sendings.connects(to: Self.number(of: pointer)) }
        let descriptor = socket(address.family, address.socktype | Int32(SOCK_CLOEXEC.rawValue), address.protocol)
        socketError = descriptor < 0 ? errno : 0
        guard descriptor >= 0 else { return descriptor }
        guard descriptor < DescriptorReserve.current.ceiling else {
            close(descriptor)
            socketError = EMFILE
            return CURL_SOCKET_BAD
        }
        group.poller.opened(descriptor)
        group.sharing?.opened(descriptor)
        if common.addresses.hasSeveral { tries(descriptor) }
        return descriptor
    }

    /// Addresses of one run have different ones.
    private static func number(of pointer: UnsafePointer<curl_sockaddr>) -> Int {
        // The address is longer than C says: it stands in a union behind the struct's other members.
        let start = UnsafeRawPointer(pointer) + MemoryLayout<curl_sockaddr>.offset(of: \.addr)!
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(start: start, count: Int(pointer.pointee.addrlen)))
        return hasher.finalize()
    }

    /// The connection is there, and this is the last that libcurl asks before it finds that it cannot write the request.
    private func isOpened() -> Bool {
        isReadyToSend = true
        openedTLS = session.map(TLSFacts.init(of:))
        group.sharing?.sends(self, isNew: true)
        return true
    }

    /// While libcurl has no connection for a request its timer runs out unheeded. What then gets its stream in its last millisecond would be
    /// ended when the answer comes, 3 s late in two of three runs. Nanoseconds; libcurl counts in milliseconds.
    private static let lastMoment: Int64 = 2_000_000

    /// False when the request must not be sent, as when it was or its time is over.
    fileprivate func willSend() -> Bool {
        isHTTP2 = common.needsHTTP2
        if isTLS {
            session = TLSSession(of: easy)
            isHTTP2 = session?.isHTTP2 ?? false
            guard isHTTP2 || !common.needsHTTP2 else {
                refusal = .httpVersion
                return false
            }
        }
        if isOpening { return isOpened() }
        noteSharedLoss()
        let now = RunClock.monotonicNow
        isOverdue = group.sharing != nil && now + Self.lastMoment >= waitsUntil
        guard !isOverdue, sendings.willSend(at: now) else { return false }
        sml_http2_clear(http2)
        group.sharing?.sends(self, isNew: sml_easy_get_long(easy, CURLINFO_NUM_CONNECTS) > 0)
        if isTLS {
            openedTLS = sml_easy_get_long(easy, CURLINFO_NUM_CONNECTS) > 0 ? session.map(TLSFacts.init(of:)) : nil
        }
        if isHTTP2 { sml_http2_expect(http2) }
        sml_watch_sending(watch)
        group.poller.sender = self
        return true
    }
}

/// Body bytes for the exchange behind `context`.
let onTransferWrite: sml_write_callback = { data, size, count, context in
    guard let context, let data else { return 0 }
    return Unmanaged<Exchange>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.receive(UnsafeRawBufferPointer(start: data, count: size * count))
    }
}

/// The exchange's request is about to be sent, for the first time or once more.
let onTransferPrerequest: sml_prerequest_callback = { context, _, _, _, _ in
    guard let context else { return CURL_PREREQFUNC_OK }
    let isToSend = Unmanaged<Exchange>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.willSend() }
    return isToSend ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

// Sockets of connections are opened and closed here instead of in libcurl, so that the poller knows which descriptors
// are connections and when each number stops being one, and so that the reason why one cannot be opened is known:
// libcurl 7.88 loses it.

/// Opens a connection's socket for libcurl; `context` is the exchange that needs it, and wants to know if there is none.
let onOpenSocket: curl_opensocket_callback = { context, _, address in
    guard let context, let address else { return CURL_SOCKET_BAD }
    return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue().openSocket(address)
}

/// Closes it again; `context` is the shard's poller, because a connection can outlive its first exchange.
let onCloseSocket: curl_closesocket_callback = { context, descriptor in
    if let context {
        let poller = Unmanaged<Poller>.fromOpaque(context).takeUnretainedValue()
        poller.sender?.closes(descriptor)
        poller.closing(descriptor)
    }
    return close(descriptor)
}
