// How a connection streams an answer: whatever of the plan is due is rendered into one buffer and leaves in one write. The clock is read
// right after the write, which on its event loop is the system call itself.

import NIOCore

extension Connection {
    /// A stream's next write is made when it has this many bytes, however many chunks are overdue.
    private static let mostAtOnce = 32 * 1024

    /// Begins the answer of a request that the model has taken.
    func beginStream(_ exchange: AdmittedRequest, _ plan: StreamPlan, isFramed: Bool, _ context: ChannelHandlerContext) {
        let writer = ChunkWriter(
            sequence: exchange.admission.sequence, created: AnswerWriter.unixSeconds(), model: exchange.model ?? core.answers.defaultModel,
            announcesUsage: plan.usage == .last, isWithoutChoices: plan.isWithoutChoices, isFramed: isFramed)
        let stream = OpenStream(exchange, plan, writer, keepAlive: exchange.keepAlive && isFramed)
        phase = .streaming(stream)
        if core.configuration.streams.sendsRoleEarly {
            pacer.scratch.clear()
            writeOpening(of: stream, withRole: plan.hasRole)
            context.writeAndFlush(wrapOutboundOut(pacer.scratch), promise: nil)
        }
        var now = monotonicNanoseconds()
        if stream.schedule.due > now {
            pacer.add(self, due: stream.schedule.due)
        } else if let due = continueStream(&now) {
            pacer.add(self, due: due)
        }
    }

    /// Sends what is due.
    ///
    /// - Parameter now: the current time; what it is after the write.
    /// - Returns: when the stream goes on; `nil` when it waits for its client or is over.
    func continueStream(_ now: inout UInt64) -> UInt64? {
        guard case .streaming(let stream) = phase, let context, !stream.isEnding else { return nil }
        guard context.channel.isWritable else {
            stream.isParked = true
            return nil
        }
        pacer.scratch.clear()
        let tokens = stream.tokens
        while stream.schedule.due <= now, pacer.scratch.readableBytes < Self.mostAtOnce {
            switch stream.schedule.step {
            case .tokens(let range):
                writeOpening(of: stream, withRole: stream.plan.hasRole)
                write(range, of: stream)
            case .fault:
                guard strike(stream, hasNewTokens: stream.tokens > tokens, context) else { return nil }
            case .end:
                writeEnding(of: stream)
                finish(stream, stream.keepAlive ? .serveNext : .close, hasNewTokens: stream.tokens > tokens, context)
                return nil
            }
            stream.schedule.advance()
        }
        context.writeAndFlush(wrapOutboundOut(pacer.scratch), promise: nil)
        now = monotonicNanoseconds()
        if stream.tokens > tokens { stamp(stream, now) }
        return stream.schedule.due
    }

    func resumeStream(_ stream: OpenStream) {
        guard stream.isParked else { return }
        stream.isParked = false
        pacer.add(self, due: monotonicNanoseconds())
    }

    private func stamp(_ stream: OpenStream, _ now: UInt64) {
        if stream.firstToken == 0 { stream.firstToken = now }
        stream.lastToken = now
    }

    // MARK: Rendering

    private func writeOpening(of stream: OpenStream, withRole: Bool) {
        if !stream.isHeadSent {
            stream.isHeadSent = true
            stream.writer.writeHead(keepAlive: stream.keepAlive, to: &pacer.scratch)
        }
        if withRole, !stream.isRoleSent {
            stream.isRoleSent = true
            stream.writer.writeRole(usage: stream.runningUsage, to: &pacer.scratch)
        }
    }

    private func write(_ tokens: Range<Int>, of stream: OpenStream) {
        let text = ChunkText.bytes(of: tokens, of: stream.plan.tokens, answerBytes: core.configuration.answerBytes)
        stream.chunks += 1
        stream.tokens = tokens.upperBound
        stream.writer.writeDelta(
            text, isReasoning: tokens.lowerBound < stream.plan.reasoningTokens, usage: stream.runningUsage, to: &pacer.scratch)
    }

    private func writeEnding(of stream: OpenStream) {
        writeOpening(of: stream, withRole: stream.plan.hasRole)
        if stream.plan.hasFinish {
            stream.writer.writeFinish(stream.exchange.admission.finish, usage: stream.runningUsage, to: &pacer.scratch)
        }
        if stream.plan.usage != .none { stream.writer.writeUsage(stream.usage, to: &pacer.scratch) }
        if stream.plan.hasDone { stream.writer.writeDone(to: &pacer.scratch) }
        stream.writer.writeEnd(to: &pacer.scratch)
    }

    // MARK: Faults

    /// - Returns: whether the stream goes on.
    private func strike(_ stream: OpenStream, hasNewTokens: Bool, _ context: ChannelHandlerContext) -> Bool {
        switch stream.plan.fault {
        case .garbage:
            writeOpening(of: stream, withRole: true)
            stream.writer.writeGarbage(to: &pacer.scratch)
            return true
        case .badJSON:
            writeOpening(of: stream, withRole: true)
            stream.writer.writeBrokenEvent(to: &pacer.scratch)
            return true
        case .error:
            writeOpening(of: stream, withRole: false)
            stream.writer.writeError("Simulated failure of a stream.", to: &pacer.scratch)
            stream.writer.writeDone(to: &pacer.scratch)
            stream.writer.writeEnd(to: &pacer.scratch)
            finish(stream, stream.keepAlive ? .serveNext : .close, hasNewTokens: hasNewTokens, context)
        case .cut: finish(stream, .close, hasNewTokens: hasNewTokens, context)
        case .reset: finish(stream, .reset, hasNewTokens: hasNewTokens, context)
        case .noDone, .noFinish, nil: return true
        }
        return false
    }

    // MARK: The end

    private enum Next {
        case serveNext
        case close
        case reset
    }

    /// Sends the last bytes, if any, logs the stream and goes on.
    private func finish(_ stream: OpenStream, _ next: Next, hasNewTokens: Bool, _ context: ChannelHandlerContext) {
        stream.isEnding = true
        guard pacer.scratch.readableBytes > 0 else { return end(stream, next) }
        var isLate = false
        context.writeAndFlush(wrapOutboundOut(pacer.scratch)).assumeIsolated().whenSuccess {
            // A failed write closes the connection, which logs the stream.
            guard case .streaming(let current) = self.phase, current === stream else { return }
            // Chunks before may have waited with these for the client to read.
            if hasNewTokens || isLate, stream.tokens > 0 { self.stamp(stream, monotonicNanoseconds()) }
            self.end(stream, next)
        }
        isLate = true
    }

    private func end(_ stream: OpenStream, _ next: Next) {
        phase = next == .serveNext ? .idle : .ended
        if next == .reset { context?.channel.setResetOnClose() }
        if next != .serveNext { context?.close(promise: nil) }
        record(stream.exchange, status: stream.isHeadSent ? 200 : 0, at: monotonicNanoseconds(), stream: stream)
        if next == .serveNext, let context { serveNext(context) }
    }
}
