// Where a secret is kept between runs. Each place answers for one name at a time; what comes first is decided in
// `Secrets`.

/// A place for secrets.
protocol SecretStore: Sendable {
    /// What a user calls it.
    var place: String { get }
    /// The secret, or nil if this place has none.
    func read(_ name: String) async throws -> String?
    func write(_ name: String, _ secret: String) async throws
}
