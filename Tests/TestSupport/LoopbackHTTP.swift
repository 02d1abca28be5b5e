// A GET over loopback for tests that ask a server they started. HTTP/1.0, so that the end of the stream is the end of
// the body and nothing has to be parsed but the status.

import Glibc

package struct HTTPAnswer: Sendable {
    package let status: Int
    package let body: [UInt8]
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// GETs `path` (already percent-encoded) from 127.0.0.1.
package func httpGet(port: UInt16, path: String) throws -> HTTPAnswer {
    let descriptor = try LoopbackSocket.connect(port: port)
    defer { close(descriptor) }
    LoopbackSocket.send(Array("GET \(path) HTTP/1.0\r\nHost: 127.0.0.1:\(port)\r\n\r\n".utf8), to: descriptor)
    var received: [UInt8] = []
    while let more = LoopbackSocket.receive(from: descriptor) { received += more }
    let text = String(decoding: received.prefix(16), as: UTF8.self)
    let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let separator = Array("\r\n\r\n".utf8)
    let end = (0..<max(0, received.count - 3)).first { Array(received[$0..<($0 + 4)]) == separator }
    return HTTPAnswer(status: status, body: end.map { Array(received[($0 + 4)...]) } ?? [])
}

/// Percent-encodes everything but letters and digits, for a query parameter.
package func queryEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.map { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: String(UnicodeScalar(byte))
        default: "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
    }.joined()
}
