// Durations inside are `Duration`; arithmetic on the timeline is whole nanoseconds.

extension Duration {
    /// Whole nanoseconds, truncated toward zero; schedules compute in these (292 years fit).
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// Seconds as a floating-point number, for display and statistics.
    package var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
