// One request as a value, so that what is sent where, and with which credentials, can be built and tested without a
// socket.

/// What `HTTPClient` sends, and how long it may take.
package struct HTTPRequest: Sendable, Equatable {
    package enum Body: Sendable, Equatable {
        case none
        case bytes([UInt8])
    }

    /// Where the body of a successful (2xx) answer goes. Any other answer is kept in memory: it explains itself.
    package enum Destination: Sendable, Equatable {
        case memory
        /// Appended to an open file, which stays the caller's.
        case descriptor(Int32)
    }

    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: String
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var method: String
    package var url: String
    package var headers: [Header]
    package var body: Body
    package var destination = Destination.memory
    /// Everything together, from the name look-up to the last byte.
    package var timeout: Duration
    /// Gives up when nothing has moved for this long, whatever `timeout` still allows.
    package var stallTimeout: Duration = .seconds(60)
    /// Sent once at most. libcurl repeats even a POST by itself when a kept connection turns out to be dead; on a fresh
    /// one it cannot.
    package var isSentOnce = false
    /// Most bytes of an answer that are kept in memory; a longer one is a failure.
    package var answerLimit = 16 << 20

    package init(
        _ method: String, _ url: String, headers: [Header] = [], body: Body = .none, timeout: Duration = .seconds(30)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}
