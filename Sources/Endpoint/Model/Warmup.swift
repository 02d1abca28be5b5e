// A server that has just started is slow: caches are cold, kernels are compiled at their first use. As a curve over the simulated
// time line, so that a tool's choice of a warm-up window can be checked against the one that is true.

/// Service times are multiplied by a factor that falls (or rises) linearly to 1.
package struct Warmup: Sendable, Equatable {
    /// At the first request; 0.01 to 1000.
    let factor: Double
    /// From the first request's arrival, in nanoseconds; more than 0.
    let duration: Double

    /// Reads `FACTOR:DURATION`, such as `3:30s`.
    ///
    /// - Throws: ``EndpointUsageError`` with the text given and what is accepted.
    package init(parsing text: String) throws(EndpointUsageError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let factor = Double(String(parts[0])), (0.01...1000).contains(factor),
            let duration = Distribution.nanoseconds(parts[1]), duration > 0
        else {
            throw EndpointUsageError("--warmup \"\(text)\": accepted is FACTOR:TIME, such as 3:30s, with a factor from 0.01 to 1000")
        }
        self.factor = factor
        self.duration = duration
    }

    /// The factor of a service that starts `elapsed` nanoseconds after the first request's arrival.
    func factor(after elapsed: UInt64) -> Double {
        1 + (factor - 1) * max(0, 1 - Double(elapsed) / duration)
    }
}
