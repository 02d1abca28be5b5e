// The timeline as a result keeps it: bounded whatever the run was, so that a day stays a small file. A wide step costs a
// reader some detail; a summary of hundreds of megabytes costs everything.

extension Timeline {
    /// Kinds of failure that a result has over time.
    package static let keptFailures = 8
    /// Cells of all steps' durations together, about 3 bytes each in a summary.
    static let mostCells = 150_000

    /// Nil for a run of which nothing happened.
    ///
    /// - Parameter order: indices of the run's kinds of failure, as the result lists them.
    func kept(failuresInOrder order: [Int]) -> Timeline? {
        guard !buckets.isEmpty else { return nil }
        var kept = self
        while kept.cells > Self.mostCells, kept.buckets.count > 1 { kept.coarsen() }
        let kinds = order.prefix(Self.keptFailures)
        for index in kept.buckets.indices {
            let failures = kept.buckets[index].failures
            // Of a kind that appeared after so many others nothing is known apart.
            kept.buckets[index].failures = kinds.map { $0 < Self.failureKinds - 1 && $0 < failures.count ? failures[$0] : 0 }
        }
        return kept
    }

    private var cells: Int {
        buckets.reduce(0) { $0 + $1.latency.counts.count + $1.firstToken.counts.count + $1.timePerToken.counts.count }
    }

    /// Seconds since the run's zero at which a bucket begins.
    package func start(of bucket: Int) -> Double { Double(Int64(bucket) * width) }
}
