import Base

/// How the open-loop executors' patterns are worded.
enum ArrivalText {
    /// `arrivals/s`, `arrivals/1m`.
    static func unit(_ timeUnit: Duration) -> String {
        timeUnit == .seconds(1) ? "arrivals/s" : "arrivals/\(DurationGrammar.format(timeUnit))"
    }
}
