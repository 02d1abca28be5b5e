// What signals mean, without sending any.

import Generator
import Glibc
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

    @Test func waitingForAnOrderlyEndEnds() {
        var requests = StopRequests()
        #expect(requests.deadline(drain: nil) == nil && requests.deadline(drain: .zero) == nil)
        _ = requests.meaning(at: .seconds(10))
        // Nothing to stop yet; a run; a run whose requests may go on for a minute.
        #expect(requests.deadline(drain: nil) == .seconds(12))
        #expect(requests.deadline(drain: .zero) == .seconds(35))
        #expect(requests.deadline(drain: .seconds(60)) == .seconds(95))
        // SLURM's second one changes nothing, a second wish does, a third does not.
        _ = requests.meaning(at: .seconds(11))
        #expect(requests.deadline(drain: .seconds(60)) == .seconds(95))
        _ = requests.meaning(at: .seconds(20))
        _ = requests.meaning(at: .seconds(30))
        #expect(requests.deadline(drain: .seconds(60)) == .seconds(35))
        #expect(requests.deadline(drain: .zero) == .seconds(35))
    }

    @Test func signalsHaveTheirNamesAndMeanings() {
        #expect([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU].allSatisfy(TerminationSignals.ends))
        #expect([SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, 34, 64].allSatisfy { !TerminationSignals.ends($0) })
        #expect(TerminationSignals.name(SIGUSR1) == "SIGUSR1" && TerminationSignals.name(36) == "SIGRTMIN+2")
    }
}
