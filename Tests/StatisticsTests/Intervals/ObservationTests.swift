import Testing

@testable import Statistics

@Suite struct ObservationTests {
    @Test func keepsWhatItIsGiven() {
        let one = Observation(scheduled: 5_000, started: 2_005_900, ended: 9_000_000_000, tokens: 123_456, outcome: .interrupted)
        #expect(one.scheduled == 5_000 && one.latency == 9_000_000_000 - 2_005_900 && one.lag == 2_000_000)
        #expect(one.tokens == 123_456 && one.outcome == .interrupted)
        #expect(MemoryLayout<Observation>.stride == 24)
        // No tokens are known, and a start before its time is on time.
        let odd = Observation(scheduled: 10, started: 5, ended: 4, tokens: -1, outcome: .failed)
        #expect(odd.tokens == 0 && odd.lag == 0 && odd.latency == 0 && odd.outcome == .failed)
    }

    /// What is left is every second, fourth… request, evenly over all of the run.
    @Test func thinsOutEvenly() {
        var observations = Observations(most: 1_000)
        for index in 0..<10_000 {
            observations.append(Observation(scheduled: Int64(index), started: Int64(index), ended: Int64(2 * index)))
        }
        #expect(observations.weight == 16 && (500...1_000).contains(observations.count))
        var last = -1
        observations.forEach { one in
            #expect(Int(one.scheduled) - last <= 32)
            last = Int(one.scheduled)
        }
        #expect(last > 9_960)
        let total = observations.count * observations.weight
        #expect(abs(total - 10_000) <= 16)
    }

    /// A copy for a look shares everything but the part that grows.
    @Test func copiesAreSnapshots() {
        var observations = Observations()
        for index in 0..<5_000 { observations.append(Observation(scheduled: Int64(index), started: 0, ended: 0)) }
        let copy = observations
        observations.append(Observation(scheduled: 7, started: 0, ended: 0))
        #expect(copy.count == 5_000 && observations.count == 5_001)
    }
}
