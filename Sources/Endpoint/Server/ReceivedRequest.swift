// A request as the HTTP parser delivers it, kept until its end so that it can be answered at once or, when the client
// pipelines, after its predecessors.

import NIOCore
import NIOHTTP1

/// A request being received, or waiting for its turn.
struct ReceivedRequest {
    let arrival: UInt64
    let route: Route
    let keepAlive: Bool
    /// HTTP/1.1, not 1.0: an answer may come in chunks.
    let knowsChunks: Bool
    let isAuthorized: Bool
    var body: ByteBuffer?
    /// Why the body is not kept.
    var refusal: Refusal?
    /// What it has of the ``BodyBudget``.
    var held = 0

    enum Refusal {
        /// Larger than one may be: 413.
        case tooLarge
        /// Its length was not announced, and there was no room for the rest: 503.
        case noRoom
    }

    init(_ head: HTTPRequestHead, arrival: UInt64, authorization: String?) {
        self.arrival = arrival
        route = Route(head.method, head.uri)
        keepAlive = head.isKeepAlive
        knowsChunks = head.version != .http1_0
        isAuthorized = authorization.map { head.headers.first(name: "authorization") == $0 } ?? true
    }

    /// A body mostly comes in one piece, which is then kept without a copy.
    mutating func append(_ piece: ByteBuffer) {
        guard refusal == nil else { return }
        guard body == nil else {
            body?.writeImmutableBuffer(piece)
            return
        }
        body = piece
    }

    /// The bytes the body will have with `piece`.
    func length(with piece: ByteBuffer) -> Int { (body?.readableBytes ?? 0) + piece.readableBytes }

    /// The body is of no use.
    mutating func refuse(_ reason: Refusal) {
        refusal = reason
        body = nil
    }
}
