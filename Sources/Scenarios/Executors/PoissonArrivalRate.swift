// `poisson-arrival-rate`: requests start at random instants whatever the server does (open loop), at a rate that is
// constant or follows stages. Not one of k6's.

import Base

struct PoissonArrivalRate: ExecutorKind {
    static let name = "poisson-arrival-rate"
    static let keys = [
        "rate", "duration", "startRate", "stages", "timeUnit", "preAllocatedVUs", "maxVUs", "arrivalSeed",
    ]

    static let standardSeed = 1

    /// The mean rate over time, in arrivals per `timeUnit`.
    enum Shape: Sendable, Equatable {
        case constant(rate: Int, duration: Duration)
        case stages(from: Int, [Stage])
    }

    let shape: Shape
    let timeUnit: Duration
    let preAllocatedVUs: Int
    let maxVUs: Int
    /// Seed of the instants.
    let arrivalSeed: Int
    private let arrivals: PoissonArrivals

    /// - Throws: for more arrivals than can be planned.
    init(
        shape: Shape, timeUnit: Duration, preAllocatedVUs: Int, maxVUs: Int, arrivalSeed: Int
    ) throws(ConfigurationError) {
        let curve = Self.curve(of: shape, timeUnit: timeUnit)
        let most = PoissonArrivals.mostExpected
        guard curve.area / curve.unit <= most else {
            throw ConfigurationError(
                .configuration, "\(curve.area / curve.unit) arrivals are not accepted; expected up to \(most)")
        }
        self.shape = shape
        self.timeUnit = timeUnit
        self.preAllocatedVUs = preAllocatedVUs
        self.maxVUs = maxVUs
        self.arrivalSeed = arrivalSeed
        arrivals = PoissonArrivals(curve: curve, seed: UInt64(arrivalSeed))
    }

    private init(_ other: PoissonArrivalRate, arrivalSeed: Int) {
        shape = other.shape
        timeUnit = other.timeUnit
        preAllocatedVUs = other.preAllocatedVUs
        maxVUs = other.maxVUs
        self.arrivalSeed = arrivalSeed
        arrivals = PoissonArrivals(curve: Self.curve(of: shape, timeUnit: timeUnit), seed: UInt64(arrivalSeed))
    }

    init(_ fields: inout ExecutorFields) throws(ConfigurationError) {
        let group = fields.group
        let limits = try fields.vuLimits()
        let shape: Shape
        let highest: Int
        if group["stages"] == nil {
            if group["startRate"] != nil { throw group.error("startRate is set without stages; expected rate") }
            highest = try fields.rate("rate")
            shape = .constant(rate: highest, duration: try fields.wholeDuration())
        } else {
            for key in ["rate", "duration"] where group[key] != nil {
                throw group.error("\(key) and stages are both set; expected one of them")
            }
            let start = try fields.rate("startRate")
            let stages = try fields.stages(most: ExecutorFields.mostRate)
            highest = stages.highest(from: start)
            shape = .stages(from: start, stages)
        }
        let timeUnit = try fields.timeUnit(highest: highest)
        let seed = try group["arrivalSeed"]?.integer(0...Int.max, "a whole number from 0 to \(Int.max)") ?? Self.standardSeed
        do {
            try self.init(
                shape: shape, timeUnit: timeUnit, preAllocatedVUs: limits.preAllocated, maxVUs: limits.most,
                arrivalSeed: seed)
        } catch {
            throw group.error(error.description)
        }
    }

    private static func curve(of shape: Shape, timeUnit: Duration) -> RateCurve {
        switch shape {
        case .constant(let rate, let duration):
            RateCurve(startRate: rate, timeUnit: timeUnit, stages: [Stage(duration: duration, target: rate)])
        case .stages(let start, let stages):
            RateCurve(startRate: start, timeUnit: timeUnit, stages: stages)
        }
    }

    static func == (one: Self, other: Self) -> Bool { one.parameters == other.parameters }

