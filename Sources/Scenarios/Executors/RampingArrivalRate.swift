// `ramping-arrival-rate`: the arrival rate follows a line through the stages (open loop).

import Base

struct RampingArrivalRate: ExecutorKind {
    static let name = "ramping-arrival-rate"
    static let keys = ["startRate", "timeUnit", "stages", "preAllocatedVUs", "maxVUs"]

    /// Arrivals per `timeUnit`, as the stages' targets.
    let startRate: Int
    let timeUnit: Duration
    let stages: [Stage]
    let preAllocatedVUs: Int
    let maxVUs: Int

    init(startRate: Int, timeUnit: Duration, stages: [Stage], preAllocatedVUs: Int, maxVUs: Int) {
        self.startRate = startRate
        self.timeUnit = timeUnit
        self.stages = stages
        self.preAllocatedVUs = preAllocatedVUs
        self.maxVUs = maxVUs
    }

    init(_ fields: inout ExecutorFields) throws(ConfigurationError) {
        (preAllocatedVUs, maxVUs) = try fields.vuLimits()
        startRate = try fields.rate("startRate")
        stages = try fields.stages(most: ExecutorFields.mostRate)
        timeUnit = try fields.timeUnit(highest: stages.highest(from: startRate))
    }

    private var arrivals: RampingArrivals { RampingArrivals(startRate: startRate, timeUnit: timeUnit, stages: stages) }

    var load: ExecutorLoad { .arrivals(arrivals, preAllocatedVUs: preAllocatedVUs) }

    var duration: Duration { stages.total }

    /// The last arrival (k6 §4.4).
    var regularEnd: Int64 { arrivals.lastDue ?? 0 }

    var parameters: [ExecutorParameter] {
        [
            .init("startRate", .whole(startRate)), .init("timeUnit", .duration(timeUnit)),
            .init("stages", .stages(stages)), .init("preAllocatedVUs", .whole(preAllocatedVUs)),
            .init("maxVUs", .whole(maxVUs)),
        ]
    }

    var pattern: String { "\(stages.line(from: startRate)) \(ArrivalText.unit(timeUnit))" }

    func scaled(toDuration duration: Duration) -> RampingArrivalRate {
        RampingArrivalRate(
            startRate: startRate, timeUnit: timeUnit, stages: stages.scaled(toDuration: duration),
            preAllocatedVUs: preAllocatedVUs, maxVUs: maxVUs)
    }

    func steady(at load: Double, lasting duration: Duration) -> Executor {
        let steady = SteadyRate(load, users: maxVUs)
        return .constantArrivalRate(
            rate: steady.rate, timeUnit: steady.timeUnit, duration: duration, preAllocatedVUs: preAllocatedVUs, maxVUs: steady.maxVUs)
    }

    var firstLoad: Double { Double(stages.least(from: startRate)) / timeUnit.inSeconds }
}

extension Executor {
    package static func rampingArrivalRate(
        startRate: Int, timeUnit: Duration, stages: [Stage], preAllocatedVUs: Int, maxVUs: Int
    ) -> Executor {
        Executor(
            RampingArrivalRate(
                startRate: startRate, timeUnit: timeUnit, stages: stages, preAllocatedVUs: preAllocatedVUs,
                maxVUs: maxVUs))
    }
}
