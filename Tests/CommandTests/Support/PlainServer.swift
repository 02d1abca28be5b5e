// A server that speaks no protocol: it takes in some bytes of each connection, writes others and closes.

import Foundation
import TestSupport

final class PlainServer: Sendable {
    private let listener: Int32
    let port: UInt16

    /// - Parameter limit: bytes beyond it are left unread, which makes the close a reset.
    init(reading limit: Int = 4096, answer: String = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") throws {
        let (listener, port) = try listeningSocket()
        self.listener = listener
        self.port = port
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    close(listener)
                    return
                }
                var bytes = [UInt8](repeating: 0, count: limit)
                _ = recv(connection, &bytes, bytes.count, 0)
                _ = Array(answer.utf8).withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                close(connection)
            }
        }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }
}
