// One client connection: receives requests, asks the model what happens to them, waits, answers, logs. Classic NIO
// handler without futures or tasks on the good path: per request there is one timer and one write.
//
// Timers are never cancelled, because NIO's cancellation is a linear search: 20,000 clients leaving at once would cost
// its square. A timer that finds nothing to do does nothing.

import NIOCore
import NIOHTTP1

/// Serves one connection. Used on its event loop only.
final class Connection: ChannelDuplexHandler, NIOScheduledCallbackHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A client that pipelines more requests than this without reading answers is cut off.
    private static let mostPipelined = 256

    enum Phase {
        /// Nothing to answer.
        case idle
        /// The answer is due at `admission.departure`, or never (hang).
        case waiting(AdmittedRequest)
        /// A slow body is on its way.
        case dribbling(AdmittedRequest, Dribble)
        /// Chunks leave at their instants.
        case streaming(OpenStream)
        /// A large answer is being written.
        case writing(AdmittedRequest)
        /// Nothing more is read or written.
        case ended
    }

    let core: ServerCore
    let stamp: ArrivalStamp
    let pacer: StreamPacer
    let number: UInt64
    var context: ChannelHandlerContext?
    var phase = Phase.idle
    var receiving: ReceivedRequest?
    var pipelined = CircularBuffer<ReceivedRequest>(initialCapacity: 0)
    /// The last model's name: clients rarely change it, so the copy out of the body is made once.
    private var model: ByteBuffer?
    /// What is held back from reading (Connection+Limits).
    var limits = ReadingLimits()

    init(core: ServerCore, stamp: ArrivalStamp, pacer: StreamPacer) {
        self.core = core
        self.pacer = pacer
        self.stamp = stamp
        number = core.nextConnection()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        core.countOpen(1)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        core.countOpen(-1)
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ended = phase { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            receiving = ReceivedRequest(head, arrival: stamp.arrival, authorization: core.authorization)
            takeRoom(for: head, context)
            // curl waits up to a second for this before it sends a large body.
            if head.headers.contains(name: "expect") {
                context.writeAndFlush(
                    wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
            }
        case .body(let piece):
            append(piece)
        case .end:
            stamp.finishRequest()
            limits.isWaitingForRoom = false
            guard let request = receiving else { return }
            receiving = nil
            if case .idle = phase, pipelined.isEmpty {
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
        core.countEndedConnection()
        switch phase {
        case .waiting(let exchange), .dribbling(let exchange, _), .writing(let exchange):
            record(exchange, status: status, completionTokens: 0, at: now)
        case .streaming(let stream): record(stream.exchange, status: status, at: now, stream: stream)
        case .idle, .ended: break
        }
        for request in pipelined where request.route == .completions {
            recordUnserved(request, status: status, mode: "partial", at: now)
        }
        if let receiving, receiving.route == .completions {
            recordUnserved(receiving, status: status, mode: "partial", at: now)
        }
        phase = .ended
        for request in pipelined { core.bodies.give(request.held) }
        core.bodies.give(receiving?.held ?? 0)
        receiving = nil
        pipelined.removeAll()
        context.fireChannelInactive()
    }

    // MARK: Deciding

    func handle(_ request: ReceivedRequest, _ context: ChannelHandlerContext) {
        // What is answered later needs the body no longer.
        defer { core.bodies.give(request.held) }
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
        switch request.refusal {
        case .tooLarge:
            refuse(request, 413, "The body is larger than \(core.configuration.maximumBody) bytes.", context, mode: "invalid")
            return
        case .noRoom:
            refuse(request, 503, "There is no room for the body; announce its length to wait for some.", context, mode: "no-room")
            return
        case nil: break
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
        let prompt: UInt64? =
            core.configuration.prefixCache == 0
            ? nil : body.withUnsafeReadableBytes { PromptDigest.of(UnsafeRawBufferPointer(rebasing: $0[chat.messages])) }
        let admission = core.admit(chat, prompt: prompt, at: request.arrival)
        let exchange = AdmittedRequest(
            admission: admission, arrival: request.arrival, promptTokens: chat.promptTokens, model: model,
            keepAlive: request.keepAlive)
        if chat.isStreamed, !admission.isRefused, admission.failure?.takesPlace ?? true {
            let plan = StreamPlan(admission, chat, arrival: request.arrival, core.configuration)
            return beginStream(exchange, plan, isFramed: request.knowsChunks, context)
        }
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

    func wait(until due: UInt64, _ context: ChannelHandlerContext) {
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
    func advance(_ context: ChannelHandlerContext) {
        switch phase {
        case .waiting(let exchange) where exchange.admission.failure != .hang:
            answer(exchange, context)
        case .dribbling(let exchange, let dribble):
            continueSlowly(exchange, dribble, context)
        default: break
        }
    }
}
