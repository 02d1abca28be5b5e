// The system's own tar and sha256sum: both are on every machine `sml` runs on, and neither is worth a library.

import Base
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

enum Archive {
    /// Writes the content of a tar.gz that holds one file.
    static func extract(_ archive: String, to file: PartialFile) async throws {
        let tar = try SystemProgram.locate("tar")
        let result = try await Subprocess.run(
            .path(FilePath(tar)), arguments: ["-xzOf", archive], environment: ChildEnvironment.system(SystemProgram.environment),
            input: .none,
            output: .fileDescriptor(FileDescriptor(rawValue: file.descriptor), closeAfterSpawningProcess: false),
            error: .string(limit: 64 << 10))
        guard result.terminationStatus.isSuccess else {
            throw FirecRESTError.damaged(
                path: archive, reason: "cannot be unpacked: \(Redactor().line(result.standardError))")
        }
    }
}

enum Checksum {
    /// In hexadecimal.
    static func sha256(_ path: String) async throws -> String {
        let answer = try await ExternalProgram.run(
            try SystemProgram.locate("sha256sum"), ["--", path], timeout: .seconds(600))
        // A name with a backslash or line break makes the line begin with a backslash.
        let sum = answer.output.drop { $0 == "\\" }.prefix(64)
        guard answer.exitCode == 0, sum.count == 64 else {
            throw SubmitError.cannotStage(path, "sha256sum: \(answer.reason)")
        }
        return String(sum)
    }
}

private enum SystemProgram {
    /// tar starts gzip by name.
    static let environment = ["PATH": "/usr/bin:/bin:/usr/local/bin"]

    static func locate(_ name: String) throws -> String {
        guard let path = ExternalProgram.find(name, environment: environment) else {
            throw SubmitError.missingProgram(name)
        }
        return path
    }
}
