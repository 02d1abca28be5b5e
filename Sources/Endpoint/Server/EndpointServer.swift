// Starts and stops the endpoint. Listening and the life of connections are NIO's; the pipeline of a connection is the
// stamp, the HTTP parser and `Connection`, which writes rendered bytes (no response encoder: one buffer, one write).

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// A running simulated endpoint.
package final class EndpointServer: Sendable {
    private let core: ServerCore
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    /// The port it listens on.
    package let port: Int

    private init(core: ServerCore, group: MultiThreadedEventLoopGroup, listener: any Channel) {
        self.core = core
        self.group = group
        self.listener = listener
        port = listener.localAddress?.port ?? core.configuration.port
    }

    /// The base URL for clients.
    package var url: String {
        let host = core.configuration.host
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Binds and starts to serve.
    ///
    /// - Parameter log: receives one entry per completion request, when it is over.
    /// - Throws: ``EndpointUsageError`` for values out of range, ``EndpointBindError`` when it cannot listen.
    package static func start(
        _ configuration: EndpointConfiguration, log: any RequestLog = NoRequestLog()
    ) async throws -> EndpointServer {
        try configuration.validate()
        let core = ServerCore(configuration, log: log)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        let bootstrap = ServerBootstrap(group: group)
            // The kernel cuts it to net.core.somaxconn; 20,000 clients may connect in the same second.
            .serverChannelOption(.backlog, value: 16384)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .childChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // A request of 1.5 kB comes in one read; NIO's default starts at 2 kB and asks the kernel twice.
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 4096, maximum: 65536)
            )
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Where descriptors are used up, accepting would go on failing in a circle.
                    guard core.hasRoom else { throw TooManyConnections() }
                    let stamp = ArrivalStamp()
                    let decoder = ByteToMessageHandler(HTTPRequestDecoder())
                    let connection = Connection(core: core, stamp: stamp, pacer: core.pacer(of: channel.eventLoop))
                    try channel.pipeline.syncOperations.addHandlers([stamp, decoder, connection])
                }
            }
        do {
            let listener = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
            return EndpointServer(core: core, group: group, listener: listener)
        } catch {
            try? await group.shutdownGracefully()
            throw EndpointBindError(host: configuration.host, port: configuration.port, error)
        }
    }

    /// Stops accepting, closes every connection and returns when the last entry is logged. Requests that are still open
    /// are logged with status 0.
    package func stop() async throws {
        try? await listener.close()
        // Clients that left before the stop must be logged as gone (499). Each turn of a loop reads a batch of
        // sockets; as long as turns find clients that left, there may be more.
        var known: UInt64
        repeat {
            known = core.endedConnections
            for loop in group.makeIterator() {
                for _ in 0..<16 { try await loop.submit {}.get() }
            }
        } while core.endedConnections != known
        core.markStopping()
        try await group.shutdownGracefully()
    }
}

/// The channel of a connection that fails with it is closed.
private struct TooManyConnections: Error {}

/// The address cannot be listened on; one line for the terminal.
package struct EndpointBindError: Error, CustomStringConvertible {
    package let description: String

    init(host: String, port: Int, _ error: any Error) {
        let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
        description = "cannot listen on \(host):\(port): \(reason)"
    }
}
