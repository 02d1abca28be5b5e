// The models that can be launched by name: the packaged ones, and the user's in `models.yml` or `models/` of the
// configuration directory, which win over a packaged one with the same model and framework.

import ScenarioFiles
import Base
import Scenarios
import Submit

package struct ModelCatalog: Sendable, Equatable {
    /// Sorted by model, then framework.
    package let entries: [CatalogEntry]

    /// All of it, for whoever launches a model.
    ///
    /// - Throws: ``SubmitError/usage(_:)`` that names file, entry, key and what is accepted.
    package static func load(environment: [String: String]) throws -> ModelCatalog {
        let (catalog, broken) = try list(environment: environment)
        if let first = broken.first { throw first }
        return catalog
    }

    /// What can be read of it, and why the other files cannot: one of them hides no other.
    package static func list(environment: [String: String]) throws -> (catalog: ModelCatalog, broken: [any Error]) {
        var entries: [[String]: CatalogEntry] = [:]
        func add(_ value: JSON, file: String, origin: DefinitionOrigin) throws {
            for entry in try CatalogReader(file: file, origin: origin).entries(value) {
                entries[[entry.model, entry.framework.rawValue]] = entry
            }
        }
        try add(YAMLFile.parse(BuiltInModels.models, file: "built-in models.yml"), file: "built-in models.yml", origin: .builtIn)
        let paths: [String]
        do { paths = try ownFiles(environment) } catch { throw SubmitError.usage(error.description) }
        var broken: [any Error] = []
        for path in paths {
            do {
                // Commands in it run in the user's jobs.
                try FileTrust.require(path)
                try add(YAMLFile.read(path), file: path, origin: .file(path))
            } catch {
                broken.append((error as? ConfigurationError).map { SubmitError.usage($0.description) } ?? error)
            }
        }
        return (ModelCatalog(entries: entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)), broken)
    }

    /// `models.yml`, then the files of `models/` by name.
    private static func ownFiles(_ environment: [String: String]) throws(ConfigurationError) -> [String] {
        let directory = ConfigurationFile.directory(environment: environment)
        var paths = ["\(directory)/models.yml"].filter(TextFile.isThere)
        let folder = "\(directory)/models"
        guard TextFile.isThere(folder) else { return paths }
        do {
            let names = try FileLook.names(in: folder).sorted()
            paths += names.filter(isCatalog).map { "\(folder)/\($0)" }
        } catch {
            throw ConfigurationError(.usage, "\(folder): cannot be listed; expected a directory of catalogue files")
        }
        return paths
    }

    private static func isCatalog(_ name: String) -> Bool {
        !name.hasPrefix(".") && [".yml", ".yaml", ".json"].contains { name.hasSuffix($0) }
    }

    /// Names, each once.
    package var models: [String] {
        entries.map(\.model).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    /// What `model` can be launched with; empty for one that is not listed.
    package func frameworks(of model: String) -> [Framework] { entries.filter { $0.model == model }.map(\.framework) }

    /// Entries whose model's name contains `text`, whatever the case.
    package func entries(matching text: String) -> [CatalogEntry] {
        let wanted = text.lowercased()
        return entries.filter { $0.model.lowercased().contains(wanted) }
    }

    /// - Parameter framework: nil for the one there is.
    /// - Throws: ``SubmitError/usage(_:)`` with the nearest names, or the frameworks there are.
    package func entry(_ model: String, framework: Framework?, option: String = "--model") throws -> CatalogEntry {
        let found = entries.filter { $0.model == model }
        guard !found.isEmpty else {
            let wanted = (model.split(separator: "/").last ?? "").lowercased()
            let near = models.filter { !wanted.isEmpty && $0.lowercased().contains(wanted) }
            let hint = near.isEmpty ? "'sml models' lists them" : "did you mean \(near.prefix(3).joined(separator: ", "))?"
            throw SubmitError.usage("\(option): \(JSON.string(model).shown) is not in the catalogue; \(hint)")
        }
        let names = found.map(\.framework.rawValue).joined(separator: ", ")
        guard let framework else {
            guard found.count == 1 else {
                throw SubmitError.usage("--framework: is missing; \(model) can be launched with \(names)")
            }
            return found[0]
        }
        guard let entry = found.first(where: { $0.framework == framework }) else {
            throw SubmitError.usage("--framework: \(framework) is not known for \(model); known are \(names)")
        }
        return entry
    }
}
