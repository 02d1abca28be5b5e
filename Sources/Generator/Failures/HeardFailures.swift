// Whose words are kept. A server that fails says the same a thousand times a second, and one body for each kind of failure
// explains it: a shard keeps the first it sees, and the run's first is among those of its shards.

/// The kinds of failed answers that a shard has kept the words of.
struct HeardFailures: Sendable {
    /// A server that answers with each status there is fills no table.
    private static let most = 64
    /// What tells kinds apart besides the status.
    private static let content: RecordFlags = [.parsed, .hasChoices, .emptyBody, .cutShort, .reportsFailure, .methodGet]

    private var kinds: Set<UInt32> = []

    /// Whether the answer of `record` is the first of its kind here.
    mutating func isNew(_ record: RunRecord) -> Bool {
        let kind = UInt32(record.status) << 16 | UInt32(record.flags.intersection(Self.content).rawValue)
        return kinds.count < Self.most && kinds.insert(kind).inserted
    }
}
