// An environment definition file, which the container engine reads (`srun --environment=FILE`): an image, what is
// mounted into it and variables. Read here as well, because a wrong one is otherwise found out hours later, on the node.

import Base
import Scenarios
import Submit

package struct EnvironmentFile: Sendable, Equatable {
    /// What errors call it: a path, or `built-in sglang.toml`.
    package let name: String
    /// As written, comments and all; this is what the job gets.
    package let text: String
    /// A file, or a reference to a registry. May hold `{arch}`. Nil where `base_environment` brings it.
    package private(set) var image: String?
    /// `source` or `source:target[:flags]`, as written.
    package private(set) var mounts: [String] = []
    package private(set) var workdir: String?
    /// Nil: the engine decides, and SML's launches are writable.
    package private(set) var isWritable: Bool?
    package private(set) var runsEntrypoint: Bool?
    package private(set) var variables: [String: String] = [:]
    package private(set) var annotations: [String: String] = [:]
    /// Names or files that this one builds on.
    package private(set) var baseEnvironments: [String] = []

    /// Stands for the node's architecture, because one file serves clusters of both.
    package static let architecturePlaceholder = "{arch}"
    package static let architectures = ["arm64", "amd64"]

    /// - Throws: ``SubmitError/usage(_:)`` that names the file, the key, and what is accepted.
    package init(text: String, name: String) throws {
        self.name = name
        self.text = text
        do {
            let reader = EnvironmentFileReader(file: name)
            let members = try reader.members(try TOMLText.parse(text, file: name), path: "")
            for member in members {
                switch member.key {
                case "image": image = try reader.text(member.value, path: "image")
                case "mounts": mounts = try reader.list(member.value, path: "mounts").map { try reader.mount($0) }
                case "workdir": workdir = try reader.absolute(member.value, path: "workdir")
                case "writable": isWritable = try reader.flag(member.value, path: "writable")
                case "entrypoint": runsEntrypoint = try reader.flag(member.value, path: "entrypoint")
                case "env": variables = try reader.variables(member.value)
                case "annotations": annotations = try reader.leaves(member.value, path: "annotations")
                case "base_environment": baseEnvironments = try reader.oneOrMore(member.value, path: "base_environment")
                default:
                    throw reader.failure(
                        member.key, "is unknown; known are image, mounts, workdir, writable, entrypoint, env, annotations, base_environment"
                    )
                }
            }
            guard image != nil || !baseEnvironments.isEmpty else {
                throw reader.failure("image", "is missing; expected a file or a reference to a registry")
            }
        } catch let error as ConfigurationError {
            throw SubmitError.usage(error.description)
        }
    }

    /// The image files it may need, one for each architecture; empty when only the node can know.
    package var imageFiles: [String] {
        // Variables are the engine's to expand, and registries the node's to ask.
        guard let image, image.hasPrefix("/"), !image.contains("$") else { return [] }
        guard image.contains(Self.architecturePlaceholder) else { return [image] }
        return Self.architectures.map { image.replacing(Self.architecturePlaceholder, with: $0) }
    }
}
