// What the statistics read of the records: two columns and a window. Whoever holds the records (mapped, merged from several
// tasks) hands out the columns, so that ten million requests are not copied.

/// Latencies of requests with the instants they were scheduled for, in any order. Only those inside the window count. Valid
/// as long as the memory behind it; it is meant to live inside one call.
package struct LatencyColumns {
    /// Nanoseconds since the run's start.
    let scheduled: UnsafeBufferPointer<Int64>
    /// Nanoseconds, 0 or more; of the same request as the instant in the same place.
    let latency: UnsafeBufferPointer<Int64>
    /// Instants that count, nanoseconds since the run's start.
    let window: Range<Int64>

    package init(scheduled: UnsafeBufferPointer<Int64>, latency: UnsafeBufferPointer<Int64>, window: Range<Int64>) {
        precondition(scheduled.count == latency.count)
        self.scheduled = scheduled
        self.latency = latency
        self.window = window
    }

    /// Lends arrays as columns.
    package static func with<Result>(
        scheduled: [Int64], latency: [Int64], window: Range<Int64>, _ body: (LatencyColumns) -> Result
    ) -> Result {
        scheduled.withUnsafeBufferPointer { instants in
            latency.withUnsafeBufferPointer { body(LatencyColumns(scheduled: instants, latency: $0, window: window)) }
        }
    }

    @inline(__always)
    func forEach(_ body: (_ scheduled: Int64, _ latency: Int64) -> Void) {
        for index in scheduled.indices where window.lowerBound <= scheduled[index] && scheduled[index] < window.upperBound {
            body(scheduled[index], latency[index])
        }
    }
}
