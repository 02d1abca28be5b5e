// A model that can be launched by its name: what it needs, once known, is written down.

/// A model with one framework.
public struct CatalogEntry: Sendable, Equatable {
    public enum Origin: Sendable, Equatable, CustomStringConvertible {
        case builtIn
        case file(String)

        public var description: String {
            switch self {
            case .builtIn: "built-in"
            case .file(let path): path
            }
        }
    }

    /// `vendor/model`, as on Hugging Face.
    public var model: String
    public var framework: Framework
    /// A name or path for ``EnvironmentFile/find(_:option:environment:)``.
    public var environment: String
    public var nodesPerReplica: Int
    public var frameworkArguments: FrameworkArguments
    /// Shell text that runs in the container before the framework; empty for none.
    public var preLaunchCommands: String
    /// Where its weights are, on the cluster.
    public var modelPath: String
    /// Size of its weights in GB, if somebody said it.
    public var weightsGB: Int?
    public var origin: Origin
}
