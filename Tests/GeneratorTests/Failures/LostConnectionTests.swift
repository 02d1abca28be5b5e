// Which requests may be sent a second time, as values.

import Glibc
import TestSupport
import Testing

@testable import Generator

struct LostConnectionTests {
    private static func loss(
        after milliseconds: Double, unacknowledged: Int?, body: Int = 80, reset: Bool = false
    ) -> LostConnection {
        LostConnection(elapsed: Int64(milliseconds * 1e6), unacknowledged: unacknowledged, bodyWritten: body, isReset: reset)
    }

    /// Its FIN acknowledged nothing of the request: the server had closed before that came, however late we see it.
    @Test func endWithNothingAcknowledged() {
        #expect(Self.loss(after: 0.1, unacknowledged: 300).isUnread)
        #expect(Self.loss(after: 300, unacknowledged: 300).isUnread)
        // A kernel that does not count leaves it open.
        #expect(!Self.loss(after: 0.1, unacknowledged: nil).isUnread)
    }

    @Test func acknowledgedIsRead() {
        #expect(!Self.loss(after: 0.1, unacknowledged: 0).isUnread)
        // The head alone has arrived.
        #expect(!Self.loss(after: 0.1, unacknowledged: 80).isUnread)
        #expect(!Self.loss(after: 0.1, unacknowledged: 70_000, body: 1 << 20).isUnread)
    }

    @Test func workedOnIsRead() {
        #expect(!Self.loss(after: 300, unacknowledged: 0, reset: true).isUnread)
        #expect(!Self.loss(after: 300, unacknowledged: 0).isUnread)
        #expect(!Self.loss(after: 300, unacknowledged: nil).isUnread)
    }

    /// A reset says nothing: it may be that of a server that read and gave up at once.
    @Test func resetTellsNothing() { #expect(!Self.loss(after: 0.1, unacknowledged: 300, reset: true).isUnread) }

    @Test func refusedStreamIsUnread() {
        var refused = Self.loss(after: 300, unacknowledged: 0)
        refused.isRefused = true
        #expect(refused.isUnread)
    }

    @Test func whatWasNeverWrittenIsUnread() {
        var unwritten = Self.loss(after: 300, unacknowledged: 0, reset: true)
        unwritten.isUnwritten = true
        #expect(unwritten.isUnread)
    }

    // MARK: - What the kernel says

    /// A connection over loopback that has carried an exchange: the peer then acknowledges late, as with a real server.
    private static func usedConnection() throws -> (client: Int32, server: Int32) {
        let (listener, port) = try listeningSocket()
        defer { close(listener) }
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let server = accept(listener, nil, nil)
        try #require(connected == 0 && server >= 0)
        for _ in 0..<3 {
            try #require(exchange(from: client, to: server) && exchange(from: server, to: client))
        }
        return (client, server)
    }

    private static func exchange(from writer: Int32, to reader: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0x78, count: 500)
        guard send(writer, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return false }
        return recv(reader, &bytes, bytes.count, Int32(MSG_WAITALL)) == bytes.count
    }

    private static func request(on client: Int32) throws {
        let bytes = [UInt8](repeating: 0x79, count: 500)
        try #require(send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    }

    private static func readEnd(of client: Int32) -> Int {
        var byte: UInt8 = 0
        return recv(client, &byte, 1, 0)
    }

    @Test func closedBeforeTheRequestCame() throws {
        let (client, server) = try Self.usedConnection()
        defer { close(client) }
        close(server)
        try Self.request(on: client)
        #expect(Self.readEnd(of: client) == 0)
        let loss = LostConnection(socket: client, elapsed: 1_000_000, bodyWritten: 300, isReset: false)
        #expect(loss.unacknowledged == 500 && loss.isUnread && !loss.isOpen)
    }

    @Test func closedAfterTheRequestWasRead() throws {
        let (client, server) = try Self.usedConnection()
        defer { close(client) }
        try #require(Self.exchange(from: client, to: server))
        close(server)
        #expect(Self.readEnd(of: client) == 0)
        let loss = LostConnection(socket: client, elapsed: 1_000_000, bodyWritten: 300, isReset: false)
        #expect(loss.unacknowledged == 0 && !loss.isUnread)
    }

    @Test func openConnection() throws {
        let (client, server) = try Self.usedConnection()
        defer { for socket in [client, server] { close(socket) } }
        #expect(LostConnection(socket: client, elapsed: 0, bodyWritten: 0, isReset: false).isOpen)
        // What is no connection tells nothing.
        let nothing = LostConnection(socket: -1, elapsed: 0, bodyWritten: 0, isReset: false)
        #expect(!nothing.isOpen && nothing.unacknowledged == nil && !nothing.isUnread)
    }
}
