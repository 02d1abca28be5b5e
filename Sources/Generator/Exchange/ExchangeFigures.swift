// What one exchange came to, as far as libcurl, the kernel and our watch on it can tell: everything of a request's record
// that is measured and not planned or read in the answer.

/// The figures of an exchange that has ended. Instants are nanoseconds since the run's start, -1 what was never reached.
struct ExchangeFigures: Sendable {
    var sent: Int64 = -1
    var firstByte: Int64 = -1
    var end: Int64 = 0
    /// From ``sent`` until all of the request was with the kernel, nanoseconds.
    var sending: Int64 = 0
    var lookupMicroseconds: UInt32 = 0
    var connectMicroseconds: UInt32 = 0
    var tlsMicroseconds: UInt32 = 0
    var bytesSent: UInt32 = 0
    var bytesReceived: UInt32 = 0
    var status: UInt16 = 0
    var errorCode: UInt16 = 0
    /// Index into the run's text table.
    var errorText: UInt16 = 0
    /// Nanoseconds that a 429 or 503 asked for; -1 if it did not say.
    var retryAfter: Int64 = -1
    var httpVersion: UInt8 = 0
    var tlsVersion: UInt8 = 0
    var phase = TransferPhase.complete
    var resends: UInt8 = 0
    var flags: RecordFlags = []
}
