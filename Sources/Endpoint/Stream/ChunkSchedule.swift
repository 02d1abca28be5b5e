// When each chunk of a stream leaves, as a value: start + time to first token + k × time per token for the chunk whose first token
// has the number k. A chunk of several tokens leaves with its first, as the tokens that speculative decoding accepts come
// together; so the time to the first token is the same whatever the chunks are. Absolute instants: a late loop sends what is
// overdue and is not late for the rest.

/// The steps of one stream, in order.
struct ChunkSchedule {
    enum Step: Equatable {
        /// The chunk with these tokens.
        case tokens(Range<Int>)
        /// The fault strikes.
        case fault
        /// What ends a stream.
        case end
    }

    /// More text than this in a chunk would be a file.
    static let mostTokensPerChunk = 65_536

    /// What happens next, and when (nanoseconds).
    private(set) var step = Step.end
    private(set) var due: UInt64 = 0

    private let firstToken: UInt64
    private let timePerToken: Double
    private let departure: UInt64
    private let tokens: Int
    private let boundary: Int
    private let fault: Int?
    private let stall: (tokens: Int, duration: UInt64)?
    private let behaviour: StreamBehaviour
    private var sizes: DrawStream
    private var delays: DrawStream
    private var position = 0
    private var isFaultOver = false

    /// - Parameters:
    ///   - firstToken: when it is due.
    ///   - departure: when the last token is complete, and no chunk's ideal instant is later.
    ///   - boundary: no chunk has tokens on both sides of it.
    ///   - fault: tokens before the fault.
    init(
        firstToken: UInt64, timePerToken: Double, departure: UInt64, tokens: Int, boundary: Int = 0, fault: Int? = nil,
        behaviour: StreamBehaviour = StreamBehaviour(), seed: UInt64 = 1, sequence: UInt64 = 0
    ) {
        self.firstToken = min(firstToken, departure)
        self.timePerToken = timePerToken
        self.departure = departure
        self.tokens = tokens
        self.boundary = boundary
        self.fault = fault.map { min($0, tokens) }
        self.behaviour = behaviour
        var chance = DrawStream(seed: seed, sequence: sequence, dimension: .stall)
        stall = behaviour.stall.flatMap { chance.unit() < $0.probability ? ($0.tokens, $0.duration) : nil }
        sizes = DrawStream(seed: seed, sequence: sequence, dimension: .tokensPerChunk)
        delays = DrawStream(seed: seed, sequence: sequence, dimension: .jitter)
        advance()
    }

    /// Goes on to the next step; the one after `end` is `end`.
    mutating func advance() {
        switch step {
        case .tokens(let range): position = range.upperBound
        case .fault: isFaultOver = true
        case .end: break
        }
        var ideal = instant(of: position)
        if let fault, !isFaultOver, position == fault {
            step = .fault
        } else if position == tokens {
            step = .end
            ideal = departure
        } else {
            step = .tokens(position..<chunkEnd())
            ideal = ideal.saturating(adding: delay())
        }
        if let stall, position >= stall.tokens { ideal = ideal.saturating(adding: stall.duration) }
        due = max(due, ideal)
    }

    private func instant(of token: Int) -> UInt64 {
        let offset = (Double(token) * timePerToken).rounded()
        return offset < 1e18 ? min(firstToken.saturating(adding: UInt64(offset)), departure) : departure
    }

    private mutating func chunkEnd() -> Int {
        let size: Int
        if case .fixed(let number) = behaviour.tokensPerChunk {
            size = Self.size(number)
        } else {
            size = Self.size(behaviour.tokensPerChunk.sample(&sizes))
        }
        var end = min(position + size, tokens)
        if position < boundary { end = min(end, boundary) }
        if let fault, position < fault { end = min(end, fault) }
        if let stall, position < stall.tokens { end = min(end, stall.tokens) }
        return end
    }

    private static func size(_ number: Double) -> Int { Int(min(max(number.rounded(), 1), Double(mostTokensPerChunk))) }

    private mutating func delay() -> UInt64 {
        if case .fixed(0) = behaviour.jitter { return 0 }
        return UInt64(min(behaviour.jitter.sample(&delays).rounded(), 1e18))
    }
}

extension UInt64 {
    func saturating(adding other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
