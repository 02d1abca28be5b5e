// `constant-arrival-rate`: requests start at equal distances whatever the server does (open loop).

import Base

struct ConstantArrivalRate: ExecutorKind {
    static let name = "constant-arrival-rate"
    static let keys = ["rate", "timeUnit", "duration", "preAllocatedVUs", "maxVUs"]

    /// Arrivals per `timeUnit`.
    let rate: Int
    let timeUnit: Duration
    let duration: Duration
    let preAllocatedVUs: Int
    let maxVUs: Int

    init(rate: Int, timeUnit: Duration, duration: Duration, preAllocatedVUs: Int, maxVUs: Int) {
        self.rate = rate
        self.timeUnit = timeUnit
        self.duration = duration
        self.preAllocatedVUs = preAllocatedVUs
        self.maxVUs = maxVUs
    }

    init(_ fields: inout ExecutorFields) throws(ConfigurationError) {
        (preAllocatedVUs, maxVUs) = try fields.vuLimits()
        rate = try fields.rate("rate")
        timeUnit = try fields.timeUnit(highest: rate)
        duration = try fields.wholeDuration()
    }

    var load: ExecutorLoad {
        .arrivals(
            ConstantArrivals(rate: rate, timeUnit: timeUnit, duration: duration), preAllocatedVUs: preAllocatedVUs)
    }

    var regularEnd: Int64 { duration.nanoseconds }

    var parameters: [ExecutorParameter] {
        [
            .init("rate", .whole(rate)), .init("timeUnit", .duration(timeUnit)), .init("duration", .duration(duration)),
            .init("preAllocatedVUs", .whole(preAllocatedVUs)), .init("maxVUs", .whole(maxVUs)),
        ]
    }

    var pattern: String { "\(rate) \(ArrivalText.unit(timeUnit))" }

    func scaled(toDuration duration: Duration) -> ConstantArrivalRate {
        ConstantArrivalRate(
            rate: rate, timeUnit: timeUnit, duration: duration, preAllocatedVUs: preAllocatedVUs, maxVUs: maxVUs)
    }

    func steady(at load: Double, lasting duration: Duration) -> Executor {
        let steady = SteadyRate(load, users: maxVUs)
        return .constantArrivalRate(
            rate: steady.rate, timeUnit: steady.timeUnit, duration: duration, preAllocatedVUs: preAllocatedVUs, maxVUs: steady.maxVUs)
    }

    var firstLoad: Double { Double(rate) / timeUnit.inSeconds }
}

extension Executor {
    package static func constantArrivalRate(
        rate: Int, timeUnit: Duration, duration: Duration, preAllocatedVUs: Int, maxVUs: Int
    ) -> Executor {
        Executor(
            ConstantArrivalRate(
                rate: rate, timeUnit: timeUnit, duration: duration, preAllocatedVUs: preAllocatedVUs, maxVUs: maxVUs))
    }
}
