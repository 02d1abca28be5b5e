// What signals mean, without sending any.

import Generator
import Testing

@Suite struct StopRequestsTests {
    @Test func theFirstDrainsRepeatsAreTheSameALaterOneEnds() {
        var requests = StopRequests()
        #expect(requests.meaning(at: .seconds(10)) == .drain)
        #expect(requests.meaning(at: .seconds(10) + .milliseconds(10)) == .repeated)
        #expect(requests.meaning(at: .seconds(12)) == .repeated)
        #expect(requests.meaning(at: .seconds(12) + .milliseconds(1)) == .end)
        #expect(requests.meaning(at: .seconds(100)) == .end)
    }

    /// The burst is counted from the first, so that a stream of signals does not put the end off for ever.
    @Test func aStreamOfSignalsEndsTheRun() {
        var requests = StopRequests()
        let meanings = (0..<30).map { requests.meaning(at: .milliseconds(100 * $0)) }
        #expect(meanings[0] == .drain && meanings[1...20].allSatisfy { $0 == .repeated })
        #expect(meanings[21...].allSatisfy { $0 == .end })
    }
}
