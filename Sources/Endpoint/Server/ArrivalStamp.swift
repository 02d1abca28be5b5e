// Reads the clock right after the socket was read, in front of the HTTP parser: with the stamp behind it, parsing and
// a body that comes in pieces would shorten every logged request.

import NIOCore

/// Stamps the first read of each request. Used on its connection's event loop only.
final class ArrivalStamp: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var firstRead: UInt64?
    private var lastRead: UInt64 = 0

    /// When the first byte of the request being read came. A pipelined request came with its predecessor's last read.
    var arrival: UInt64 { firstRead ?? lastRead }

    /// When the first byte of a request that is not complete yet came.
    var begun: UInt64? { firstRead }

    /// The request is complete: the next read starts another.
    func finishRequest() { firstRead = nil }

    /// The time for the request being read begins anew. Its arrival is known since its headers.
    func beginAgain() { firstRead = monotonicNanoseconds() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastRead = monotonicNanoseconds()
        if firstRead == nil { firstRead = lastRead }
        context.fireChannelRead(data)
    }
}
