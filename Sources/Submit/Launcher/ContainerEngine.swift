// What starts containers on a cluster, as its srun tells in its list of options.

package enum ContainerEngine: Sendable, Equatable {
    /// CSCS's, which also reads environment files.
    case environmentFiles
    case pyxis
    case none

    /// - Parameter help: what `srun --help` prints.
    init(help: String) {
        self = help.contains("--environment") ? .environmentFiles : help.contains("--container-image") ? .pyxis : .none
    }

    /// - Throws: ``SubmitError/usage(_:)`` when there is none.
    package func check() throws {
        guard self == .none else { return }
        throw SubmitError.usage(
            "this cluster's srun has no --container-image; expected pyxis or CSCS's container engine, which start the job's image")
    }
}
