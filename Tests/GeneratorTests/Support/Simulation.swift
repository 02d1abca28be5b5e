// A run without a socket: drivers that share what those of a run share, and a server that answers each request after a time.
// Time goes from event to event, so that a plan of hours takes as long as its events do.

import HeapModule
import Scenarios
import Synchronization

@testable import Generator

/// A plan's whole run, once it is made.
final class Simulation {
    struct Sent {
        var user: Int
        var iteration: UInt32
        var scheduled: Int64
        var at: Int64
    }
    struct End {
        var user: Int
        var at: Int64
        var interrupted: Bool
    }

    let live = LiveCounters()
    private(set) var sent: [Sent] = []
    /// Of iterations.
    private(set) var ends: [End] = []
    private(set) var dropped = 0
    private(set) var mostActive = 0
    private var now: Int64 = 0

    /// One shard's doing side.
    private final class Doer: DriverActions {
        struct Answer: Comparable {
            var at: Int64
            var slot: Int
            /// Of the slot; another one by then says that the request was cut off.
            var request: Int
            var iteration: UInt32
            static func < (left: Answer, right: Answer) -> Bool { left.at < right.at }
        }
        unowned let run: Simulation
        let latency: (UInt32) -> Int64
        var answers = Heap<Answer>()
        var requests: [Int] = []
        var users: [Int] = []

        init(_ run: Simulation, latency: @escaping (UInt32) -> Int64) {
            self.run = run
            self.latency = latency
        }

        var time: Int64 { run.now }

        func makeUser(number: Int) -> Bool {
            requests.append(0)
            users.append(number)
            return true
        }

        func send(_ iteration: UserIteration, scheduled: Int64) {
            run.live.requestStarted()
            run.sent.append(Sent(user: iteration.user, iteration: iteration.iteration, scheduled: scheduled, at: run.now))
            let (slot, number) = (iteration.slot, iteration.iteration)
            answers.insert(Answer(at: run.now + latency(number), slot: slot, request: requests[slot], iteration: number))
        }

        /// The next answer that is still waited for, if it is due.
        func takeAnswer() -> Answer? {
            while let next = answers.min, next.at <= run.now {
                answers.removeMin()
                guard requests[next.slot] == next.request else { continue }
                requests[next.slot] += 1
                run.live.requestEnded()
                return next
            }
            return nil
        }

        func recordAnswer(in slot: Int, endsIteration: Bool, at now: Int64) {
            if endsIteration { run.ends.append(End(user: users[slot], at: now, interrupted: false)) }
        }

        func cancelRequest(in slot: Int, at now: Int64) {
            requests[slot] += 1
            run.live.requestEnded()
            run.ends.append(End(user: users[slot], at: now, interrupted: true))
        }

        func recordEnd(of iteration: UserIteration, started: Int64, interrupted: Bool, at now: Int64) {
            run.ends.append(End(user: iteration.user, at: now, interrupted: interrupted))
        }

        func recordDropped(_ count: Int, due: Int64, flags: RecordFlags, at now: Int64) { run.dropped += count }
    }

    /// Runs `plan` to its end.
    ///
    /// - Parameters:
    ///   - stop: when all shards are told to stop, and what requests in flight get then.
    ///   - statusOf: of the answer to an iteration; a 429 asks for 4 s.
    ///   - latency: of the answer to an iteration, nanoseconds.
    init(
        _ plan: Plan, shards: Int, stop: (at: Int64, drain: Int64)? = nil, statusOf: (UInt32) -> UInt16 = { _ in 200 },
        latency: @escaping (UInt32) -> Int64
    ) {
        let bell = Bell()
        let shared = SharedByDrivers(
            live: live, arrivals: ArrivalExchange(shards: shards) { shard in bell.rung.withLock { _ = $0.insert(shard) } },
            pause: plan.faults.onTooManyRequests == .pause ? RequestPause() : nil)
        let drivers = (0..<shards).map { Held(Driver(plan: plan, share: .whole, shard: $0, shards: shards, shared: shared)) }
        let doers = drivers.map { _ in Doer(self, latency: latency) }
        var stop = stop
        for shard in 0..<shards { drivers[shard].driver.runDue(at: 0, doers[shard]) }
        while true {
            mostActive = max(mostActive, live.active)
            var next = stop?.at ?? .max
            for shard in 0..<shards where !drivers[shard].driver.isOver {
                next = min(next, drivers[shard].driver.nextDue, doers[shard].answers.min?.at ?? .max)
            }
            if bell.rung.withLock({ !$0.isEmpty }) { next = now }
            guard next < .max, drivers.contains(where: { !$0.driver.isOver }) else { return }
            now = max(now, next)
            if let order = stop, now >= order.at {
                for shard in 0..<shards { drivers[shard].driver.stop(at: now, drain: order.drain) }
                stop = nil
            }
            let rung = bell.rung.withLock { rung in
                defer { rung = [] }
                return rung
            }
            for shard in 0..<shards {
                drivers[shard].driver.now = now
                if rung.contains(shard) { drivers[shard].driver.startPassedArrivals(doers[shard]) }
                while let answer = doers[shard].takeAnswer() {
                    drivers[shard].driver.answered(
                        answer.slot, status: statusOf(answer.iteration), retryAfter: 4_000_000_000, at: now, doers[shard])
                }
                drivers[shard].driver.runDue(at: now, doers[shard])
            }
        }
    }

    /// An array holds no driver, which is never copied.
    private final class Held {
        var driver: Driver
        init(_ driver: consuming Driver) { self.driver = driver }
    }

    private final class Bell: Sendable {
        let rung = Mutex<Set<Int>>([])
    }
}
