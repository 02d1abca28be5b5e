// Which file a name stands for: `sglang` is packaged or the user's own, anything with a slash or `.toml` is a path.

import Base
import ScenarioFiles
import Submit

extension EnvironmentFile {
    /// - Parameters:
    ///   - text: a path, or the name of one in `<configuration directory>/environments` or packaged.
    ///   - environment: this command's variables, which say where the configuration is.
    /// - Throws: ``SubmitError/usage(_:)`` that names `option` and, for a name, those there are.
    package static func find(_ text: String, option: String, environment: [String: String]) throws -> EnvironmentFile {
        if text.contains("/") || text.hasSuffix(".toml") { return try read(text, option: option) }
        let directory = directory(environment)
        let own = "\(directory)/\(text).toml"
        if TextFile.isThere(own) {
            do { try FileTrust.require(own) } catch { throw SubmitError.usage("\(option) \(error)") }
            return try read(own, option: option)
        }
        if let packaged = BuiltInModels.environments.first(where: { $0.name == text }) {
            return try EnvironmentFile(text: packaged.text, name: "built-in \(text).toml")
        }
        throw SubmitError.usage(
            "\(option): \"\(text)\" does not exist; expected a path, or one of \(names(environment: environment).joined(separator: ", "))")
    }

    /// Names that `find` knows.
    package static func names(environment: [String: String]) -> [String] {
        let own = ((try? FileLook.names(in: directory(environment))) ?? [])
            .filter { $0.hasSuffix(".toml") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }
        return Set(own + BuiltInModels.environments.map(\.name)).sorted()
    }

    private static func directory(_ environment: [String: String]) -> String {
        ConfigurationFile.directory(environment: environment) + "/environments"
    }

    /// A few hundred bytes; more is some other file.
    private static let sizeLimit = 1 << 20

    private static func read(_ path: String, option: String) throws -> EnvironmentFile {
        guard TextFile.isThere(path) else { throw SubmitError.usage("\(option) \(path): does not exist") }
        let text: String
        do { text = try TextFile.read(path) } catch { throw SubmitError.usage("\(option) \(error)") }
        guard text.utf8.count <= sizeLimit else { throw SubmitError.usage("\(option) \(path): is larger than 1 MB") }
        return try EnvironmentFile(text: text, name: path)
    }
}
