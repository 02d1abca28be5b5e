// How many requests were in flight in a window: the mean as the time of all requests that falls into it over its length
// (Little's law with nothing assumed), the most from their starts and ends to a millisecond. Samples once a second see
// neither: 50 requests that are answered within 20 ms are gone before the next one.

package struct InFlight: Sendable, Equatable {
    package var mean: Double
    package var most: Int

    package init(mean: Double, most: Int) {
        self.mean = mean
        self.most = most
    }

    /// Steps that are told apart; a window longer than this many milliseconds has longer ones.
    private static let mostSteps = 1 << 20

    /// - Parameter window: nanoseconds since the run's start, not empty. Requests from before it count while they last, and those
    ///   that failed or were cut off too.
    package init(_ observations: Observations, window: Range<Int64>) {
        let length = window.upperBound - window.lowerBound
        let step = max(1_000_000, (length + Int64(Self.mostSteps) - 1) / Int64(Self.mostSteps))
        // What starts in a step counts in it, what ends in it counts until its end.
        var changes = [Int32](repeating: 0, count: Int((length + step - 1) / step) + 1)
        var nanoseconds = 0.0
        observations.forEach { one in
            let (start, end) = (max(one.started, window.lowerBound), min(one.ended, window.upperBound))
            guard start < end else { return }
            nanoseconds += Double(end - start)
            changes[Int((start - window.lowerBound) / step)] += 1
            changes[Int((end - 1 - window.lowerBound) / step) + 1] -= 1
        }
        var (now, most) = (0, 0)
        for change in changes {
            now += Int(change)
            most = max(most, now)
        }
        self.init(mean: nanoseconds * Double(observations.weight) / Double(length), most: most * observations.weight)
    }
}
