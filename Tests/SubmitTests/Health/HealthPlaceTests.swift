// From where a server's health can be asked, and the job's own wait for it.

import Health
import Testing

@testable import Loadtests
@testable import Run

@Suite struct HealthPlaceTests {
    @Test(
        arguments: [
            ("http://localhost:8000", nil, false), ("http://127.0.0.1:8000/x", nil, false), ("http://[::1]:80", nil, false),
            ("http://nid001234:8080", nil, true), ("https://api.example", nil, true), ("http://127.example.org", nil, true),
            ("http://nid001234:8080", true, false), ("http://localhost:8000", false, true),
        ] as [(String, Bool?, Bool)])
    func aLoopbackAddressIsAskedByTheJob(server: String, waitsInJob: Bool?, isHere: Bool) {
        let place = HealthPlace(server: server, waitsInJob: waitsInJob)
        #expect((place == .here) == isHere, "\(place)")
    }

    /// From a laptop, a node that does not resolve is no news of the node.
    @Test func whatALaptopCannotReachIsAskedByTheJob() {
        let gone = ModelHealth.unreachable("Could not resolve host: nid001234")
        func after(_ health: ModelHealth, isFar: Bool, _ waitsInJob: Bool? = nil) -> HealthPlace {
            .after(health, server: "http://nid001234:8080", isFar: isFar, waitsInJob: waitsInJob)
        }
        #expect(
            after(gone, isFar: true)
                == .inJob(
                    "nid001234 cannot be reached from here (Could not resolve host: nid001234), which proves nothing about the cluster"))
        #expect(after(gone, isFar: false) == .here)
        #expect(after(gone, isFar: true, false) == .here)
        // It answers: so it is reached.
        #expect(after(.notResponding(status: 503, said: ""), isFar: true) == .here)
        #expect(after(.healthy, isFar: true) == .here)
    }

    @Test func theJobWaitsForTheServerAndSaysSo() {
        var wait = ServerWait(limit: .seconds(100), takesAnyAnswer: false)
        let down = ModelHealth.unreachable("Connection refused")
        #expect(
            wait.decide(down, elapsed: .zero)
                == .init(step: .probe(after: .seconds(5)), line: "waiting for the server: ERROR (Connection refused)"))
        #expect(wait.decide(down, elapsed: .seconds(5)) == .init(step: .probe(after: .seconds(5)), line: nil))
        #expect(wait.decide(down, elapsed: .seconds(61)).line != nil)
        #expect(wait.decide(.notResponding(status: 503, said: ""), elapsed: .seconds(98)).step == .probe(after: .seconds(2)))
        #expect(wait.decide(.healthy, elapsed: .seconds(99)) == .init(step: .ready, line: "the server answers after 99 s; the load begins"))
        #expect(wait.decide(down, elapsed: .seconds(100)).step == .giveUp)
        // At once, without a word.
        var ready = ServerWait(limit: .seconds(100), takesAnyAnswer: false)
        #expect(ready.decide(.healthy, elapsed: .zero) == .init(step: .ready, line: nil))
        // Which model will be asked for is not known.
        var any = ServerWait(limit: .seconds(100), takesAnyAnswer: true)
        #expect(any.decide(.notResponding(status: 404, said: ""), elapsed: .zero).step == .ready)
        #expect(any.decide(down, elapsed: .zero).step == .probe(after: .seconds(5)))
    }
}
