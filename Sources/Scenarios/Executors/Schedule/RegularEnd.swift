// When a plan is over, as opposed to how long its stages are: k6 does not wait through stages in which nothing can
// start any more, and rates are divided by the time until the end.

import Base

extension Executor {
    /// Nanoseconds from the start to the instant after which nothing starts any more.
    ///
    /// - `constant-vus`, `constant-arrival-rate`: the duration.
    /// - `ramping-vus`: the end of the last stage that is not all zero (k6 §4.2): the last user ends there.
    /// - `ramping-arrival-rate`: the last arrival (k6 §4.4).
    ///
    /// Requests in flight then may go on until the sum of the stages plus the graceful stop.
    package var regularEnd: Int64 {
        switch self {
        case .constantVUs, .constantArrivalRate:
            return duration.nanoseconds
        case .rampingVUs(let startVUs, let stages, _):
            var end = Int64(0)
            var time = Int64(0)
            var count = startVUs
            for stage in stages {
                time += stage.duration.nanoseconds
                if count > 0 || stage.target > 0 { end = time }
                count = stage.target
            }
            return end
        case .rampingArrivalRate:
            return ArrivalSchedule(self)?.lastDue ?? 0
        }
    }
}
