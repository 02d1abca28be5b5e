// Where the value of a metric comes from. What every request touches is a member of the statistics, since a record must
// cost no more than 0.22 µs; what is rare, or new, is fed by a closure that its entry in the catalogue carries.

import Generator

/// How records, or the run, feed a metric.
package enum MetricSource: Sendable {
    /// Read off what is kept once for the run.
    case run(MetricReading<RunStatistics>)
    /// Read off what is kept for each prompt label.
    case label(MetricReading<LabelStatistics>)
    /// Read off what is kept for each group of exchanges.
    case exchange(MetricReading<ExchangeStatistics>)
    /// A counter that each of the generator's samples adds to, once a second.
    case sampled(@Sendable (GeneratorSample) -> UInt64)
    /// A counter that each exchange that ended adds to; interrupted ones do not.
    case exchanged(@Sendable (RunRecord) -> UInt64)
    /// A trend by label: of each request that succeeded the value, nil for none.
    case succeeded(@Sendable (RunRecord) -> Double?)
    /// A single number that is known when the run has ended: of its statistics, description and end; nil for none.
    case concluded(@Sendable (RunConclusion) -> Double?)
    /// A trend by label: of each succeeded request whose answer was streamed and had a token the value, nil for none.
    case streamed(@Sendable (StreamedRequest) -> Double?)
    /// A series only, whose value the statistics do not know: the engine's live counters, remote write itself.
    case elsewhere(Metric.Kind)

    var kind: Metric.Kind {
        switch self {
        case .run(let reading): reading.kind
        case .label(let reading): reading.kind
        case .exchange(let reading): reading.kind
        case .sampled, .exchanged: .counter
        case .succeeded, .streamed: .trend
        case .concluded: .gauge
        case .elsewhere(let kind): kind
        }
    }

    var scope: Metric.Scope {
        switch self {
        case .run, .sampled, .exchanged, .concluded, .elsewhere: .run
        case .label, .succeeded, .streamed: .label
        case .exchange: .exchange
        }
    }

    /// Whether a summary shows a single number where the kind promises more: the largest value of a gauge, seconds of CPU
    /// time.
    var isNumber: Bool {
        switch self {
        case .run(.number), .concluded: true
        default: false
        }
    }
}

/// A look at one metric of `Owner`; `newest` is the end of its newest sample, nanoseconds since the run's start, nil
/// without one: the time of k6's series.
package enum MetricReading<Owner>: Sendable {
    /// Nil is not known.
    case counter(@Sendable (Owner) -> UInt64?, newest: (@Sendable (Owner) -> Int64?)? = nil)
    case rate(@Sendable (Owner) -> Rate, newest: (@Sendable (Owner) -> Int64?)? = nil)
    case gauge(@Sendable (Owner) -> Gauge, newest: (@Sendable (Owner) -> Int64?)? = nil)
    case trend(@Sendable (Owner) -> Trend, newest: (@Sendable (Owner) -> Int64?)? = nil)
    /// A single number of any kind; nil without one.
    case number(Metric.Kind, @Sendable (Owner) -> Double?)

    var kind: Metric.Kind {
        switch self {
        case .counter: .counter
        case .rate: .rate
        case .gauge: .gauge
        case .trend: .trend
        case .number(let kind, _): kind
        }
    }
}
