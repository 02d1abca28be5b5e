// The product's name and version, once: commands print it, requests carry it, summaries record it.

public enum Product {
    public static let version = "0.1.0"
    /// The load's `User-Agent`.
    public static let userAgent = "sml-loadgen/\(version)"
}
