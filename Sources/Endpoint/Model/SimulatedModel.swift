// The simulated server without its sockets: given a request and its arrival time, it decides the answer's length, when
// it is due and how it fails. Time is an argument, so tests drive years of traffic through it in milliseconds.
//
// A client that goes away does not free its place early: the model generates to the end, as a server behind a proxy
// that does not pass on disconnects.

/// Why the generation ended; the API's `finish_reason`.
package enum SimulatedFinish: String, Sendable {
    case stop
    case length
}

/// What will happen to one request.
package struct Admission: Sendable, Equatable {
    /// Number of the request, from 0, in order of arrival.
    package let sequence: UInt64
    /// Time spent waiting for a place, in nanoseconds.
    package let queued: UInt64
    /// Time spent in the place, in nanoseconds.
    package let service: UInt64
    /// The part of it until the first token, in nanoseconds.
    package let timeToFirstToken: UInt64
    /// The part of it that each token takes, in nanoseconds.
    package let timePerToken: Double
    /// When the answer is due: arrival + queued + service.
    package let departure: UInt64
    package let completionTokens: Int
    /// Tokens of the prompt that were found in the prefix cache; `nil` without one.
    package let cachedTokens: Int?
    /// Of the completion's tokens, those that are reasoning; `nil` where there is none.
    package let reasoningTokens: Int?
    package let finish: SimulatedFinish
    package let failure: FailureMode?
    /// The queue was full: 503 at once.
    package let isRefused: Bool
}

/// Draws, queue and batch of the simulated server.
package struct SimulatedModel: Sendable {
    private let configuration: EndpointConfiguration
    private var queue: BatchQueue
    private var nextSequence: UInt64 = 0
    private var cache: PrefixCache
    /// Of the first request: the warm-up begins there.
    private var firstArrival: UInt64?

    package init(_ configuration: EndpointConfiguration) {
        self.configuration = configuration
        queue = BatchQueue(places: configuration.maximumBatch, queueLimit: configuration.maximumQueue)
        cache = PrefixCache(capacity: configuration.prefixCache)
    }

    /// Takes a number for a request that is logged but never gets to the model (unauthorised, unreadable).
    package mutating func skip() -> UInt64 {
        defer { nextSequence += 1 }
        return nextSequence
    }

    /// Decides the fate of a request whose first byte was read at `arrival`.
    ///
    /// Time to answer = queue + time to first token + tokens × time per token.
    ///
    /// - Parameter prompt: the digest of the messages; `nil` asks no prefix cache.
    package mutating func admit(_ request: ChatRequest, prompt: UInt64? = nil, at arrival: UInt64) -> Admission {
        let sequence = skip()
        let (tokens, finish) = length(of: request, sequence)
        var failure = request.failure ?? drawnFailure(sequence)
        if case .stream = failure, !request.isStreamed { failure = nil }
        let isCached = prompt.map { cache.contains($0) } ?? false
        let times = times(of: sequence, isCached: isCached, at: arrival)
        var stay: BatchQueue.Stay?
        if failure?.takesPlace ?? true {
            let service = (times.first + Double(tokens) * times.each).rounded().clamped(to: 1e18)
            stay = queue.admit(at: arrival, service: UInt64(service))
        }
        if let prompt, stay != nil { cache.remember(prompt) }
        let start = stay?.start ?? arrival
        let departure = stay?.departure ?? arrival
        return Admission(
            sequence: sequence, queued: start - arrival, service: departure - start,
            timeToFirstToken: UInt64(times.first.rounded().clamped(to: 1e18)), timePerToken: times.each, departure: departure,
            completionTokens: tokens,
            // The last token of a prompt is computed in any case: its state is what the answer starts from.
            cachedTokens: configuration.prefixCache > 0 ? (isCached ? request.promptTokens - 1 : 0) : nil,
            reasoningTokens: reasoningTokens(of: tokens, sequence),
            finish: finish, failure: failure,
            isRefused: stay == nil && (failure?.takesPlace ?? true))
    }

    /// `ignore_eos` generates exactly `max_tokens`; without `max_tokens` there is nothing to reach and the length is
    /// drawn.
    private func length(of request: ChatRequest, _ sequence: UInt64) -> (Int, SimulatedFinish) {
        if request.ignoresEndOfSequence, let limit = request.maximumTokens { return (limit, .length) }
        var draws = DrawStream(seed: configuration.seed, sequence: sequence, dimension: .outputTokens)
        let drawn = max(1, Int(configuration.outputTokens.sample(&draws).rounded().clamped(to: 1e9)))
        if let limit = request.maximumTokens, drawn > limit { return (limit, .length) }
        return (drawn, .stop)
    }

    private func reasoningTokens(of tokens: Int, _ sequence: UInt64) -> Int? {
        guard let distribution = configuration.streams.reasoningTokens else { return nil }
        var draws = DrawStream(seed: configuration.seed, sequence: sequence, dimension: .reasoningTokens)
        return min(tokens, Int(distribution.sample(&draws).rounded().clamped(to: 1e9)))
    }

    /// Nanoseconds until the first token, and for each.
    private mutating func times(of sequence: UInt64, isCached: Bool, at arrival: UInt64) -> (first: Double, each: Double) {
        var firstDraws = DrawStream(seed: configuration.seed, sequence: sequence, dimension: .timeToFirstToken)
        var eachDraws = DrawStream(seed: configuration.seed, sequence: sequence, dimension: .timePerToken)
        let distribution = isCached ? configuration.cachedTimeToFirstToken : nil
        var first = (distribution ?? configuration.timeToFirstToken).sample(&firstDraws)
        if isCached, distribution == nil { first *= EndpointConfiguration.cachedShare }
        let each = configuration.timePerToken.sample(&eachDraws)
        guard let warmup = configuration.warmup else { return (first, each) }
        let start = queue.start(at: arrival)
        let begin = firstArrival ?? arrival
        firstArrival = begin
        // Arrivals on several event loops may be a few microseconds out of order.
        let factor = warmup.factor(after: start > begin ? start - begin : 0)
        return (first * factor, each * factor)
    }

    private func drawnFailure(_ sequence: UInt64) -> FailureMode? {
        guard !configuration.failures.isEmpty else { return nil }
        var draws = DrawStream(seed: configuration.seed, sequence: sequence, dimension: .failure)
        return configuration.failures.mode(at: draws.unit())
    }
}

extension Double {
    /// Limits an unbounded draw to what the integer conversion that follows can hold.
    fileprivate func clamped(to limit: Double) -> Double { Swift.min(Swift.max(self, 0), limit) }
}
