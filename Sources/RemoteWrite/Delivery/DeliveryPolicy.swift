// The numbers of delivery in one place, so that tests can shrink the times and a reader can judge the defaults.

/// How patiently and within which bounds series are delivered.
package struct DeliveryPolicy: Sendable, Equatable {
    /// Limit of one push from connecting to the last byte of the answer. k6's value (k6 §7.1).
    package var timeout: Duration = .seconds(5)
    /// What that limit may grow to while a receiver is slow (see `PushTimeLimit`): a drain of 60 s has room for the
    /// attempts of 5, 10 and 20 s that lead there.
    package var maximumTimeout: Duration = .seconds(40)
    /// Pause before the first retry; every further one doubles it, and each is shortened at random by up to a half so
    /// that generators on many nodes do not return in step.
    package var initialBackoff: Duration = .milliseconds(500)
    /// Longest pause. Two push intervals: an outage then costs at most that much after its end.
    package var maximumBackoff: Duration = .seconds(10)
    /// Longest pause a receiver can ask for with `Retry-After`.
    package var maximumRetryAfter: Duration = .seconds(60)
    /// Series kept at most; further ones are refused and counted. A run of SML has about 80 per prompt label.
    package var maximumSeries = 100_000
    /// Label and value bytes kept at most, likewise.
    package var maximumBytes = 64 << 20
    /// Series in one request at most; what is left follows in the next without a pause. 10,000 are about 3 MB before
    /// compression, below the limits receivers usually have.
    package var maximumSeriesPerPush = 10_000
    /// Refused requests that the search for the series a receiver does not want may cost between two ticks, and in the
    /// final drain. One series among n takes about log2 n of them.
    package var maximumRefusals = 256
    /// The zero of a counter is not sent with a time further back: Prometheus takes nothing older than an hour.
    package var maximumZeroAge: Duration = .seconds(30 * 60)
    /// Seed of the backoff's randomness.
    package var seed: UInt64 = 0x736d_6c72_7721

    package init() {}
}
