// How long nothing is heard before it is given up, on a clock of our choosing.

import Testing

@testable import Submit

@Suite struct PatienceTests {
    @Test func pausesGrowAndTenMinutesAreTheEnd() {
        var patience = Patience()
        var (now, pauses) = (Duration.seconds(1000), [Duration]())
        while case .again(let pause, _) = patience.failed(at: now) {
            pauses.append(pause)
            now += pause
        }
        #expect(Array(pauses.prefix(7)) == [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
        #expect(now == .seconds(1600))
        // What calls take counts too.
        var slow = Patience()
        #expect(slow.failed(at: .zero) != .over && slow.failed(at: .seconds(599)) == .again(after: .seconds(1), isWorthSaying: true))
        #expect(slow.failed(at: .seconds(600)) == .over)
    }

    @Test func anAnswerStartsItAnew() {
        var patience = Patience()
        let end1 = patience.answered()
        #expect(!end1)
        _ = patience.failed(at: .zero)
        // One failure that is gone a second later is nobody's business, nor is its end.
        let end2 = patience.answered()
        #expect(!end2)
        _ = patience.failed(at: .seconds(10))
        #expect(patience.failed(at: .seconds(11)) == .again(after: .seconds(2), isWorthSaying: true))
        #expect(patience.silence(at: .seconds(13)) == .seconds(3))
        let end3 = patience.answered()
        #expect(end3)
        #expect(patience.silence(at: .seconds(20)) == .zero)
        #expect(patience.failed(at: .seconds(700)) == .again(after: .seconds(1), isWorthSaying: false))
    }

    @Test func aPauseThatIsAskedForIsKeptOrGivenUpAtOnce() {
        var patience = Patience()
        #expect(patience.failed(at: .zero, asked: .seconds(18)) == .again(after: .seconds(18), isWorthSaying: true))
        #expect(patience.failed(at: .seconds(18), asked: .zero) == .again(after: .seconds(1), isWorthSaying: false))
        #expect(patience.failed(at: .seconds(20), asked: .seconds(581)) == .over)
    }
}
