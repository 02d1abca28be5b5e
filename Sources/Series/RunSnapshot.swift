// What the series of one push are made of, all taken at about the same instant: the statistics (a copy whose arrays are
// shared until they change), what the engine's counters know already of requests still in flight, and how remote write
// itself is doing.

import Generator
import Metrics
import RemoteWrite

/// A look at a run.
public struct RunSnapshot: Sendable {
    public var statistics: RunStatistics
    /// Nanoseconds since the run's start.
    public var elapsed: Int64
    /// Arrivals due by now; nil for closed-loop executors.
    public var scheduledArrivals: Int?
    /// Iterations started and arrivals dropped by now. The statistics learn of a request when it ends, minutes later.
    public var startedIterations: Int
    public var droppedArrivals: Int
    public var delivery: DeliveryReport

    public init(
        statistics: RunStatistics, elapsed: Int64, scheduledArrivals: Int? = nil, startedIterations: Int,
        droppedArrivals: Int, delivery: DeliveryReport = DeliveryReport()
    ) {
        self.statistics = statistics
        self.elapsed = elapsed
        self.scheduledArrivals = scheduledArrivals
        self.startedIterations = startedIterations
        self.droppedArrivals = droppedArrivals
        self.delivery = delivery
    }
}
