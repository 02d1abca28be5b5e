// A server whose every answer needs a new TLS connection with a full handshake: it closes after one, and remembers no session. For
// a calibration only: it is in our process, a thread a connection, and understands no more of HTTP than the generator sends.

import Generator
import Glibc
import LibcurlClient

/// `@unchecked Sendable`: constants; OpenSSL locks its context. The threads keep it until each has seen that it ended.
final class HandshakeServer: @unchecked Sendable {
    let url: String
    private let listener: Int32
    private let context: OpenSSL.Object
    private let functions: Functions

    /// nil when there is no OpenSSL, no socket or no thread to be had.
    ///
    /// - Parameter connections: served at the same time.
    static func start(_ identity: SelfSigned, connections: Int) -> HandshakeServer? {
        guard let server = HandshakeServer(identity) else { return nil }
        for _ in 0..<connections {
            do { try OwnThread.start("handshakes") { server.serve() } } catch {
                server.stop()
                return nil
            }
        }
        return server
    }

    private init?(_ identity: SelfSigned) {
        guard let functions = try? Functions(), let method = functions.method(), let context = functions.newContext(method) else {
            return nil
        }
        // No tickets (SSL_OP_NO_TICKET) and no cache (SSL_CTRL_SET_SESS_CACHE_MODE, off): nothing to resume.
        _ = functions.setOptions(context, 1 << 14)
        _ = functions.setTickets(context, 0)
        _ = functions.control(context, 44, 0, nil)
        guard functions.useCertificate(context, identity.certificate) == 1, functions.useKey(context, identity.key) == 1,
            let (socket, port) = Self.listen()
        else {
            functions.freeContext(context)
            return nil
        }
        (self.functions, self.context, listener, url) = (functions, context, socket, "https://127.0.0.1:\(port)")
    }

    deinit {
        close(listener)
        functions.freeContext(context)
    }

    /// Wakes every thread that waits for a connection; there will be none.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func listen() -> (socket: Int32, port: UInt16)? {
        let found = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard found >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(found, $0, length) == 0 && Glibc.listen(found, 128) == 0 && getsockname(found, $0, &length) == 0
            }
        }
        guard isBound else {
            close(found)
            return nil
        }
        return (found, UInt16(bigEndian: address.sin_port))
    }

    private func serve() {
        // OpenSSL writes without MSG_NOSIGNAL.
        var pipe = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, nil)
        while true {
            let connection = accept(listener, nil, nil)
            if connection >= 0 {
                // A child of ours that is started at this moment must not keep it open.
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                answer(connection)
                close(connection)
            } else if errno != EINTR, errno != ECONNABORTED {
                return
            }
        }
    }

    private static let reply = Array(
        """
        HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)
        """.utf8)
    private static let body = """
        {"id":"c","object":"chat.completion","model":"calibrate","choices":[{"index":0,"message":{"role":"assistant","content":"x"},\
        "finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
        """

    private func answer(_ connection: Int32) {
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var isNow: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &isNow, 4)
        guard let session = functions.newSession(context) else { return }
        defer { functions.freeSession(session) }
        guard functions.setSocket(session, connection) == 1, functions.accept(session) == 1 else { return }
        var request: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while !Self.isWhole(request) {
            let count = functions.read(session, &part, Int32(part.count))
            guard count > 0, request.count < 1 << 20 else { return }
            request += part.prefix(Int(count))
        }
        guard functions.write(session, Self.reply, Int32(Self.reply.count)) > 0 else { return }
        _ = functions.shutdown(session)
    }

    /// Headers, and as much after them as they announce.
    static func isWhole(_ request: [UInt8]) -> Bool {
        guard let end = request.indices.dropLast(3).first(where: { request[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }) else {
            return false
        }
        for line in String(decoding: request[..<end], as: UTF8.self).split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "content-length", let length = Int(parts[1].filter { $0 != " " }) {
                return request.count - end - 4 >= length
            }
        }
        return true
    }

    private struct Functions {
        typealias Object = OpenSSL.Object

        let method: @convention(c) () -> Object?
        let newContext: @convention(c) (Object) -> Object?
        let freeContext: @convention(c) (Object) -> Void
        let setOptions: @convention(c) (Object, UInt64) -> UInt64
        let setTickets: @convention(c) (Object, Int) -> Int32
        let control: @convention(c) (Object, Int32, Int, Object?) -> Int
        let useCertificate: @convention(c) (Object, Object) -> Int32
        let useKey: @convention(c) (Object, Object) -> Int32
        let newSession: @convention(c) (Object) -> Object?
        let freeSession: @convention(c) (Object) -> Void
        let setSocket: @convention(c) (Object, Int32) -> Int32
        let accept: @convention(c) (Object) -> Int32
        let read: @convention(c) (Object, UnsafeMutableRawPointer, Int32) -> Int32
        let write: @convention(c) (Object, UnsafeRawPointer, Int32) -> Int32
        let shutdown: @convention(c) (Object) -> Int32

        init() throws {
            method = try OpenSSL.look("TLS_server_method")
            newContext = try OpenSSL.look("SSL_CTX_new")
            freeContext = try OpenSSL.look("SSL_CTX_free")
            setOptions = try OpenSSL.look("SSL_CTX_set_options")
            setTickets = try OpenSSL.look("SSL_CTX_set_num_tickets")
            control = try OpenSSL.look("SSL_CTX_ctrl")
            useCertificate = try OpenSSL.look("SSL_CTX_use_certificate")
            useKey = try OpenSSL.look("SSL_CTX_use_PrivateKey")
            newSession = try OpenSSL.look("SSL_new")
            freeSession = try OpenSSL.look("SSL_free")
            setSocket = try OpenSSL.look("SSL_set_fd")
            accept = try OpenSSL.look("SSL_accept")
            read = try OpenSSL.look("SSL_read")
            write = try OpenSSL.look("SSL_write")
            shutdown = try OpenSSL.look("SSL_shutdown")
        }
    }
}
