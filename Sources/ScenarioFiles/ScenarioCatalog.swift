// Which scenarios there are and what one name stands for: the packaged five, and the user's `./scenarios/NAME.yaml`,
// `.yml` or `.json`, which win over a packaged one of the same name as they do in SML.

import Glibc
import Base
import Scenarios

package struct ScenarioCatalog: Sendable {
    package let customDirectory: String

    /// - Parameter customDirectory: need not exist.
    package init(customDirectory: String = "./scenarios") {
        self.customDirectory = customDirectory
    }

    /// One scenario of the list, or why it cannot be read.
    package struct Listed {
        package let name: String
        package let scenario: Result<ScenarioDefinition, ConfigurationError>
    }

    /// Every scenario, the packaged ones first, each as it would resolve. One that cannot be read hides no other.
    package func list() throws(ConfigurationError) -> [Listed] {
        let custom = try customFiles()
        let packaged = BuiltInScenarios.scenarios.map(\.name).filter { name in !custom.contains { $0.name == name } }
        return (packaged + Self.unique(custom.map(\.name))).map { name in
            Listed(name: name, scenario: Result { () throws(ConfigurationError) in try resolve(name) })
        }
    }

    /// Names only, for completion and for the prompt of a guided command. Never reads a file.
    package func names() throws(ConfigurationError) -> [String] {
        Self.unique(BuiltInScenarios.scenarios.map(\.name) + (try customFiles()).map(\.name))
    }

    /// The scenario a name stands for. An unknown name is bad usage (exit 64), a bad file a bad scenario (104).
    package func resolve(_ name: String) throws(ConfigurationError) -> ScenarioDefinition {
        guard !name.isEmpty, !name.contains("/"), !name.contains("\0"), !name.hasPrefix(".") else {
            throw ConfigurationError(
                .usage,
                "scenario \(JSON.string(name).shown) is not a name; files are looked up in "
                    + customDirectory)
        }
        let files = try customFiles().filter { $0.name == name }
        if files.count > 1 {
            let paths = files.map(\.path).joined(separator: " and ")
            throw ConfigurationError(.configuration, "scenario \(name) is defined twice, in \(paths); remove one")
        }
        if let file = files.first { return try own(file.path, name: name) }
        if let (name, text) = BuiltInScenarios.scenarios.first(where: { $0.name == name }) {
            return try Self.builtIn(name, text)
        }
        let known = try names().joined(separator: ", ")
        throw ConfigurationError(
            .usage, "scenario \(JSON.string(name).shown) does not exist; known are \(known)")
    }

    /// Reads a scenario file of ours. That it replaces a built-in one is said each time: the name alone does not show it,
    /// and whoever can write here could have put it there.
    private func own(_ path: String, name: String) throws(ConfigurationError) -> ScenarioDefinition {
        let replaces = BuiltInScenarios.scenarios.contains { $0.name == name }
        var directory = stat()
        guard stat(customDirectory, &directory) == 0 else {
            throw ConfigurationError(.configuration, "\(customDirectory): cannot be examined: \(String(cString: strerror(errno)))")
        }
        var strangers: [String] = []
        func check(_ status: stat, _ place: String) throws(ConfigurationError) {
            if let objection = FileTrust.objection(status) {
                throw ConfigurationError(
                    .configuration,
                    "\(place): \(objection), so scenario \(name) may be somebody else's; "
                        + "run 'chmod o-w \(place)' when you have looked at it")
            }
            guard let owner = FileTrust.stranger(status) else { return }
            guard !replaces else {
                throw ConfigurationError(
                    .configuration,
                    "\(place): belongs to \(owner), and would replace the built-in scenario \(name); "
                        + "copy it under another name to use it, or call the command elsewhere")
            }
            if !strangers.contains(owner) { strangers.append(owner) }
        }
        try check(directory, customDirectory)
        let text = try TextFile.read(path) { (status) throws(ConfigurationError) in try check(status, path) }
        var definition = try Self.parse(text, path: path, name: name)
        if replaces { definition.warnings.append("\(path): replaces the built-in scenario \(name)") }
        if !strangers.isEmpty { definition.warnings.append("\(path): belongs to \(strangers.joined(separator: " and "))") }
        return definition
    }

    /// Reads a scenario file given by path, for commands that accept one.
    package static func read(_ path: String, name: String) throws(ConfigurationError) -> ScenarioDefinition {
        try parse(try TextFile.read(path), path: path, name: name)
    }

    private static func parse(_ text: String, path: String, name: String) throws(ConfigurationError) -> ScenarioDefinition {
        if path.hasSuffix(".json") { return try definition(name: name, value: try TextFile.json(text, file: path), origin: .file(path)) }
        var (value, bases) = try YAMLReader.read(text, file: path)
        // What others are made from needs a place, and is no setting of its own there.
        if case .object(let members) = value, !bases.isEmpty {
            value = .object(members.filter { !bases.contains($0.key) || RunConfiguration.scenarioKeys.contains($0.key) })
        }
        return try definition(name: name, value: value, origin: .file(path))
    }

    // MARK: Parts

    private static func builtIn(_ name: String, _ text: [UInt8]) throws(ConfigurationError) -> ScenarioDefinition {
        let value = try YAMLReader.parse(String(decoding: text, as: UTF8.self), file: "built-in \(name).yaml")
        return try definition(name: name, value: value, origin: .builtIn)
    }

    private static func definition(
        name: String, value: JSON, origin: DefinitionOrigin
    ) throws(ConfigurationError) -> ScenarioDefinition {
        let file = ScenarioDefinition(name: name, value: value, origin: origin).file
        guard case .object = value else {
            throw ConfigurationError(.configuration, "\(file): expected an object of scenario keys at the top")
        }
        var warnings: [String] = []
        if let inner = value["name"], inner != .null, inner != .string(name) {
            warnings.append("\(file): name: \(inner.shown) differs from the file's; the run is called \(name)")
        }
        return ScenarioDefinition(name: name, value: value, origin: origin, warnings: warnings)
    }

    private static let extensions = [".yaml", ".yml", ".json"]

    private func customFiles() throws(ConfigurationError) -> [(name: String, path: String)] {
        guard let directory = opendir(customDirectory) else {
            if errno == ENOENT { return [] }
            throw ConfigurationError(
                .configuration, "\(customDirectory): cannot be listed: \(String(cString: strerror(errno)))")
        }
        defer { closedir(directory) }
        var files: [(name: String, path: String)] = []
        while let entry = readdir(directory) {
            let file = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !file.hasPrefix("."), let suffix = Self.extensions.first(where: { file.hasSuffix($0) }),
                file.count > suffix.count
            else { continue }
            files.append((String(file.dropLast(suffix.count)), "\(customDirectory)/\(file)"))
        }
        return files.sorted { $0.path < $1.path }
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
