// How often an exchange is sent, as a value: what libcurl may repeat and what not.

import Testing

@testable import Generator

struct SendingsTests {
    private static let unread = LostConnection(elapsed: 100_000, unacknowledged: 300, bodyWritten: 80, isReset: false)
    private static let read = LostConnection(
        elapsed: 300_000_000, unacknowledged: 0, bodyWritten: 80, isReset: true)

    @Test func firstSendingNeedsNoReason() {
        var sendings = Sendings()
        let begins = sendings.mayBegin()
        let sends = sendings.willSend(at: 0)
        #expect(begins && sends && sendings.count == 1 && !sendings.isRefused)
    }

    /// Sent at 0.
    private static func sent(then loss: LostConnection?) -> Sendings {
        var sendings = Sendings()
        _ = sendings.willSend(at: 0)
        if let loss { sendings.lost(loss) }
        return sendings
    }

    @Test func whatWasReadIsNotRepeated() {
        var sendings = Self.sent(then: Self.read)
        #expect(!sendings.mayRepeat && !sendings.isRefused)
        let sends = sendings.willSend(at: 300_000_000)
        #expect(!sends && sendings.isRefused && sendings.count == 1 && sendings.loss == Self.read)
    }

    @Test func newConnectionIsRefusedToo() {
        var sendings = Self.sent(then: Self.read)
        let begins = sendings.mayBegin()
        #expect(!begins && sendings.isRefused)
    }

    /// A yes holds while the new connection is made, however long that takes.
    @Test func whatWasNotReadIsRepeated() {
        var sendings = Self.sent(then: Self.unread)
        let begins = sendings.mayBegin()
        let sends = sendings.willSend(at: 2_000_000_000)
        #expect(begins && sends && sendings.count == 2 && sendings.loss == nil)
        sendings.lost(Self.read)
        let sendsOnceMore = sendings.willSend(at: 2_300_000_000)
        #expect(!sendsOnceMore && sendings.count == 2)
    }

    /// libcurl wants to begin again and nothing is known of why.
    @Test func unknownIsNotRepeated() {
        var sendings = Self.sent(then: nil)
        let begins = sendings.mayBegin()
        #expect(!begins && sendings.isRefused)
    }
}
