// How a connection answers: the good answer, each failure, errors, and the log entry that goes with every one of them.
// The clock is read right after the write, which on its event loop is the system call itself.

import NIOCore
import NIOHTTP1

extension Connection {
    /// Answers up to this size fit the socket's send buffer, so that the write is over when the call returns.
    static let writtenAtOnce = 64 * 1024

    func answer(_ exchange: AdmittedRequest, _ context: ChannelHandlerContext) {
        let admission = exchange.admission
        if admission.isRefused {
            failWithStatus(503, "The queue is full.", exchange, context, mode: "queue-full")
            return
        }
        switch admission.failure {
        // Faults of streams are none of a whole answer.
        case nil, .emptyChoices, .stream:
            finish(exchange, completion(exchange, context), tokens: admission.completionTokens, context)
        case .badJSON:
            finish(exchange, completion(exchange, context), tokens: 0, context)
        case .status(let status):
            failWithStatus(status, "Simulated failure \(status).", exchange, context)
        case .emptyBody:
            let empty = core.answers.answer(
                status: 200, body: "", keepAlive: exchange.keepAlive, allocator: context.channel.allocator)
            finish(exchange, empty, tokens: 0, context)
        case .truncated:
            var half = completion(exchange, context)
            half.moveWriterIndex(to: half.writerIndex - AnswerWriter.bodyLength(of: half) / 2)
            finish(exchange, half, tokens: 0, context, closes: true)
        case .slowBody(let duration):
            let whole = completion(exchange, context)
            let dribble = Dribble(
                whole, bodyLength: AnswerWriter.bodyLength(of: whole), start: monotonicNanoseconds(), duration: duration
            )
            phase = .dribbling(exchange, dribble)
            continueSlowly(exchange, dribble, context)
        case .reset:
            context.channel.setResetOnClose()
            end(exchange, context)
        case .close:
            end(exchange, context)
        case .hang: break
        }
    }

    private func completion(_ exchange: AdmittedRequest, _ context: ChannelHandlerContext) -> ByteBuffer {
        let admission = exchange.admission
        let completion = AnswerWriter.Completion(
            sequence: admission.sequence, model: exchange.model, promptTokens: exchange.promptTokens,
            completionTokens: admission.completionTokens, cachedTokens: admission.cachedTokens,
            reasoningTokens: admission.reasoningTokens, finish: admission.finish,
            isWithoutChoices: admission.failure == .emptyChoices, isCutShort: admission.failure == .badJSON)
        return core.answers.completion(
            completion, keepAlive: exchange.keepAlive, allocator: context.channel.allocator)
    }

    private func failWithStatus(
        _ status: Int, _ message: String, _ exchange: AdmittedRequest, _ context: ChannelHandlerContext, mode: String? = nil
    ) {
        let answer = core.answers.answer(
            status: status, body: ErrorBody.json(status, message, code: mode),
            extraHeaders: status == 429 || status == 503 ? "Retry-After: 1\r\n" : "",
            keepAlive: exchange.keepAlive, allocator: context.channel.allocator)
        finish(exchange, answer, tokens: 0, context, status: status, mode: mode)
    }

    /// Sends the whole answer, logs it, and goes on with the next request.
    private func finish(
        _ exchange: AdmittedRequest, _ answer: ByteBuffer, tokens: Int, _ context: ChannelHandlerContext,
        status: Int = 200, mode: String? = nil, closes: Bool = false
    ) {
        let keepAlive = exchange.keepAlive && !closes
        guard answer.readableBytes > Self.writtenAtOnce else {
            phase = keepAlive ? .idle : .ended
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
            record(exchange, status: status, completionTokens: tokens, at: monotonicNanoseconds(), mode: mode)
            keepAlive ? serveNext(context) : context.close(promise: nil)
            return
        }
        phase = .writing(exchange)
        context.writeAndFlush(wrapOutboundOut(answer)).assumeIsolated().whenSuccess {
            // A failed write closes the connection, which logs the exchange.
            guard case .writing = self.phase else { return }
            self.phase = keepAlive ? .idle : .ended
            self.record(exchange, status: status, completionTokens: tokens, at: monotonicNanoseconds(), mode: mode)
            guard let context = self.context else { return }
            keepAlive ? self.serveNext(context) : context.close(promise: nil)
        }
    }

    func continueSlowly(_ exchange: AdmittedRequest, _ dribble: Dribble, _ context: ChannelHandlerContext) {
        var dribble = dribble
        let piece = dribble.next()
        guard let due = dribble.nextDue else {
            finish(exchange, piece, tokens: exchange.admission.completionTokens, context)
            return
        }
        phase = .dribbling(exchange, dribble)
        context.writeAndFlush(wrapOutboundOut(piece), promise: nil)
        wait(until: due, context)
    }

    /// Ends the connection without an answer.
    private func end(_ exchange: AdmittedRequest, _ context: ChannelHandlerContext) {
        phase = .ended
        context.close(promise: nil)
        record(exchange, status: 0, completionTokens: 0, at: monotonicNanoseconds())
    }

    func serveNext(_ context: ChannelHandlerContext) {
        // Answers that nobody takes are not made in advance.
        guard pipelined.isEmpty || context.channel.isWritable else { return }
        guard let request = pipelined.popFirst() else { return resumeReading(context) }
        handle(request, context)
    }

    /// An answer that did not go through the model; `mode` is set for those that are logged.
    func refuse(
        _ request: ReceivedRequest, _ status: Int, _ message: String, _ context: ChannelHandlerContext,
        mode: String? = nil, parameter: String? = nil
    ) {
        if let mode { recordUnserved(request, status: status, mode: mode, at: monotonicNanoseconds()) }
        reply(request, status, ErrorBody.json(status, message, parameter: parameter), context)
    }

    func reply(
        _ request: ReceivedRequest, _ status: Int, _ body: String, _ context: ChannelHandlerContext,
        extraHeaders: String = ""
    ) {
        let answer = core.answers.answer(
            status: status, body: body, extraHeaders: extraHeaders, keepAlive: request.keepAlive,
            allocator: context.channel.allocator)
        phase = request.keepAlive ? .idle : .ended
        send(answer, keepAlive: request.keepAlive, context)
        if request.keepAlive { serveNext(context) }
    }

    func send(_ answer: ByteBuffer, keepAlive: Bool, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        if !keepAlive { context.close(promise: nil) }
    }

    // MARK: Logging

    func record(
        _ exchange: AdmittedRequest, status: Int, completionTokens: Int = 0, at departure: UInt64, mode: String? = nil,
        stream: OpenStream? = nil
    ) {
        let admission = exchange.admission
        core.log.record(
            RequestLogEntry(
                sequence: admission.sequence, arrival: exchange.arrival, departure: departure,
                queued: admission.queued, service: admission.service, promptTokens: exchange.promptTokens,
                completionTokens: stream?.tokens ?? completionTokens, status: status,
                mode: mode ?? admission.failure?.name ?? "ok", connection: number, firstToken: stream?.firstToken ?? 0,
                lastToken: stream?.lastToken ?? 0, chunks: stream?.chunks ?? 0))
    }

    func recordUnserved(_ request: ReceivedRequest, status: Int, mode: String, at departure: UInt64) {
        core.log.record(
            RequestLogEntry(
                sequence: core.skipSequence(), arrival: request.arrival, departure: departure, queued: 0, service: 0,
                promptTokens: 0, completionTokens: 0, status: status, mode: mode, connection: number))
    }
}
