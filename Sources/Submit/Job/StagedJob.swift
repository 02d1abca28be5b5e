// The files of a run on the cluster: what is put there before it starts, and what it leaves. All that is staged may
// hold a secret (the key; a receiver's password), so all of it is the owner's only.

import Base
import Scenarios

package struct StagedJob: Sendable, Equatable {
    static let configuration = "run_config.json"
    /// Variables for the generator, read by the container's shell.
    static let environment = "loadgen.env"
    static let summary = "summary.json"
    static let records = "records.smlrec"
    /// Tells the generator what its directory is called outside its container.
    static let directoryVariable = "SML_RUN_DIRECTORY"

    /// The records of a run on `nodes` nodes: one file for each task.
    static func records(_ name: String = records, nodes: Int) -> [String] {
        nodes > 1 ? (0..<nodes).map { TaskFile.numbered(name, task: $0) } : [name]
    }

    /// Series that the run could not deliver: of all its tasks, and of each of several.
    static func undelivered(nodes: Int) -> [String] {
        ["undelivered.smlpush"] + (nodes > 1 ? (0..<nodes).map { "undelivered.\($0).smlpush" } : [])
    }

    package struct File: Sendable, Equatable {
        package var name: String
        package var bytes: [UInt8]
    }

    package let files: [File]
    private let variables: [String: String]

    /// - Parameters:
    ///   - environment: this command's, for what the user has set about remote write.
    package init(
        configuration: RunConfiguration, remoteWrite: RemoteWriteSettings, environment: [String: String],
        carried: CarriedSettings = .none
    ) {
        variables = remoteWrite.variables(environment).merging(carried.variables) { $1 }
        files =
            [
                File(name: Self.configuration, bytes: Array(configuration.json().utf8)),
                File(name: Self.environment, bytes: Array(Self.exports(variables).utf8)),
            ] + carried.files
    }

    /// A file that a POSIX shell reads with `.`.
    static func exports(_ variables: [String: String]) -> String {
        variables.sorted { $0.key < $1.key }
            // A name that a shell cannot set is none that the generator reads.
            .filter { $0.key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } }
            .map { "export \($0.key)=\(ShellWord.quoted($0.value))\n" }.joined()
    }

    /// What `--dry-run` prints: the script as it is, the files as they may be shown.
    package func preview(script: String, directory: String) -> String {
        withoutSecrets().reduce("# job script\n\(script)") { text, file in
            let isLong = ![Self.configuration, Self.environment].contains(file.name)
            return text
                + "\n# \(directory)/\(file.name) (mode 0600\(isLong ? ", \(file.text.utf8.count - 1) bytes" : ""))\n\(isLong ? "" : file.text)"
        }
    }

    /// The files, variables without what may be secret. The configuration's key is the caller's to leave out.
    package func withoutSecrets() -> [(name: String, text: String)] {
        files.map { file in
            let isEnvironment = file.name == Self.environment
            return (
                file.name,
                isEnvironment ? Self.exports(Self.withoutSecrets(variables)) : String(decoding: file.bytes, as: UTF8.self) + "\n"
            )
        }
    }

    /// Those that everybody may read: the variables, when none of them may be secret.
    var harmlessFiles: Set<String> { Self.withoutSecrets(variables) == variables ? [Self.environment] : [] }

    /// Variables that choose a behaviour or name a file are shown, and a URL that holds nothing but a place; credentials and headers
    /// are not.
    static func withoutSecrets(_ variables: [String: String]) -> [String: String] {
        let harmless = [
            "_TREND_STATS", "_PUSH_INTERVAL", "_STALE_MARKERS", "_INSECURE_SKIP_TLS_VERIFY", "SSL_CERT_FILE", "NO_PROXY", "no_proxy",
        ]
        return Dictionary(
            uniqueKeysWithValues: variables.map { name, value in
                let isShown =
                    value.isEmpty || harmless.contains { name.hasSuffix($0) }
                    || (["_SERVER_URL", "_PROXY", "_proxy"].contains { name.hasSuffix($0) } && !value.containsScalar(of: "@?#"))
                return (name, isShown ? value : "****")
            })
    }
}
