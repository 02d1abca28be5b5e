// The container image of this build, made once for all tests by the repository's own scripts, unpacked and entered by
// an ordinary user as a cluster's container runtime would.

import Foundation
import Testing

/// An image on disk, with its root file system beside it.
struct Image: Sendable {
    /// Where `container/` is.
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized.path

    /// The one that tests share. Compressed as fast as possible: a debug binary with its dynamic Swift runtime.
    static let shared = Task { try await Image() }

    /// Static values are never freed; what they made on disk is, when the process ends.
    private static let directory = FileManager.default.temporaryDirectory.appending(path: "sml-image-\(UUID().uuidString)").path

    let file: String
    let root: String

    private init() async throws {
        file = Self.directory + "/sml-loadgen.sqsh"
        root = Self.directory + "/root"
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: Self.directory, withIntermediateDirectories: true)
        chmod(Self.directory, 0o777)
        atexit { try? FileManager.default.removeItem(atPath: Image.directory) }
        try await Self.build(to: file, in: scratch)
        try await Self.unpack(file, to: root, in: scratch)
    }

    static func build(to output: String, in scratch: Scratch, environment: [String: String] = [:]) async throws {
        try await build(["--output", output, "--level", "1"], in: scratch, environment: environment)
    }

    static func build(_ options: [String], in scratch: Scratch, environment: [String: String] = [:]) async throws {
        let result = try await Program.run(
            "/bin/bash", ["container/build", "--binary", Program.path("sml-loadgen")] + options,
            in: scratch, directory: repository,
            environment: ["SOURCE_DATE_EPOCH": "1700000000", "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
                .merging(environment) { $1 },
            within: 180)
        try #require(result.code == 0, "\(result.errors)")
    }

    static func unpack(_ image: String, to root: String, in scratch: Scratch) async throws {
        let command = ordinary(["/usr/bin/unsquashfs", "-q", "-n", "-d", root, image])
        let result = try await Program.run(command[0], Array(command.dropFirst()), in: scratch)
        try #require(result.code == 0, "\(result.errors)")
    }

    /// `command` as a user without privileges.
    static func ordinary(_ command: [String]) -> [String] {
        getuid() == 0
            ? ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] + command : command
    }

    /// Starts `command` inside, with `scratch` as /work.
    func start(_ command: [String], work scratch: Scratch, environment: [String: String] = [:]) throws -> Program {
        chmod(scratch.path, 0o777)
        let all = Self.ordinary([Self.repository + "/container/enter", root, scratch.path] + command)
        return try Program(all[0], Array(all.dropFirst()), in: scratch, environment: environment)
    }

    func run(
        _ command: [String], work scratch: Scratch, environment: [String: String] = [:]
    ) async throws -> (code: Int32, output: String, errors: String) {
        let program = try start(command, work: scratch, environment: environment)
        let code = try await program.end(within: 60)
        return (code, program.output, program.errors)
    }
}
