// What the job's container sees of the cluster: the run's directory as /work and the prompt corpus. pyxis takes
// `source:target,source:target` and knows no escape, so names with a comma or a colon cannot be mounted.

import Base

struct JobMounts: Sendable, Equatable {
    static let work = "/work"
    /// Where the corpus goes when its top-level directory would hide the container's own.
    static let corpus = "/prompts"

    /// Directories of the container that its programs need.
    private static let reserved: Set<String> = [
        "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "opt", "proc", "root", "run", "sbin", "sys", "usr", "var", "work",
        "prompts",
    ]

    /// `source:target` of the corpus.
    let corpusMount: String
    /// The corpus as the generator calls it.
    let corpusPath: String

    /// SML mounts the file's top-level directory onto itself, so that links inside keep working.
    ///
    /// - Throws: ``SubmitError/usage(_:)``.
    init(promptsFile: String) throws {
        func rejected(_ accepted: String) -> SubmitError {
            .usage("--loadtest-prompts-file: \(ConfigValue.string(promptsFile).shown) is not accepted; expected \(accepted)")
        }
        let parts = promptsFile.split(separator: "/").map(String.init)
        guard promptsFile.hasPrefix("/"), !promptsFile.hasSuffix("/"), !parts.contains(".."), !parts.contains("."),
            parts.count >= 2, let name = parts.last
        else { throw rejected("an absolute path on the cluster, in a directory") }
        let isReserved = Self.reserved.contains(parts[0])
        let source = "/" + (isReserved ? parts.dropLast().joined(separator: "/") : parts[0])
        guard Self.canBeMounted(source) else { throw rejected("a directory without comma and colon, which a mount cannot name") }
        corpusMount = "\(source):\(isReserved ? Self.corpus : source)"
        corpusPath = isReserved ? "\(Self.corpus)/\(name)" : promptsFile
    }

    static func canBeMounted(_ path: String) -> Bool { !path.containsScalar(of: ",:") }
}
