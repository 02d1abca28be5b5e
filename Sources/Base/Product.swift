// The product's name and version, once: commands print it, requests carry it, summaries record it.

package enum Product {
    package static let version = "0.1.0"
    /// The load's `User-Agent`.
    package static let userAgent = "sml-loadgen/\(version)"
}
