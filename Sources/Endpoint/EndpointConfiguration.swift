// Everything that decides how the simulated server behaves, as one value. Two servers with the same configuration that
// receive the same requests in the same order draw the same lengths, times and failures.

/// What the simulated endpoint does. All defaults are those of `sml-endpoint --help`.
package struct EndpointConfiguration: Sendable {
    /// Address to bind, a name or a literal.
    package var host = "127.0.0.1"
    /// Port to bind; 0 takes a free one.
    package var port = 0
    /// Event loops. One is enough for 20,000 requests/s.
    package var threads = 1
    /// Seed of every draw. Lengths, times and failures have separate streams derived from it.
    package var seed: UInt64 = 1
    /// Time to the first token, in nanoseconds.
    package var timeToFirstToken = Distribution.fixed(50_000_000)
    /// Time per generated token, in nanoseconds; drawn once per request.
    package var timePerToken = Distribution.fixed(5_000_000)
    /// Length of an answer in tokens when nothing forces it; drawn once per request, at least 1.
    package var outputTokens = Distribution.lognormal(median: 128, sigma: 0.5)
    /// Requests served at the same time; at least 1. 256 is vLLM's default `max_num_seqs`.
    package var maximumBatch = 256
    /// Requests that may wait for a place in the batch; `nil` is without bound.
    package var maximumQueue: Int?
    /// Prompts whose prefill is remembered; 0 is no cache.
    package var prefixCache = 0
    /// Time to the first token of a remembered prompt, in nanoseconds; `nil` is ``cachedShare`` of what it would be.
    package var cachedTimeToFirstToken: Distribution?
    /// How service times fall after the first request; `nil` when they do not.
    package var warmup: Warmup?
    /// How answers are streamed.
    package var streams = StreamBehaviour()
    /// Failures by probability.
    package var failures = FailurePlan()
    /// Size of an answer's text in bytes; `nil` is 4 bytes a token, at most ``AnswerWriter/defaultTextLimit``.
    package var answerBytes: Int?
    /// Name listed by `/v1/models`, and echoed when a request names no model.
    package var model = "simulated"
    /// Bytes a request's body may have; larger ones get 413. No prompt is that long.
    package var maximumBody = 64 << 20
    /// Bytes of bodies in memory at once, over all connections; what does not fit is not read until it does.
    package var maximumBuffered = 512 << 20
    /// Time from a request's first byte to the end of its headers, in nanoseconds.
    package var headerTimeout: UInt64 = 10_000_000_000
    /// Time from a request's first byte to its last, in nanoseconds; what we do not read for lack of room does not count.
    package var bodyTimeout: UInt64 = 120_000_000_000
    /// Connections at once; `nil` is what the limit of open files leaves.
    package var maximumConnections: Int?
    /// The bearer token every `/v1/` request must carry; `nil` asks for none.
    package var apiKey: String?

    package init() {}

    /// A prefill that finds its prompt is a tenth as long, when nothing else is said.
    package static let cachedShare = 0.1
    private static let mostBytes = 1 << 40

    /// Checks the ranges that the types cannot express.
    ///
    /// - Throws: ``EndpointUsageError`` naming the option and what is accepted.
    package func validate() throws(EndpointUsageError) {
        func require(_ holds: Bool, _ text: String) throws(EndpointUsageError) {
            if !holds { throw EndpointUsageError(text) }
        }
        try require((0...65535).contains(port), "--port \(port): accepted are 0 to 65535")
        try require((1...256).contains(threads), "--threads \(threads): accepted are 1 to 256")
        try require((1...10_000_000).contains(maximumBatch), "--max-batch \(maximumBatch): accepted are 1 to 10000000")
        try require((maximumQueue ?? 0) >= 0, "--max-queue \(maximumQueue ?? 0): accepted are 0 or more")
        try require((0...10_000_000).contains(prefixCache), "--prefix-cache \(prefixCache): accepted are 0 to 10000000")
        try require(
            (0...AnswerWriter.largestText).contains(answerBytes ?? 0),
            "--answer-bytes \(answerBytes ?? 0): accepted are 0 to \(AnswerWriter.largestText)")
        try require(
            (1...Self.mostBytes).contains(maximumBody), "--max-body \(maximumBody): accepted are 1 to \(Self.mostBytes) bytes")
        try require(
            (maximumBody...Self.mostBytes).contains(maximumBuffered),
            "--max-buffered \(maximumBuffered): accepted are \(maximumBody), which --max-body may take, to \(Self.mostBytes) bytes")
        try require(maximumConnections ?? 1 >= 1, "--max-connections \(maximumConnections ?? 0): accepted are 1 or more")
        try require(!model.isEmpty && model.utf8.count <= 4096, "--model: accepted are 1 to 4096 bytes")
    }
}

/// A value given by the user that cannot be used; one line for the terminal.
package struct EndpointUsageError: Error, CustomStringConvertible, Equatable {
    package let description: String
    package init(_ description: String) { self.description = description }
}
