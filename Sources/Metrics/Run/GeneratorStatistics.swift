// The generator's own health, from its once-a-second samples: whether the instrument was good enough for the result.

import Generator

/// Gauges and resource use of the generating process.
package struct GeneratorStatistics: Sendable {
    /// k6's gauges (k6 §4.8).
    package private(set) var virtualUsers = Gauge()
    package private(set) var maxVirtualUsers = Gauge()
    /// active_requests: the true number in flight (k6 only ever has 1 or -1 there, k6 §1).
    package private(set) var inFlight = Gauge()
    package private(set) var residentBytes = Gauge()
    /// Longest lateness of the event loop per sample, milliseconds.
    package private(set) var loopDelay = Trend()
    /// CPU time per wall-clock time between two samples: 1 is one busy core.
    package private(set) var cpuShare = Trend()
    package private(set) var first: GeneratorSample?
    package private(set) var last: GeneratorSample?

    mutating func add(_ sample: GeneratorSample) {
        virtualUsers.set(Double(sample.virtualUsers))
        maxVirtualUsers.set(Double(sample.maxVirtualUsers))
        inFlight.set(Double(sample.inFlight))
        residentBytes.set(Double(sample.residentBytes))
        loopDelay.add(milliseconds(sample.loopDelay))
        // Two samples a few milliseconds apart (the last tick and the end) would divide noise by almost nothing.
        if let last, sample.time - last.time >= 100_000_000 {
            cpuShare.add(Double(sample.cpuTime - last.cpuTime) / Double(sample.time - last.time))
        }
        if first == nil { first = sample }
        last = sample
    }

    /// CPU time used between the first and the last sample, seconds.
    package var cpuSeconds: Double {
        guard let first, let last else { return 0 }
        return Double(last.cpuTime - first.cpuTime) / 1e9
    }
}
