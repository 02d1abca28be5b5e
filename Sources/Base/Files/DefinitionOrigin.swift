// Where a definition comes from that users may have their own of: scenarios, models.

package enum DefinitionOrigin: Sendable, Equatable, CustomStringConvertible {
    /// Packaged with the program.
    case builtIn
    /// A file of the user's.
    case file(String)

    package var description: String {
        switch self {
        case .builtIn: "built-in"
        case .file(let path): path
        }
    }
}
