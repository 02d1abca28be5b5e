// When the parts of one streamed answer came. Of the gaps between its chunks only counts by length are kept, so that an answer of
// any length needs the same memory.

/// Instants of one stream, nanoseconds on the run's clock, -1 what never came.
struct TokenTimes: Equatable {
    /// The first event of any kind: often one that names the role and holds no token.
    private(set) var firstEvent: Int64 = -1
    /// The first chunk with text, reasoning, a refusal or a tool call.
    private(set) var firstToken: Int64 = -1
    /// The first of them that is not reasoning.
    private(set) var firstContent: Int64 = -1
    private(set) var lastToken: Int64 = -1
    /// Chunks with output. A chunk may hold several tokens.
    private(set) var chunks: UInt32 = 0
    /// There was reasoning, so that ``firstContent`` is an instant of its own.
    private(set) var hasReasoning = false
    private var gaps = GapCounts()

    /// Gaps between chunks by bucket, ascending.
    var gapCounts: [(bucket: UInt32, count: UInt32)] {
        var gaps = gaps
        return gaps.counts()
    }

    mutating func event(at now: Int64) {
        if firstEvent < 0 { firstEvent = now }
    }

    /// A chunk with output of one kind or both.
    mutating func chunk(isContent: Bool, isReasoning: Bool, at now: Int64) {
        if chunks == 0 { firstToken = now } else { gaps.add(now - lastToken) }
        lastToken = now
        chunks &+= 1
        if isReasoning { hasReasoning = true }
        if isContent, firstContent < 0 { firstContent = now }
    }
}
