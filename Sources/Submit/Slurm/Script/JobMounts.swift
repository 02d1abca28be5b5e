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

    /// The directory of the cluster that holds the corpus.
    private let source: String
    /// `source:target` of the corpus.
    let corpusMount: String
    private let file: String
    /// The corpus as the generator calls it.
    let corpusPath: String

    /// SML mounts the file's top-level directory onto itself, so that links inside keep working.
    ///
    /// - Throws: ``SubmitError/usage(_:)``.
    init(promptsFile: String) throws {
        func rejected(_ accepted: String) -> SubmitError {
            .usage("--loadtest-prompts-file: \(JSON.string(promptsFile).shown) is not accepted; expected \(accepted)")
        }
        let parts = promptsFile.split(separator: "/").map(String.init)
        guard promptsFile.hasPrefix("/"), !promptsFile.hasSuffix("/"), !parts.contains(".."), !parts.contains("."),
            parts.count >= 2, let name = parts.last
        else { throw rejected("an absolute path on the cluster, in a directory") }
        let isReserved = Self.reserved.contains(parts[0])
        source = "/" + (isReserved ? parts.dropLast().joined(separator: "/") : parts[0])
        file = promptsFile
        guard Self.canBeMounted(source) else { throw rejected("a directory without comma and colon, which a mount cannot name") }
        corpusMount = "\(source):\(isReserved ? Self.corpus : source)"
        corpusPath = isReserved ? "\(Self.corpus)/\(name)" : promptsFile
    }

    /// What has its own name in the container too; nil where it has another.
    var sameDirectory: String? { corpusPath == file ? source : nil }

    /// Shell that adds to `mounts` where a link leads that leaves what is mounted. Only the node knows, from afar most of all.
    var following: String {
        """
        # The corpus may be a link out of what is mounted: then where it ends is mounted too, under its own name.
        corpus=$(readlink -f -- \(ShellWord.quoted(file))) || corpus=
        case $corpus in
        '' | \(ShellWord.quoted(source))/*) ;;
        *)
            end=${corpus#/} end=/${end%%/*}
            case $end in \(Self.reserved.sorted().map { "/\($0)" }.joined(separator: " | "))) end=${corpus%/*} ;; esac
            case $end in *[,:]*) printf 'sml: %s: a comma or a colon, which a mount cannot name\\n' "$end" >&2; exit 107 ;; esac
            mounts+=,$end:$end ;;
        esac
        """
    }

    static func canBeMounted(_ path: String) -> Bool { !path.containsScalar(of: ",:") }
}
