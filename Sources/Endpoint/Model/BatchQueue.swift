// A first-in-first-out queue in front of a fixed number of places. The service time is known at arrival, so the start
// and the departure are too: the place that frees first takes the request (Kiefer-Wolfowitz). That needs no events,
// costs O(log places), and keeps the simulated time line exact even when a real timer fires late.

/// A G/G/c FIFO queue. Times are nanoseconds on any one clock.
package struct BatchQueue: Sendable {
    /// When a request gets its place, and when it leaves it.
    package struct Stay: Sendable, Equatable {
        package let start: UInt64
        package let departure: UInt64
    }

    /// When each place is free, as a binary min-heap.
    private var freeAt: [UInt64]
    private let queueLimit: Int?
    /// Starts of the requests that waited, oldest first; kept only when the queue is bounded.
    private var starts: [UInt64] = []
    private var firstWaiting = 0

    /// - Parameters:
    ///   - places: requests served at the same time, at least 1.
    ///   - queueLimit: requests that may wait; `nil` is without bound.
    package init(places: Int, queueLimit: Int? = nil) {
        freeAt = Array(repeating: 0, count: max(1, places))
        self.queueLimit = queueLimit
    }

    /// When a request that arrives now would get its place.
    package func start(at arrival: UInt64) -> UInt64 { max(arrival, freeAt[0]) }

    /// Admits a request that arrives now; arrivals should not go back in time (a few microseconds do no harm).
    ///
    /// - Returns: `nil` when the request would have to wait and the queue is full.
    package mutating func admit(at arrival: UInt64, service: UInt64) -> Stay? {
        let start = start(at: arrival)
        if let queueLimit, start > arrival {
            guard waiting(at: arrival) < queueLimit else { return nil }
            starts.append(start)
        }
        let (sum, overflow) = start.addingReportingOverflow(service)
        let departure = overflow ? UInt64.max : sum
        replaceEarliest(with: departure)
        return Stay(start: start, departure: departure)
    }

    /// Requests that wait at `now`; always 0 for an unbounded queue, which has no need to know.
    package mutating func waiting(at now: UInt64) -> Int {
        while firstWaiting < starts.count, starts[firstWaiting] <= now { firstWaiting += 1 }
        if firstWaiting > 1024, firstWaiting * 2 > starts.count {
            starts.removeFirst(firstWaiting)
            firstWaiting = 0
        }
        return starts.count - firstWaiting
    }

    private mutating func replaceEarliest(with time: UInt64) {
        freeAt.withUnsafeMutableBufferPointer { heap in
            var hole = 0
            while true {
                var child = 2 * hole + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
                guard heap[child] < time else { break }
                heap[hole] = heap[child]
                hole = child
            }
            heap[hole] = time
        }
    }
}
