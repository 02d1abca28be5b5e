// Users of one group on one HTTP/2 connection: who has a stream, who waits for one, which connection new streams go to. libcurl
// does the sharing; what it does not do is let a request that waits run into its time limit, find out what the server allows
// before it sends more, or open the next connection while one that the server has given up (GOAWAY) still has answers to bring.
// So requests wait here, and libcurl is handed only what can go.

import CHTTP2
import CLibcurl

/// The sharing of one group. Not Sendable: it belongs to the group's shard.
final class ConnectionSharing {
    /// Where new streams go; nil before the first, and once the last is closed or given up.
    private var current: SharedConnection?
    /// Given up by the server or by libcurl, with answers still to come.
    private var draining: [SharedConnection] = []
    private var gate = StreamGate()
    /// With libcurl, on no connection yet.
    private var handed: [Exchange] = []
    private var line = WaitingLine()
    private var expired: [Exchange] = []
    /// Sockets opened for a connection that has not carried a request yet.
    private var opening: [Int32] = []
    /// As libcurl was told.
    private var allowed = 1
    /// Put into libcurl and taken out again, which has it look at what it keeps waiting.
    private let nudge: UnsafeMutableRawPointer?
    private let multi: UnsafeMutableRawPointer
    private let log: ConnectionLog

    /// - Throws: ``GeneratorError/transport(_:)`` when libcurl refuses an option.
    init(multi: UnsafeMutableRawPointer, log: ConnectionLog) throws(GeneratorError) {
        self.multi = multi
        self.log = log
        nudge = curl_easy_init()
        guard sml_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX)) == CURLM_OK,
            sml_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, allowed) == CURLM_OK,
            // libcurl's own limit is 100; the server's counts.
            sml_multi_set_long(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, StreamGate.most) == CURLM_OK
        else { throw .transport("multi handle refused to share connections") }
    }

    deinit { if let nudge { curl_easy_cleanup(nudge) } }

    // MARK: - What exchanges do

    /// `exchange` wants to be sent: now, or when there is a stream for it.
    ///
    /// - Parameter deadline: on CLOCK_MONOTONIC, nanoseconds; what still waits then has failed.
    func begin(_ exchange: Exchange, deadline: Int64) {
        exchange.waitsUntil = deadline
        if line.isEmpty, gate.mayStart(handed.count) { return hand(exchange) }
        exchange.isWaiting = true
        log.waited()
        line.append(exchange, deadline: deadline)
    }

    private func hand(_ exchange: Exchange) {
        handed.append(exchange)
        exchange.chooseConnection()
        curl_multi_add_handle(multi, exchange.easy)
    }

    /// A socket was made for a connection of the group.
    func opened(_ socket: Int32) { opening.append(socket) }

    /// `exchange` is about to be sent, on a connection of its own making or on the current one.
    func sends(_ exchange: Exchange, isNew: Bool) {
        leave(exchange)
        if isNew || current == nil {
            current = SharedConnection(socket: opening.last ?? -1)
            opening = []
            gate = StreamGate()
        }
        exchange.connection = current
        exchange.http2.pointee.connection = current?.watch
        gate.streams += 1
        log.streams(gate.streams)
    }

    /// `exchange` has nothing to do with the group any more, for now.
    func leave(_ exchange: Exchange) {
        if let index = handed.firstIndex(where: { $0 === exchange }) { handed.remove(at: index) }
        if let connection = exchange.connection, connection === current {
            gate.streams -= 1
            // Before any answer come the server's settings.
            if exchange.watch.pointee.first_byte > 0 { gate.isProven = true }
        }
        exchange.connection = nil
        exchange.http2.pointee.connection = nil
        exchange.isWaiting = false
    }

    /// Nothing is sent any more.
    func end() {
        handed = []
        expired = []
        line = WaitingLine()
    }

    /// The connection that `exchange` has opened carries nothing yet: libcurl reads what the server has said on it, its settings, before
    /// it puts the first request there.
    func knowsSettings(_ exchange: Exchange) { if exchange.connection === current { gate.isProven = true } }

    // MARK: - What the group does

    var hasConnection: Bool { current != nil }
    var hasWaiting: Bool { !line.isEmpty }

    /// Nanoseconds that libcurl has to end by itself what it has found no connection for: it does so while it connects.
    private static let grace: Int64 = 50_000_000

    /// When the first of those that wait has waited long enough, on CLOCK_MONOTONIC, nanoseconds. The list of what libcurl was handed is
    /// all but always empty.
    var deadline: Int64 { handed.reduce(line.deadline) { min($0, $1.waitsUntil + Self.grace) } }

    /// libcurl has acted, and has closed these sockets.
    ///
    /// - Returns: whether it has been handed more to act on.
    func settle(closed: [Int32]) -> Bool {
        for socket in closed { note(closed: socket) }
        if let current, current.watch.pointee.go_away >= 0 || current.watch.pointee.retried != 0 {
            draining.append(current)
            self.current = nil
            gate = StreamGate()
        }
        // Until the server's settings are there one request is enough: a server refuses what it does not allow.
        if sml_http2_take_settings() != 0, current != nil { gate.isProven = true }
        meetLimit()
        let isRaised = allow(1 + draining.count)
        var isHanded = isRaised
        while gate.mayStart(handed.count), let exchange = line.next() {
            exchange.stopWaiting()
            hand(exchange)
            isHanded = true
        }
        return isHanded
    }

    /// Those whose time is over at `now` (CLOCK_MONOTONIC) have failed.
    func expire(at now: Int64) {
        line.removeOverdue(at: now) { expired.append($0) }
        for exchange in handed where exchange.waitsUntil + Self.grace <= now {
            curl_multi_remove_handle(multi, exchange.easy)
            exchange.isWaiting = true
            expired.append(exchange)
        }
        handed.removeAll { $0.isWaiting }
    }

    func nextExpired() -> Exchange? { expired.popLast() }

    private func note(closed socket: Int32) {
        opening.removeAll { $0 == socket }
        for connection in draining where connection.socket == socket { connection.isClosed = true }
        draining.removeAll { $0.isClosed }
        guard let current, current.socket == socket else { return }
        current.isClosed = true
        self.current = nil
        gate = StreamGate()
    }

    /// What libcurl was handed and did not put on a connection that is there, the server does not allow.
    private func meetLimit() {
        guard gate.isProven, gate.streams > 0, opening.isEmpty, !handed.isEmpty else { return }
        gate.limit = gate.streams
        log.met(limit: gate.streams)
        for exchange in handed.reversed() {
            curl_multi_remove_handle(multi, exchange.easy)
            exchange.isWaiting = true
            line.putBack(exchange)
        }
        handed = []
    }

    private func allow(_ connections: Int) -> Bool {
        guard connections != allowed else { return false }
        let isMore = connections > allowed
        allowed = connections
        sml_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
        guard isMore, let nudge else { return false }
        curl_multi_add_handle(multi, nudge)
        curl_multi_remove_handle(multi, nudge)
        return true
    }
}
