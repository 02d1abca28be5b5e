// The endpoint's own truth about one request, against which a client's measurements are checked. Both clocks are read
// next to the system calls, so departure - arrival is what the client sees but for the loopback and its own work.

/// One request to `POST /v1/chat/completions`. Other paths are not logged.
package struct RequestLogEntry: Sendable, Equatable {
    /// From 0, in order of arrival.
    package var sequence: UInt64
    /// CLOCK_MONOTONIC in nanoseconds, when the request's first byte was read from the socket.
    package var arrival: UInt64
    /// CLOCK_MONOTONIC in nanoseconds, when the answer's last byte was handed to the socket, or when the connection
    /// ended without an answer.
    package var departure: UInt64
    /// Simulated time in the queue, nanoseconds.
    package var queued: UInt64
    /// Simulated time in the batch, nanoseconds. The answer was due at arrival + queued + service.
    package var service: UInt64
    package var promptTokens: Int
    /// What the answer's `usage` says; 0 when no `usage` was sent. Of a stream, the tokens sent, whatever usage says.
    package var completionTokens: Int
    /// HTTP status sent; 499 when the client went away before the answer; 0 when the endpoint ended the connection
    /// without one (reset, close, or its own end).
    package var status: Int
    /// `ok`, a failure mode, or why the model was not asked: `invalid`, `unauthorized`, `queue-full`, `partial`
    /// (the client went away inside its own request).
    package var mode: String
    /// Number of the connection, from 0, in order of acceptance.
    package var connection: UInt64
    /// CLOCK_MONOTONIC in nanoseconds, when a stream's first token was handed to the socket; 0 without one.
    package var firstToken: UInt64 = 0
    /// The same of the last token that was sent.
    package var lastToken: UInt64 = 0
    /// Chunks with tokens that were sent.
    package var chunks: Int = 0

    /// The header line of the CSV form, without its line end.
    package static let csvHeader =
        "sequence,arrival_ns,departure_ns,queue_ns,service_ns,prompt_tokens,completion_tokens,status,mode,connection,"
        + "first_token_ns,last_token_ns,chunks"
}

/// Where entries go. Called on event loops: must not block.
package protocol RequestLog: Sendable {
    func record(_ entry: RequestLogEntry)
}

/// Throws entries away.
package struct NoRequestLog: RequestLog {
    package init() {}
    package func record(_ entry: RequestLogEntry) {}
}
