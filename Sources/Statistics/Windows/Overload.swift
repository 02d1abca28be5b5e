// A queue that grew for the whole run. Its percentiles depend on when somebody stopped the run, so that no interval and no
// comparison of them means anything.

/// How many requests were in flight at first and at last.
package struct Overload: Sendable, Equatable {
    package let first, last: Double

    private static let growth = 1.5
    private static let shareOfRequests = 0.01
    /// In standard errors of two independent Poisson counts. Without it up to 41 % of runs of 12 s at half load were called
    /// overloaded (3 requests in flight, then 5), with it up to 2 %; of runs of 20 s at 1.2 times what a server of 16 places can do
    /// 88 % were found instead of 90; with three standard errors 71 %. docs/TRUTH.md has the present table.
    private static let standardErrors = 2.0

    package init(first: Double, last: Double) {
        self.first = first
        self.last = last
    }

    /// `nil` unless the mean of the last quarter of `inFlight` (one value a second of the window) is 1.5 times that of the
    /// first or more, and the growth is at least 1 % of the window's `requests` and beyond what chance does to two counts: a
    /// handful more is no queue.
    package init?(inFlight: [Double], requests: Int) {
        let quarter = inFlight.count / 4
        guard quarter > 0 else { return nil }
        first = inFlight.prefix(quarter).reduce(0, +) / Double(quarter)
        last = inFlight.suffix(quarter).reduce(0, +) / Double(quarter)
        guard last >= Self.growth * first, last - first >= Self.shareOfRequests * Double(requests),
            last - first >= Self.standardErrors * (first + last).squareRoot()
        else { return nil }
        // Nothing in flight at all.
        guard last > 0 else { return nil }
    }
}
