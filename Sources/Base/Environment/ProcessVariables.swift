// Every environment variable that decides what our programs do, in one list: docs/ENVIRONMENT.md says what each means
// and what a bad value leads to, and a test compares the two with the sources. Text is checked here, before anything
// reads it, because a language's dictionary of variables repairs what is not UTF-8: a key that was damaged on its way
// would be sent damaged, and a label would be somebody else's.

import Glibc

/// The environment as our programs read it.
package enum ProcessVariables {
    /// All names; a name that ends in `*` stands for all that begin so.
    package static let names = [
        "DBUS_SESSION_BUS_ADDRESS", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "K6_*", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "NO_PROXY",
        "PATH",
        "PROMPTS_FILE", "PROMPT_SEED", "REQUEST_METHOD", "RUN_CONFIG_JSON", "RUN_LABEL", "SLURM_CPUS_PER_TASK", "SLURM_JOB_ID",
        "SLURM_NTASKS", "SLURM_PROCID", "SLURM_RESTART_COUNT", "SLURM_STEP_ID", "SML_*", "SSL_CERT_DIR",
        "SSL_CERT_FILE", "SYSTEM_PROMPT", "TERM", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "https_proxy", "http_proxy",
        "no_proxy",
    ]

    /// A directory on it that is not named in UTF-8 is only one that holds none of our programs.
    private static let mayBeBytes: Set = ["PATH"]

    /// - Throws: ``ConfigurationError`` (64) that names the first of our variables whose value is not UTF-8.
    package static func requireText() throws(ConfigurationError) {
        var next = environ
        while let entry = next.pointee {
            next += 1
            guard let equals = strchr(entry, Int32(UInt8(ascii: "="))), String(validatingCString: equals + 1) == nil
            else { continue }
            let name = String(
                decoding: UnsafeRawBufferPointer(start: entry, count: UnsafePointer(equals) - UnsafePointer(entry)),
                as: UTF8.self)
            guard isOurs(name), !mayBeBytes.contains(name) else { continue }
            throw ConfigurationError(.usage, "\(name): is not UTF-8 text")
        }
    }

    /// All variables of this process, also those that are not ours.
    package static var all: [String: String] {
        var found: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                found[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return found
    }

    /// Those that say where files are and what a terminal can do, and decide nothing of a run.
    private static let surroundings: Set = [
        "DBUS_SESSION_BUS_ADDRESS", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "PATH", "TERM", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
    ]
    /// Names of files, numbers and hosts: the others may be a key, a prompt, or a header with either.
    private static let harmless: Set = [
        "NO_PROXY", "PROMPTS_FILE", "PROMPT_SEED", "RUN_LABEL", "SLURM_CPUS_PER_TASK", "SLURM_JOB_ID", "SLURM_NTASKS", "SLURM_PROCID",
        "SLURM_RESTART_COUNT", "SLURM_STEP_ID", "SSL_CERT_DIR", "SSL_CERT_FILE", "no_proxy",
    ]

    /// The variables of `environment` that can decide what a run does, by name, and whether their values may be shown.
    package static func shaping(_ environment: [String: String]) -> [(name: String, value: String, isHarmless: Bool)] {
        environment.filter { isOurs($0.key) && !surroundings.contains($0.key) && !$0.value.isEmpty }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value, harmless.contains($0.key)) }
    }

    static func isOurs(_ name: String) -> Bool {
        names.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0 }
    }
}