    var load: ExecutorLoad { .arrivals(arrivals, preAllocatedVUs: preAllocatedVUs) }

    var duration: Duration {
        switch shape {
        case .constant(_, let duration): duration
        case .stages(_, let stages): stages.total
        }
    }

    /// The end of the last stage that is not all zero. Not the last arrival: the time after it, in which there might
    /// have been another, belongs to the rate.
    var regularEnd: Int64 { arrivals.end }

    var parameters: [ExecutorParameter] {
        let own: [ExecutorParameter] =
            switch shape {
            case .constant(let rate, let duration): [.init("rate", .whole(rate)), .init("duration", .duration(duration))]
            case .stages(let start, let stages): [.init("startRate", .whole(start)), .init("stages", .stages(stages))]
            }
        return own + [
            .init("timeUnit", .duration(timeUnit)), .init("preAllocatedVUs", .whole(preAllocatedVUs)),
            .init("maxVUs", .whole(maxVUs)), .init("arrivalSeed", .whole(arrivalSeed)),
        ]
    }

    var pattern: String {
        let rate =
            switch shape {
            case .constant(let rate, _): "\(rate)"
            case .stages(let start, let stages): stages.line(from: start)
            }
        return "\(rate) random \(ArrivalText.unit(timeUnit))"
    }

    func reseeded(by offset: Int) -> PoissonArrivalRate {
        // From the highest seed on it goes on at 0.
        PoissonArrivalRate(self, arrivalSeed: (arrivalSeed &+ offset) & .max)
    }

    func steady(at load: Double, lasting duration: Duration) throws(ConfigurationError) -> Executor {
        let steady = SteadyRate(load, users: maxVUs)
        return Executor(
            try PoissonArrivalRate(
                shape: .constant(rate: steady.rate, duration: duration), timeUnit: steady.timeUnit, preAllocatedVUs: preAllocatedVUs,
                maxVUs: steady.maxVUs, arrivalSeed: arrivalSeed))
    }

    var firstLoad: Double {
        switch shape {
        case .constant(let rate, _): Double(rate) / timeUnit.inSeconds
        case .stages(let start, let stages): Double(stages.least(from: start)) / timeUnit.inSeconds
        }
    }

    func scaled(toDuration duration: Duration) throws(ConfigurationError) -> PoissonArrivalRate {
        let scaled: Shape =
            switch shape {
            case .constant(let rate, _): .constant(rate: rate, duration: duration)
            case .stages(let start, let stages): .stages(from: start, stages.scaled(toDuration: duration))
            }
        do {
            return try PoissonArrivalRate(
                shape: scaled, timeUnit: timeUnit, preAllocatedVUs: preAllocatedVUs, maxVUs: maxVUs,
                arrivalSeed: arrivalSeed)
        } catch {
            throw ConfigurationError(.usage, error.description)
        }
    }
}

extension Executor {
    /// Arrivals per second.
    package static func poissonArrivalRate(
        rate: Int, duration: Duration, maxVUs: Int, arrivalSeed: Int? = nil
    ) throws(ConfigurationError) -> Executor {
        Executor(
            try PoissonArrivalRate(
                shape: .constant(rate: rate, duration: duration), timeUnit: .seconds(1), preAllocatedVUs: maxVUs,
                maxVUs: maxVUs, arrivalSeed: arrivalSeed ?? PoissonArrivalRate.standardSeed))
    }

    /// Arrivals per second.
    package static func poissonArrivalRate(
        startRate: Int, stages: [Stage], maxVUs: Int, arrivalSeed: Int? = nil
    ) throws(ConfigurationError) -> Executor {
        Executor(
            try PoissonArrivalRate(
                shape: .stages(from: startRate, stages), timeUnit: .seconds(1), preAllocatedVUs: maxVUs,
                maxVUs: maxVUs, arrivalSeed: arrivalSeed ?? PoissonArrivalRate.standardSeed))
    }
}
