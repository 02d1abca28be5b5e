// run_config.json: what SML's launcher stages for a run and the generator reads (k6 §3.1). Kept as the tree that was
// read, so that writing it back changes nothing; `resolve` turns it into a plan.

import Base
import Glibc

/// A run configuration whose shape is checked (an object, known keys, exactly one scenario) but not yet its values.
package struct RunConfiguration: Sendable, Equatable {
    /// The keys `build_run_config` writes, in its order, then those only read.
    static let keys =
        [
            "server_url", "api_key", "model", "scenario", "scenario_definition", "think_time", "max_tokens",
            "request_timeout", "prompt_labels", "ignore_eos", "prompt_seed", "custom", "run_label", "initial_stagger",
            "think_seed", "system_prompt", "warmup", "stream", "thresholds", "slo", "ab", "replicas", "gpus", "command",
            CapacitySettings.key,
        ] + ConnectionSettings.keys

    /// Named in errors.
    package let file: String
    /// The whole file. Holds the API key: never print it.
    package let root: JSON
    /// Where the scenario definition was read from, if not from `file`; errors about it name this instead.
    package let scenarioOrigin: String?

    init(file: String, root: JSON, scenarioOrigin: String? = nil) throws(ConfigurationError) {
        self.file = file
        self.root = root
        self.scenarioOrigin = scenarioOrigin
        guard case .object(let members) = root else {
            throw ConfigurationError(.configuration, "\(file): expected a JSON object, as sml writes it")
        }
        let group = FieldGroup(file: file, path: "", members: members)
        // SML once wrote `"realistic": null`.
        try group.requireKeys(Self.keys) { $0 == "realistic" ? "not supported" : nil }
        switch (group["custom"], group["scenario_definition"]) {
        case (nil, nil): throw group.error("no scenario; expected one of custom, scenario_definition")
        case (_?, _?): throw group.error("custom and scenario_definition are both set; expected one of them")
        default: break
        }
    }

    /// Parses the text of a run configuration; `file` is what errors call it.
    package static func parse(
        bytes: UnsafeRawBufferPointer, file: String
    ) throws(ConfigurationError) -> RunConfiguration {
        let root: JSON
        do {
            root = try JSON.parse(bytes)
        } catch {
            throw ConfigurationError(.configuration, "\(file): not valid JSON: \(error)")
        }
        return try RunConfiguration(file: file, root: root)
    }

    package static func parse(_ text: String, file: String) throws(ConfigurationError) -> RunConfiguration {
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBufferPointer { (buffer) throws(ConfigurationError) in
            try parse(bytes: UnsafeRawBufferPointer(buffer), file: file)
        }
    }

    /// A configuration is some kB; one whose request has a body of its own may have a conversation in it.
    private static let sizeLimit = 16 << 20

    /// Reads a file; exit 104 also when it cannot be read.
    package static func read(path: String) throws(ConfigurationError) -> RunConfiguration {
        let bytes: FileBytes
        do {
            bytes = try FileBytes(path: path, limit: Self.sizeLimit)
        } catch {
            throw ConfigurationError(.configuration, "\(path): \(error.reason)")
        }
        defer { bytes.release() }
        MappedFileGuard.begin(path: path, exitCode: ExitStatus.configuration.rawValue)
        defer { MappedFileGuard.end() }
        return try parse(bytes: bytes.buffer, file: path)
    }

    // MARK: Writing

    /// The file's text: compact, ASCII only, keys in order, as Python's json.dumps writes it. Holds the API key.
    package func json() -> String { root.json(escaping: .nonASCII) }

    /// Writes the file readable by its owner only, because it holds the API key.
    package func write(path: String) throws(ConfigurationError) {
        do {
            try WholeFile.write(Array(json().utf8), to: path, mode: 0o600)
        } catch {
            throw ConfigurationError(.configuration, "\(path): cannot be written: \(error.message)")
        }
    }
}
