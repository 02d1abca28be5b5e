// A request as the HTTP parser delivers it, kept until its end so that it can be answered at once or, when the client
// pipelines, after its predecessors.

import NIOCore
import NIOHTTP1

/// A request being received, or waiting for its turn.
struct ReceivedRequest {
    /// Larger bodies are answered with 413: no prompt is that long, and 20,000 of them would fill any machine.
    static let largestBody = 64 << 20

    let arrival: UInt64
    let route: Route
    let keepAlive: Bool
    let isAuthorized: Bool
    var body: ByteBuffer?
    var isTooLarge = false

    init(_ head: HTTPRequestHead, arrival: UInt64, authorization: String?) {
        self.arrival = arrival
        route = Route(head.method, head.uri)
        keepAlive = head.isKeepAlive
        isAuthorized = authorization.map { head.headers.first(name: "authorization") == $0 } ?? true
    }

    /// A body mostly comes in one piece, which is then kept without a copy.
    mutating func append(_ piece: ByteBuffer) {
        guard !isTooLarge else { return }
        guard (body?.readableBytes ?? 0) + piece.readableBytes <= Self.largestBody else {
            isTooLarge = true
            body = nil
            return
        }
        guard body == nil else {
            body?.writeImmutableBuffer(piece)
            return
        }
        body = piece
    }
}
