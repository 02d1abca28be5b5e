// A scenario before it is resolved: the tree of its file and where that came from. The tree, not a struct, is what
// travels in run_config.json, so nothing a newer reader understands is lost on the way.

import Base

package struct ScenarioDefinition: Sendable, Equatable {
    /// What `--loadtest-scenario` calls it: the file's name without extension.
    package let name: String
    package let value: JSON
    package let origin: DefinitionOrigin
    /// Oddities that do not stop a run, such as a `name` inside that differs from the file's.
    package var warnings: [String]

    package init(name: String, value: JSON, origin: DefinitionOrigin, warnings: [String] = []) {
        self.name = name
        self.value = value
        self.origin = origin
        self.warnings = warnings
    }

    /// What errors call the file.
    package var file: String {
        switch origin {
        case .builtIn: "built-in \(name).yaml"
        case .file(let path): path
        }
    }
}
