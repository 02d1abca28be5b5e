// What a connection may hold: the endpoint stops reading where a client sends more than is being worked on, so that the
// rest stays with the client. Nothing of it costs a request that comes alone anything: no timer, no lock, and no change of
// what the kernel is asked about, because one more read is let through before reading stops.

import NIOCore
import NIOHTTP1

/// Why a connection is not read from, for now.
struct ReadingLimits {
    /// NIO asked to read while we did not want it to.
    var isReadHeldBack = false
    /// A body waits for its place in memory.
    var isWaitingForRoom = false
    /// Numbers the bodies that asked for one: a small body may be complete, and the next under way, before it is its turn.
    var ticket = 0
    /// A timer for the request that is being received runs.
    var isTimed = false
}

extension Connection {
    // MARK: Back-pressure

    func read(context: ChannelHandlerContext) {
        if mayRead(context) {
            context.read()
        } else {
            limits.isReadHeldBack = true
        }
    }

    /// Whether there is a use for more bytes: while a request is being worked on, for those of one read, which then wait
    /// for their turn, and not while a client leaves its answers lying.
    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        guard !limits.isWaitingForRoom else { return false }
        switch phase {
        case .ended: return true
        case .idle: return pipelined.isEmpty && context.channel.isWritable
        case .waiting, .dribbling, .writing, .streaming: return pipelined.isEmpty && receiving == nil
        }
    }

    func resumeReading(_ context: ChannelHandlerContext) {
        guard limits.isReadHeldBack, mayRead(context) else { return }
        limits.isReadHeldBack = false
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if case .idle = phase { serveNext(context) }
            if case .streaming(let stream) = phase { resumeStream(stream) }
            resumeReading(context)
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Memory

    /// Takes the place of a body whose length is announced, and reads no more until there is one.
    func takeRoom(for head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > BodyBudget.free else { return }
        guard length <= core.configuration.maximumBody else {
            receiving?.refuse(.tooLarge)
            return
        }
        let own = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        limits.ticket += 1
        let ticket = limits.ticket
        let isTaken = core.bodies.take(length) { loop.execute { own.value.roomIsThere(length, for: ticket) } }
        if isTaken { receiving?.held = length } else { limits.isWaitingForRoom = true }
    }

    private func roomIsThere(_ length: Int, for ticket: Int) {
        guard limits.isWaitingForRoom, ticket == limits.ticket, receiving != nil, let context else {
            return core.bodies.give(length)
        }
        limits.isWaitingForRoom = false
        receiving?.held = length
        resumeReading(context)
    }

    func append(_ piece: ByteBuffer) {
        guard let request = receiving, request.refusal == nil else { return }
        let length = request.length(with: piece)
        if length > core.configuration.maximumBody {
            receiving?.refuse(.tooLarge)
        } else if length > max(BodyBudget.free, request.held), !limits.isWaitingForRoom {
            // In chunks. The place grows as the buffer does.
            let more = max(length, 2 * request.held) - request.held
            if core.bodies.takeNow(more) { receiving?.held += more } else { receiving?.refuse(.noRoom) }
        }
        receiving?.append(piece)
    }

    // MARK: Time

    func channelReadComplete(context: ChannelHandlerContext) {
        watchRequest(context)
        context.fireChannelReadComplete()
    }

    /// Only requests that did not come in one read get a timer, and one at a time.
    private func watchRequest(_ context: ChannelHandlerContext) {
        guard !limits.isTimed, let due = requestDue else { return }
        limits.isTimed = true
        let own = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(min(due, UInt64(Int64.max)))) { own.value.timeIsUp() }
    }

    /// When the request that is being received must be complete, or its headers.
    private var requestDue: UInt64? {
        guard let begun = stamp.begun else { return nil }
        let limit = receiving == nil ? core.configuration.headerTimeout : core.configuration.bodyTimeout
        return begun.addingReportingOverflow(limit).partialValue
    }

    private func timeIsUp() {
        limits.isTimed = false
        if case .ended = phase { return }
        guard let context, let due = requestDue else { return }
        if limits.isReadHeldBack {
            // Our doing, not the client's: it gets its time again.
            stamp.beginAgain()
            return watchRequest(context)
        }
        guard due <= monotonicNanoseconds() else { return watchRequest(context) }
        guard case .idle = phase else { return context.close(promise: nil) }
        if let receiving, receiving.route == .completions {
            recordUnserved(receiving, status: 408, mode: "timeout", at: monotonicNanoseconds())
        }
        core.bodies.give(receiving?.held ?? 0)
        receiving = nil
        phase = .ended
        let body = ErrorBody.json(408, "The request did not come in time.")
        send(
            core.answers.answer(status: 408, body: body, keepAlive: false, allocator: context.channel.allocator), keepAlive: false, context)
    }
}
