// A model that can be launched by its name: what it needs, once known, is written down.

import Base

/// A model with one framework.
package struct CatalogEntry: Sendable, Equatable {
    /// `vendor/model`, as on Hugging Face.
    package var model: String
    package var framework: Framework
    /// A name or path for ``EnvironmentFile/find(_:option:environment:)``.
    package var environment: String
    package var nodesPerReplica: Int
    package var frameworkArguments: FrameworkArguments
    /// Shell text that runs in the container before the framework; empty for none.
    package var preLaunchCommands: String
    /// Where its weights are, on the cluster.
    package var modelPath: String
    /// Size of its weights in GB, if somebody said it.
    package var weightsGB: Int?
    package var origin: DefinitionOrigin
}
