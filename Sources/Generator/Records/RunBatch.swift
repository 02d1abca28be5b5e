// What a run hands to its readers while it goes on. Three kinds, because records come in hundreds, samples
// one a second, and counts only where answers are streamed.

/// The next part of a run's stream.
package enum RunBatch: Sendable {
    /// Of one lane on one shard, in the order of their ends there.
    case records([RunRecord])
    case sample(GeneratorSample)
    /// Of one lane on one shard, what came since the last ones.
    case counts([StreamCount])
}
