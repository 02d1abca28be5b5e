// One client connection: receives requests, asks the model what happens to them, waits, answers, logs. Classic NIO
// handler without futures or tasks on the good path: per request there is one timer and one write.
//
// Timers are never cancelled, because NIO's cancellation searches all of them: with 20,000 clients leaving at once that
// blocks the loop for a second. A timer that finds nothing due does nothing.

import NIOCore
import NIOHTTP1

/// Serves one connection. Used on its event loop only.
final class Connection: ChannelInboundHandler, NIOScheduledCallbackHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    /// A client that pipelines more requests than this without reading answers is cut off.
    private static let mostPipelined = 256
    /// Answers up to this size fit the socket's send buffer, so that the write is over when the call returns.
    private static let writtenAtOnce = 64 * 1024

    private enum Phase {
        /// Nothing to answer.
        case idle
        /// The answer is due at `admission.departure`, or never (hang).
        case waiting(Exchange)
        /// A slow body is on its way.
        case dribbling(Exchange, Dribble)
        /// A large answer is being written.
        case writing(Exchange)
        /// Nothing more is read or written.
        case ended
    }

    private let core: ServerCore
    private let stamp: ArrivalStamp
    private let number: UInt64
    private var context: ChannelHandlerContext?
    private var phase = Phase.idle
    private var receiving: ReceivedRequest?
    private var pipelined = CircularBuffer<ReceivedRequest>(initialCapacity: 0)
    /// The last model's name: clients rarely change it, so the copy out of the body is made once.
    private var model: ByteBuffer?

    init(core: ServerCore, stamp: ArrivalStamp) {
        self.core = core
        self.stamp = stamp
        number = core.nextConnection()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ended = phase { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            receiving = ReceivedRequest(head, arrival: stamp.arrival, authorization: core.authorization)
            // curl waits up to a second for this before it sends a large body.
            if head.headers.contains(name: "expect") {
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
            }
        case .body(let piece):
            receiving?.append(piece)
        case .end:
            stamp.finishRequest()
            guard let request = receiving else { return }
            receiving = nil
            if case .idle = phase {
                handle(request, context)
            } else if pipelined.count < Self.mostPipelined {
                pipelined.append(request)
            } else {
                context.close(promise: nil)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError, case .idle = phase {
            phase = .ended
            let body = ErrorBody.json(400, "This is not HTTP/1.1.")
            send(
                core.answers.answer(status: 400, body: body, keepAlive: false, allocator: context.channel.allocator),
                keepAlive: false, context)
        } else {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let now = monotonicNanoseconds()
        let status = core.isStopping ? 0 : 499
        switch phase {
        case .waiting(let exchange), .dribbling(let exchange, _), .writing(let exchange):
            record(exchange, status: status, completionTokens: 0, at: now)
        case .idle, .ended: break
        }
        for request in pipelined where request.route == .completions {
            recordUnserved(request, status: status, mode: "partial", at: now)
        }
        if let receiving, receiving.route == .completions {
            recordUnserved(receiving, status: status, mode: "partial", at: now)
        }
        phase = .ended
        receiving = nil
        pipelined.removeAll()
        context.fireChannelInactive()
    }

    // MARK: Deciding

    private func handle(_ request: ReceivedRequest, _ context: ChannelHandlerContext) {
        switch request.route {
        case .health:
            reply(request, 200, #"{"status":"ok"}"#, context)
        case .models:
            guard request.isAuthorized else { return refuse(request, 401, Self.unauthorized, context) }
            let name = ErrorBody.escaped(core.configuration.model)
            let entry = #"{"id":"\#(name)","object":"model","created":0,"owned_by":"sml-endpoint"}"#
            reply(request, 200, #"{"object":"list","data":[\#(entry)]}"#, context)
        case .wrongMethod(let allowed):
            reply(
                request, 405, ErrorBody.json(405, "The method is not allowed; accepted is \(allowed)."), context,
                extraHeaders: "Allow: \(allowed)\r\n")
        case .unknown:
            refuse(
                request, 404,
                "There is no such path; there are POST /v1/chat/completions, GET /v1/models and GET /health.", context)
        case .completions:
            complete(request, context)
        }
    }

    private static let unauthorized = "The Authorization header carries no valid bearer token."

    private func complete(_ request: ReceivedRequest, _ context: ChannelHandlerContext) {
        guard request.isAuthorized else {
            refuse(request, 401, Self.unauthorized, context, mode: "unauthorized")
            return
        }
        guard !request.isTooLarge else {
            refuse(
                request, 413, "The body is larger than \(ReceivedRequest.largestBody) bytes.", context, mode: "invalid")
            return
        }
        let body = request.body ?? ByteBuffer()
        let chat: ChatRequest
        do throws(ChatRequestError) {
            chat = try body.withUnsafeReadableBytes { (bytes) throws(ChatRequestError) in
                try ChatRequestScanner.scan(bytes)
            }
        } catch {
            refuse(request, 400, error.message, context, mode: "invalid", parameter: error.parameter)
            return
        }
        keepModel(chat.model.flatMap { body.getSlice(at: body.readerIndex + $0.lowerBound, length: $0.count) })
        let admission = core.admit(chat, at: request.arrival)
        let exchange = Exchange(
            admission: admission, arrival: request.arrival, promptTokens: chat.promptTokens, model: model,
            keepAlive: request.keepAlive)
        phase = .waiting(exchange)
        if admission.failure == .hang { return }
        wait(until: admission.departure, context)
    }

    private func keepModel(_ name: ByteBuffer?) {
        guard name != model else { return }
        // A slice would keep the whole body alive for as long as the connection.
        model = name.map { ByteBuffer(bytes: $0.readableBytesView) }
    }

    // MARK: Waiting

    private func wait(until due: UInt64, _ context: ChannelHandlerContext) {
        if due <= monotonicNanoseconds() {
            advance(context)
            return
        }
        let deadline = NIODeadline.uptimeNanoseconds(min(due, UInt64(Int64.max)))
        do {
            try context.eventLoop.assumeIsolated().scheduleCallback(at: deadline, handler: self)
        } catch {
            // Only a loop that is shutting down refuses; the connection is closed by the same shutdown.
            context.close(promise: nil)
        }
    }

    func handleScheduledCallback(eventLoop: some EventLoop) {
        guard let context else { return }
        advance(context)
    }

    /// Does what is due.
    private func advance(_ context: ChannelHandlerContext) {
        switch phase {
        case .waiting(let exchange) where exchange.admission.failure != .hang:
            answer(exchange, context)
        case .dribbling(let exchange, let dribble):
            continueSlowly(exchange, dribble, context)
        default: break
        }
    }

    // MARK: Answering

    private func answer(_ exchange: Exchange, _ context: ChannelHandlerContext) {
        let admission = exchange.admission
        if admission.isRefused {
            failWithStatus(503, "The queue is full.", exchange, context, mode: "queue-full")
            return
        }
        switch admission.failure {
        case nil, .emptyChoices:
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
                whole, bodyLength: AnswerWriter.bodyLength(of: whole), start: monotonicNanoseconds(), duration: duration)
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

    private func completion(_ exchange: Exchange, _ context: ChannelHandlerContext) -> ByteBuffer {
        let admission = exchange.admission
        let completion = AnswerWriter.Completion(
            sequence: admission.sequence, model: exchange.model, promptTokens: exchange.promptTokens,
            completionTokens: admission.completionTokens, finish: admission.finish,
            isWithoutChoices: admission.failure == .emptyChoices, isCutShort: admission.failure == .badJSON)
        return core.answers.completion(
            completion, keepAlive: exchange.keepAlive, allocator: context.channel.allocator)
    }

    private func failWithStatus(
        _ status: Int, _ message: String, _ exchange: Exchange, _ context: ChannelHandlerContext, mode: String? = nil
    ) {
        let answer = core.answers.answer(
            status: status, body: ErrorBody.json(status, message, code: mode),
            extraHeaders: status == 429 || status == 503 ? "Retry-After: 1\r\n" : "",
            keepAlive: exchange.keepAlive, allocator: context.channel.allocator)
        finish(exchange, answer, tokens: 0, context, status: status, mode: mode)
    }

    /// Sends the whole answer, logs it, and goes on with the next request.
    private func finish(
        _ exchange: Exchange, _ answer: ByteBuffer, tokens: Int, _ context: ChannelHandlerContext,
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

    private func continueSlowly(_ exchange: Exchange, _ dribble: Dribble, _ context: ChannelHandlerContext) {
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
    private func end(_ exchange: Exchange, _ context: ChannelHandlerContext) {
        phase = .ended
        context.close(promise: nil)
        record(exchange, status: 0, completionTokens: 0, at: monotonicNanoseconds())
    }

    private func serveNext(_ context: ChannelHandlerContext) {
        guard let request = pipelined.popFirst() else { return }
        handle(request, context)
    }

    /// An answer that did not go through the model; `mode` is set for those that are logged.
    private func refuse(
        _ request: ReceivedRequest, _ status: Int, _ message: String, _ context: ChannelHandlerContext,
        mode: String? = nil, parameter: String? = nil
    ) {
        if let mode { recordUnserved(request, status: status, mode: mode, at: monotonicNanoseconds()) }
        reply(request, status, ErrorBody.json(status, message, parameter: parameter), context)
    }

    private func reply(
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

    private func send(_ answer: ByteBuffer, keepAlive: Bool, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        if !keepAlive { context.close(promise: nil) }
    }

    // MARK: Logging

    private func record(
        _ exchange: Exchange, status: Int, completionTokens: Int, at departure: UInt64, mode: String? = nil
    ) {
        let admission = exchange.admission
        core.log.record(
            RequestLogEntry(
                sequence: admission.sequence, arrival: exchange.arrival, departure: departure,
                queued: admission.queued, service: admission.service, promptTokens: exchange.promptTokens,
                completionTokens: completionTokens, status: status, mode: mode ?? admission.failure?.name ?? "ok",
                connection: number))
    }

    private func recordUnserved(_ request: ReceivedRequest, status: Int, mode: String, at departure: UInt64) {
        core.log.record(
            RequestLogEntry(
                sequence: core.skipSequence(), arrival: request.arrival, departure: departure, queued: 0, service: 0,
                promptTokens: 0, completionTokens: 0, status: status, mode: mode, connection: number))
    }
}
