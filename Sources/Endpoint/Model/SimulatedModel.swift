// The simulated server without its sockets: given a request and its arrival time, it decides the answer's length, when
// it is due and how it fails. Time is an argument, so tests drive years of traffic through it in milliseconds.
//
// A client that goes away does not free its place early: the model generates to the end, as a server behind a proxy
// that does not pass on disconnects.

/// Why the generation ended; the API's `finish_reason`.
package enum FinishReason: String, Sendable {
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
    /// When the answer is due: arrival + queued + service.
    package let departure: UInt64
    package let completionTokens: Int
    package let finish: FinishReason
    package let failure: FailureMode?
    /// The queue was full: 503 at once.
    package let isRefused: Bool
}

/// Draws, queue and batch of the simulated server.
package struct SimulatedModel: Sendable {
    private let configuration: EndpointConfiguration
    private var queue: BatchQueue
    private var nextSequence: UInt64 = 0

    package init(_ configuration: EndpointConfiguration) {
        self.configuration = configuration
        queue = BatchQueue(places: configuration.maximumBatch, queueLimit: configuration.maximumQueue)
    }

    /// Takes a number for a request that is logged but never gets to the model (unauthorised, unreadable).
    package mutating func skip() -> UInt64 {
        defer { nextSequence += 1 }
        return nextSequence
    }

    /// Decides the fate of a request whose first byte was read at `arrival`.
    ///
    /// Time to answer = queue + time to first token + tokens × time per token.
    package mutating func admit(_ request: ChatRequest, at arrival: UInt64) -> Admission {
        let sequence = skip()
        let (tokens, finish) = length(of: request, sequence)
        let failure = request.failure ?? drawnFailure(sequence)
        var stay: BatchQueue.Stay?
        if failure?.takesPlace ?? true {
            stay = queue.admit(at: arrival, service: service(tokens: tokens, sequence))
        }
        let start = stay?.start ?? arrival
        let departure = stay?.departure ?? arrival
        return Admission(
            sequence: sequence, queued: start - arrival, service: departure - start, departure: departure,
            completionTokens: tokens, finish: finish, failure: failure,
            isRefused: stay == nil && (failure?.takesPlace ?? true))
    }

    /// `ignore_eos` generates exactly `max_tokens`; without `max_tokens` there is nothing to reach and the length is
    /// drawn.
    private func length(of request: ChatRequest, _ sequence: UInt64) -> (Int, FinishReason) {
        if request.ignoresEndOfSequence, let limit = request.maximumTokens { return (limit, .length) }
        var draws = DrawStream(seed: configuration.seed, sequence: sequence, dimension: .outputTokens)
        let drawn = max(1, Int(configuration.outputTokens.sample(&draws).rounded().clamped(to: 1e9)))
        if let limit = request.maximumTokens, drawn > limit { return (limit, .length) }
        return (drawn, .stop)
    }

    private func service(tokens: Int, _ sequence: UInt64) -> UInt64 {
        var first = DrawStream(seed: configuration.seed, sequence: sequence, dimension: .timeToFirstToken)
        var each = DrawStream(seed: configuration.seed, sequence: sequence, dimension: .timePerToken)
        let total =
            configuration.timeToFirstToken.sample(&first)
            + Double(tokens) * configuration.timePerToken.sample(&each)
        return UInt64(total.rounded().clamped(to: 1e18))
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
