// A stream that is being sent: what is left of its plan, and what the log will say of it.

import NIOCore

/// State of one stream. Used on its connection's event loop only.
final class OpenStream {
    let exchange: AdmittedRequest
    let plan: StreamPlan
    var writer: ChunkWriter
    let keepAlive: Bool
    var schedule: ChunkSchedule
    var isHeadSent = false
    var isRoleSent = false
    /// Waits for its client to read, not for an instant.
    var isParked = false
    /// Its last bytes are being written.
    var isEnding = false
    /// When the first and the last token were handed to the socket; 0 before.
    var firstToken: UInt64 = 0
    var lastToken: UInt64 = 0
    /// Chunks with tokens, and the tokens in them.
    var chunks = 0
    var tokens = 0

    init(_ exchange: AdmittedRequest, _ plan: StreamPlan, _ writer: ChunkWriter, keepAlive: Bool) {
        self.exchange = exchange
        self.plan = plan
        self.writer = writer
        self.keepAlive = keepAlive
        schedule = plan.schedule
    }

    /// The usage that every chunk has, where it is so; rendered for each, which only those streams pay for.
    var runningUsage: ByteBuffer? { plan.usage == .every ? usage : nil }

    /// Usage of what was sent so far.
    var usage: ByteBuffer {
        let admission = exchange.admission
        var buffer = ByteBuffer()
        Usage(
            promptTokens: exchange.promptTokens, completionTokens: tokens, cachedTokens: admission.cachedTokens,
            reasoningTokens: admission.reasoningTokens.map { min($0, tokens) }
        ).write(to: &buffer)
        return buffer
    }
}
