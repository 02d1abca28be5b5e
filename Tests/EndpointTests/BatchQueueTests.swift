import Testing

@testable import Endpoint

@Suite struct BatchQueueTests {
    @Test func firstInFirstOut() {
        var queue = BatchQueue(places: 2)
        let stays = (0..<5).map { queue.admit(at: UInt64($0), service: 100) }
        #expect(stays.map { $0?.start } == [0, 1, 100, 101, 200])
        #expect(stays.map { $0?.departure } == [100, 101, 200, 201, 300])
    }

    @Test func idlePlacesTakeARequestAtOnce() {
        var queue = BatchQueue(places: 3)
        for arrival in stride(from: UInt64(0), to: 10_000, by: 50) {
            #expect(queue.admit(at: arrival, service: 140)?.start == arrival)
        }
    }

    @Test func aBoundedQueueRefusesAndRecovers() {
        var queue = BatchQueue(places: 1, queueLimit: 2)
        #expect(queue.admit(at: 0, service: 10) != nil)
        #expect(queue.admit(at: 0, service: 10) != nil)
        #expect(queue.admit(at: 0, service: 10) != nil)
        #expect(queue.admit(at: 0, service: 10) == nil)
        #expect(queue.waiting(at: 0) == 2)
        // At 10 the first waiting request has its place.
        #expect(queue.admit(at: 10, service: 10)?.start == 30)
        #expect(queue.admit(at: 10, service: 10) == nil)
        #expect(queue.waiting(at: 30) == 0)
    }

    @Test func aQueueOfZeroServesOnlyFreePlaces() {
        var queue = BatchQueue(places: 2, queueLimit: 0)
        let admitted = (0..<1000).filter { queue.admit(at: UInt64($0), service: 100) != nil }
        // Two places, 100 each, over 1000: 20 requests.
        #expect(admitted.count == 20)
    }

    /// Offered far more than it can serve, the server's throughput is places / service time.
    @Test(arguments: [1, 3, 16, 255, 256])
    func saturatesAtPlacesOverServiceTime(places: Int) {
        var queue = BatchQueue(places: places)
        let service: UInt64 = 1_000_000
        let count = places * 200
        let departures = (0..<count).compactMap { queue.admit(at: UInt64($0), service: service)?.departure }
        let last = departures.max() ?? 0
        let throughput = Double(count) / Double(last)
        let expected = Double(places) / Double(service)
        #expect(abs(throughput / expected - 1) < 1e-3)
    }

    /// M/D/1 at load 0.8: the mean wait is ρS / 2(1-ρ) = 2 S (Pollaczek-Khinchine), and the mean number in the system
    /// is arrival rate × mean stay (Little), counted independently by integrating over time.
    @Test func meanWaitAndLittlesLaw() {
        var queue = BatchQueue(places: 1)
        let service = 8_000.0
        let between = Distribution.exponential(mean: 10_000)
        var now = 0.0
        var waited = 0.0
        var stayed = 0.0
        var events: [(at: UInt64, change: Int)] = []
        let count = 400_000
        for index in 0..<count {
            var draws = DrawStream(seed: 3, sequence: UInt64(index), dimension: .failure)
            now += between.sample(&draws)
            let arrival = UInt64(now)
            guard let stay = queue.admit(at: arrival, service: UInt64(service)) else { continue }
            waited += Double(stay.start - arrival)
            stayed += Double(stay.departure - arrival)
            events.append((arrival, 1))
            events.append((stay.departure, -1))
        }
        #expect(abs(waited / Double(count) / (2 * service) - 1) < 0.05)
        events.sort { $0.at < $1.at }
        var inside = 0
        var area = 0.0
        var previous: UInt64 = 0
        for event in events {
            area += Double(inside) * Double(event.at - previous)
            inside += event.change
            previous = event.at
        }
        let meanInside = area / Double(previous)
        let rate = Double(count) / Double(previous)
        #expect(inside == 0)
        #expect(abs(meanInside / (rate * stayed / Double(count)) - 1) < 1e-9)
    }

    /// Against a plain simulation that scans all places.
    @Test func agreesWithANaiveSimulation() {
        var queue = BatchQueue(places: 7)
        var free = [UInt64](repeating: 0, count: 7)
        var now: UInt64 = 0
        for index in 0..<20_000 {
            var draws = DrawStream(seed: 9, sequence: UInt64(index), dimension: .timePerToken)
            now += draws.next() % 100
            let service = draws.next() % 700
            let place = free.indices.min { free[$0] < free[$1] } ?? 0
            let start = max(now, free[place])
            free[place] = start + service
            #expect(queue.admit(at: now, service: service) == .init(start: start, departure: start + service))
        }
    }
}
