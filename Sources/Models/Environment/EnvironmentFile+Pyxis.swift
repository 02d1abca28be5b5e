// An environment file for sites that have pyxis and nothing of CSCS's: what `--environment` reads there is said here by
// pyxis's own options, as words of the job's shell. What those cannot say is named and refused: a server that came up
// without its network library measures something else.

import Base
import Submit

extension EnvironmentFile {
    /// Keys that pyxis has no option for; empty where the file can be translated. A hook that is switched off is as good as one
    /// that is not there.
    package var keysBeyondPyxis: [String] {
        let off: Set = ["false", "0", "no", "off"]
        return (baseEnvironments.isEmpty ? [] : ["base_environment"])
            + annotations.filter { !off.contains($0.value.lowercased()) }.map { "annotations.\($0.key)" }.sorted()
    }

    /// - Throws: ``SubmitError/usage(_:)`` that names them, where there is only pyxis.
    package func checkPyxis() throws {
        guard let key = keysBeyondPyxis.first else { return }
        throw SubmitError.usage(
            "\(name): \(key): is CSCS's container engine's; this cluster's srun has pyxis only, which knows image, mounts, workdir, writable, "
                + "entrypoint and env")
    }

    /// Shell words for what `--container-mounts` takes.
    var pyxisMounts: [String] { mounts.map { Self.word($0.contains(":") ? $0 : "\($0):\($0)") } }

    /// Shell words for the other `--container-…`.
    var pyxisOptions: [String] {
        ["--container-image=\(Self.word(pyxisImage))"] + (workdir.map { ["--container-workdir=\(Self.word($0))"] } ?? [])
            + (isWritable == false ? ["--container-readonly"] : [])
            + (runsEntrypoint.map { [$0 ? "--container-entrypoint" : "--no-container-entrypoint"] } ?? [])
            + (hookVariables.isEmpty ? [] : ["--container-env=\(hookVariables.map(\.key).joined(separator: ","))"])
    }

    /// `export NAME=word` for what the container's hooks read before anything runs in it.
    var hookExports: [String] { hookVariables.map { "export \($0.key)=\(Self.word($0.value))" } }

    /// Shell that sets the file's variables and becomes the command in its arguments; nil where there is none. In the
    /// container, where they win over the image's, and where none of them reaches srun itself.
    var variablesScript: String? {
        guard !variables.isEmpty else { return nil }
        let exports = variables.sorted { $0.key < $1.key }.map { "export \($0.key)=\(Self.word($0.value))\n" }.joined()
        return """
            #!/bin/bash
            # environment.sh COMMAND…: the environment file's variables, where only pyxis starts the container.
            \(ModelScript.checks)
            \(exports)exec "$@"

            """
    }

    private var hookVariables: [(key: String, value: String)] {
        variables.filter { name, _ in ["NVIDIA_", "MELLANOX_", "ENROOT_"].contains { name.hasPrefix($0) } }.sorted { $0.key < $1.key }
    }

    /// pyxis wants `#` behind a registry's name, which environment files may leave out.
    private var pyxisImage: String {
        let image = image ?? ""
        guard !image.hasPrefix("/"), !image.contains("#"), !image.contains("://"), let slash = image.firstIndex(of: "/"),
            image[..<slash].contains(where: { ".:".contains($0) })
        else { return image }
        return "\(image[..<slash])#\(image[image.index(after: slash)...])"
    }

    /// One word of a shell in which `$NAME` and `${NAME}` stand for the variables they name, as in environment files, `{arch}` for
    /// the node's architecture, and everything else for itself.
    private static func word(_ text: String) -> String {
        var word = ""
        var plain: [UInt8] = []
        var rest = Array(text.utf8)[...]
        func quoted() -> String { plain.isEmpty ? "" : ShellWord.quoted(String(decoding: plain, as: UTF8.self)) }
        while let byte = rest.first {
            if let (length, expansion) = expansion(rest) {
                word += quoted() + expansion
                plain = []
                rest = rest.dropFirst(length)
            } else {
                plain.append(byte)
                rest = rest.dropFirst()
            }
        }
        return word.isEmpty ? ShellWord.quoted(text) : word + quoted()
    }

    /// What `text` begins with that stands for something else: its length in bytes, and what the shell is to read instead.
    private static func expansion(_ text: ArraySlice<UInt8>) -> (Int, String)? {
        func variable(_ name: ArraySlice<UInt8>) -> String { "\"${\(String(decoding: name, as: UTF8.self)):?}\"" }
        let architecture = Array("{arch}".utf8)
        if text.starts(with: architecture) { return (architecture.count, "\"$arch\"") }
        guard text.first == UInt8(ascii: "$") else { return nil }
        let after = text.dropFirst()
        guard after.first == UInt8(ascii: "{") else {
            let length = VariableName.beginning(after)
            return length > 0 ? (length + 1, variable(after.prefix(length))) : nil
        }
        let inner = after.dropFirst()
        let length = VariableName.beginning(inner)
        guard length > 0, inner.dropFirst(length).first == UInt8(ascii: "}") else { return nil }
        return (length + 3, variable(inner.prefix(length)))
    }
}
