// The product's name, version and build, once: commands print them, requests carry the version, summaries record both.

import BuildFacts

package enum Product {
    package static let version = "0.1.0"
    /// The load's `User-Agent`.
    package static let userAgent = "sml-loadgen/\(version)"
    package static let build = Build(commit: BuildFacts.commit ?? Build.unknown, dirty: BuildFacts.isDirty)
    /// What `--version` says, in the form of Semantic Versioning: `0.1.0+1a2b3c4d5e6f`, `0.1.0+1a2b3c4d5e6f.dirty`,
    /// `0.1.0+unknown`.
    package static let longVersion = "\(version)+\(build)"
}

/// From which sources a program was built.
package struct Build: Codable, Sendable, Equatable, CustomStringConvertible {
    static let unknown = "unknown"

    /// Forty hexadecimal digits, or `unknown`.
    package var commit: String
    /// Whether the sources differed from that commit.
    package var dirty: Bool

    package init(commit: String, dirty: Bool) {
        self.commit = commit
        self.dirty = dirty
    }

    package var description: String { commit.prefix(12) + (dirty ? ".dirty" : "") }
}
