// How often an exchange was sent, and whether it may be once more. libcurl repeats by itself what dies on a reused
// connection before an answer, whatever the server has done with it; it asks us before each sending and for each socket,
// and these are the places where it is stopped. A value: instants are CLOCK_MONOTONIC nanoseconds.

/// The sendings of one exchange.
struct Sendings: Sendable, Equatable {
    /// How often the request was sent.
    private(set) var count = 0
    /// When the last sending began.
    private(set) var began: Int64 = 0
    /// What became of the last sending's connection; nil while it lives.
    private(set) var loss: LostConnection?
    /// libcurl wanted to send again what the server may have read.
    private(set) var isRefused = false
    /// The first address a connection was to be made to, as a number that stands for it; nil before that.
    private var firstAddress: Int?
    /// A connection was to be made to one address of the server, and then to another.
    private(set) var hasTriedNextAddress = false
    /// It was us who began again, which happens once.
    var isRestarted = false

    /// The request is about to be sent; false: it must not be.
    mutating func willSend(at now: Int64) -> Bool {
        guard mayBegin() else { return false }
        count += 1
        began = now
        loss = nil
        return true
    }

    /// A connection is about to be made for the request; false: it must not be sent once more.
    mutating func mayBegin() -> Bool {
        if count == 0 || mayRepeat { return true }
        isRefused = true
        return false
    }

    /// A connection to `address` is about to be made.
    mutating func connects(to address: Int) {
        hasTriedNextAddress = hasTriedNextAddress || firstAddress ?? address != address
        firstAddress = firstAddress ?? address
    }

    /// The last sending has died, and the request may be sent again. A yes holds until it is.
    var mayRepeat: Bool { loss?.isUnread ?? false }

    /// The last sending's connection ended before a byte of an answer.
    mutating func lost(_ loss: LostConnection) { self.loss = loss }
}
