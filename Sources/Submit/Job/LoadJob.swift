// The job of one load test in no scheduler's words: what a launcher makes the script of its own from.

package struct LoadJob: Sendable, Equatable {
    /// Unique among the user's jobs.
    package var name: String
    package var account: String
    package var partition: String
    package var reservation: String?
    package var time: JobTime
    /// Each with one task, which carries out its exact share of the plan.
    package var nodes: Int
    package var runLabel: String
    /// An image file, or a reference to a registry.
    package var image: String
    /// One request before the plan.
    package var testRequest = true
    /// On the cluster.
    package var promptsFile: String
    /// Holds the runs' directories.
    package var directory: String
    /// How long the generator waits for the server before it begins; nil for not at all.
    package var serverWait: Duration?
    /// Whether a run that measured its generator is a failure.
    package var requireValid = false
    /// Real-time priority for the generator.
    package var realtime = false
    /// How often the plan is run.
    package var repeats = 1
    /// Whether it searches for the server's capacity.
    package var isCapacity = false
}
