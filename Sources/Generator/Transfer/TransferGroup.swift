// A libcurl multi handle with its sockets in the shard's poller. A shard has several: libcurl 7.88 looks for a free
// connection by walking all connections to the host, so one multi with 50,000 of them makes every request walk
// 50,000. Groups of `capacity` users keep that walk short; a user stays in its group, so it meets the connection it
// left there.

import CLibcurl

/// Up to ``capacity`` virtual users on one multi handle. Not Sendable: it belongs to one shard.
final class TransferGroup {
    /// 64 users: the walk is at most 64 steps, and a multi handle's own tables (about 20 kB) stay below 0.4 kB a user.
    static let capacity = 64

    let index: Int
    /// Of the shard's lanes, the one whose users these are.
    let lane: Int
    let poller: Poller
    let multi: UnsafeMutableRawPointer
    /// Where its users share a connection.
    let sharing: ConnectionSharing?
    /// When libcurl wants to be called for its own timers, nanoseconds on CLOCK_MONOTONIC; `Int64.max` never.
    fileprivate var libcurlTimeoutAt = Int64.max
    /// When libcurl or those that wait for a stream want something to happen.
    var timeoutAt: Int64 { sharing.map { min(libcurlTimeoutAt, $0.deadline) } ?? libcurlTimeoutAt }
    /// CLOCK_MONOTONIC before libcurl last acted on something: what it writes then, it writes later than this.
    let acted: UnsafeMutablePointer<Int64>
    /// Exchanges whose connection is being made to a server with several addresses.
    private var connecting: [Exchange] = []
    /// Whether the shard has it on its list of groups to collect completions from.
    var isDirty = false

    /// - Parameter shared: what its connections are told to, where its users share one.
    init(index: Int, poller: Poller, lane: Int = 0, shared: ConnectionLog? = nil) throws(GeneratorError) {
        guard let multi = curl_multi_init() else { throw .transport("no multi handle") }
        do {
            sharing = try shared.map { (log) throws(GeneratorError) in try ConnectionSharing(multi: multi, log: log) }
        } catch {
            curl_multi_cleanup(multi)
            throw error
        }
        if shared != nil { poller.remembersClosed = true }
        self.index = index
        self.lane = lane
        self.poller = poller
        self.multi = multi
        acted = .allocate(capacity: 1)
        acted.initialize(to: 0)
        let context = Unmanaged.passUnretained(self).toOpaque()
        // One exchange a connection, as k6: an h2 session is a user's own (§5), unless the plan says that they share.
        guard sml_multi_set_callbacks(multi, onSocket, onTimer, context) == CURLM_OK,
            sharing != nil || sml_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING)) == CURLM_OK,
            sml_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Self.capacity * 2) == CURLM_OK
        else {
            // The handle is whole, so that its deinit runs.
            throw .transport("multi handle refused its options")
        }
    }

    deinit {
        curl_multi_cleanup(multi)
        acted.deallocate()
    }

    /// Lets libcurl act on a ready socket.
    func act(on readiness: Readiness) {
        var mask: Int32 = 0
        if readiness.readable { mask |= CURL_CSELECT_IN }
        if readiness.writable { mask |= CURL_CSELECT_OUT }
        if readiness.failed { mask |= CURL_CSELECT_ERR }
        var running: Int32 = 0
        acted.pointee = RunClock.monotonicNow
        curl_multi_socket_action(multi, readiness.descriptor, mask, &running)
        if !connecting.isEmpty { goOnToNextAddresses() }
        if let sharing { settle(sharing) }
        poller.sender = nil
        poller.examineIdle()
    }

    /// Streams that have become free, and connections that are gone: lets those go out that may now.
    private func settle(_ sharing: ConnectionSharing) {
        while sharing.settle(closed: poller.takeClosed()) {
            var running: Int32 = 0
            curl_multi_socket_action(multi, CURL_SOCKET_BAD, 0, &running)
        }
    }

    /// All completions have been collected: lets those go out that wait for a stream.
    ///
    /// - Returns: the first completion that has come of it.
    func startWaiting() -> Completion? {
        guard let sharing, sharing.hasWaiting else { return nil }
        actOnTimeout()
        return nextCompletion()
    }

    /// Lets libcurl act on its expired timers; this is also what starts a transfer just added.
    func actOnTimeout() {
        libcurlTimeoutAt = .max
        var running: Int32 = 0
        curl_multi_socket_action(multi, CURL_SOCKET_BAD, 0, &running)
        if !connecting.isEmpty { goOnToNextAddresses() }
        if let sharing {
            sharing.expire(at: RunClock.monotonicNow)
            settle(sharing)
        }
        poller.sender = nil
        poller.examineIdle()
    }

    // MARK: - Servers with several addresses

    /// `exchange` is about to be connected.
    func connects(_ exchange: Exchange) { connecting.append(exchange) }

    /// `exchange` has ended.
    func forget(_ exchange: Exchange) { connecting.removeAll { $0 === exchange } }

    /// When an address has refused or has had its time, libcurl 7.88 drops its socket, and neither tries the next one nor
    /// wants a socket or a timer before its transfer is called for another reason: the end of its time, most often. Pausing
    /// and resuming a transfer has it called.
    private func goOnToNextAddresses() {
        for exchange in connecting {
            // No list of addresses is endless, and each turn takes one off it.
            while exchange.isConnecting, !poller.isWatched(exchange.attempt) {
                guard curl_easy_pause(exchange.easy, CURLPAUSE_SEND) == CURLE_OK,
                    curl_easy_pause(exchange.easy, CURLPAUSE_CONT) == CURLE_OK
                else { break }
                var running: Int32 = 0
                curl_multi_socket_action(multi, CURL_SOCKET_BAD, 0, &running)
            }
        }
        connecting.removeAll { !$0.isConnecting }
    }

    /// A completed transfer: its easy handle and result.
    typealias Completion = (easy: UnsafeMutableRawPointer, result: CURLcode)

    func nextCompletion() -> Completion? {
        if let exchange = sharing?.nextExpired() { return (exchange.easy, CURLE_OPERATION_TIMEDOUT) }
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            return (easy, sml_message_result(message))
        }
        return nil
    }
}

/// libcurl wants `socket` watched, or no longer.
private func onSocket(
    easy: UnsafeMutableRawPointer?, socket: curl_socket_t, what: Int32, context: UnsafeMutableRawPointer?,
    assigned: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    // Without retaining what outlives the call: with it, a request's callbacks retained and released 12 times.
    Unmanaged<TransferGroup>.fromOpaque(context)._withUnsafeGuaranteedRef { group in
        if what == CURL_POLL_REMOVE {
            group.poller.forget(socket)
            if let easy, let exchange = sml_easy_get_private(easy) {
                Unmanaged<Exchange>.fromOpaque(exchange)._withUnsafeGuaranteedRef { $0.leaves(socket) }
            }
        } else {
            group.poller.sender = nil
            group.poller.watch(
                socket, group: group.index, read: what & CURL_POLL_IN != 0, write: what & CURL_POLL_OUT != 0)
        }
    }
    return 0
}

/// libcurl wants to be called in `milliseconds`, or never (-1).
private func onTimer(multi: UnsafeMutableRawPointer?, milliseconds: Int, context: UnsafeMutableRawPointer?) -> Int32 {
    guard let context else { return 0 }
    let instant = milliseconds < 0 ? .max : RunClock.monotonicNow + Int64(milliseconds) * 1_000_000
    Unmanaged<TransferGroup>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.libcurlTimeoutAt = instant }
    return 0
}
