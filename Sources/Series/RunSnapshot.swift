// What the series of one push are made of, all taken at about the same instant: the statistics (a copy whose arrays are
// shared until they change), what the engine's counters know already of requests still in flight, and how remote write
// itself is doing.

import Generator
import Metrics
import RemoteWrite

/// A look at a run.
package struct RunSnapshot: Sendable {
    package var statistics: RunStatistics
    /// Nanoseconds since the run's start.
    package var elapsed: Int64
    /// Arrivals due by now; nil for closed-loop executors.
    package var scheduledArrivals: Int?
    /// Iterations started and arrivals dropped by now. The statistics learn of a request when it ends, minutes later.
    package var startedIterations: Int
    package var droppedArrivals: Int
    package var delivery: DeliveryReport
    /// Once the run has ended.
    package var certainty: Certainty?

    package init(
        statistics: RunStatistics, elapsed: Int64, scheduledArrivals: Int? = nil, startedIterations: Int,
        droppedArrivals: Int, delivery: DeliveryReport = DeliveryReport(), certainty: Certainty? = nil
    ) {
        self.statistics = statistics
        self.elapsed = elapsed
        self.scheduledArrivals = scheduledArrivals
        self.startedIterations = startedIterations
        self.droppedArrivals = droppedArrivals
        self.delivery = delivery
        self.certainty = certainty
    }
}
