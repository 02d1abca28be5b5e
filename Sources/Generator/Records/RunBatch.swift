// What a run hands to its readers while it goes on. Two kinds, because records come in hundreds and samples one a second.

/// The next part of a run's stream.
package enum RunBatch: Sendable {
    /// Of one shard, in the order of their ends there.
    case records([RunRecord])
    case sample(GeneratorSample)
}
