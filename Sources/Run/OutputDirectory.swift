// Where the result will be written, proved before the first request: finding out at the end that nothing can be
// written would cost the measurement.

import Glibc
import Base

enum OutputDirectory {
    /// Makes `directory` with its parents, proves that files can be made in it, and refuses to replace a result unless
    /// told to: neither a summary nor records, which are all that is left of a run that was killed.
    ///
    /// - Parameter summaries: in `directory` or in another that exists.
    static func prepare(
        _ directory: String, summaries: [String], records: String?, replacing: Bool
    ) throws(OutputError) {
        guard !directory.isEmpty else { throw OutputError(description: "--out: \"\" is not a directory") }
        try make(directory)
        var status = stat()
        guard stat(directory, &status) == 0 else { throw failure(directory, "cannot be examined") }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw OutputError(description: "--out \(directory): is not a directory")
        }
        for path in summaries + (records.map { [$0] } ?? []) where !replacing && isFile(path) {
            throw OutputError(description: "\(path): already exists; choose another")
        }
        try probe(directory, for: directory)
        for path in summaries {
            // A summary replaces what is there as a whole; a device would be replaced too.
            guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
                throw OutputError(description: "\(path): is not a regular file")
            }
            let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            try probe(path.contains("/") ? parent + "/" : ".", for: path)
        }
    }

    private static func make(_ directory: String) throws(OutputError) {
        do { try Directories.make(directory) } catch { throw OutputError(description: error.description) }
    }

    /// A regular file with something in it: `/dev/stdout` may be written to again and again.
    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
    }

    /// Twice what a summary of 100 labels needs.
    private static let neededBytes = 256 << 10

    /// `access` says yes to root on read-only file systems, and a full disk still makes empty files; writing does not
    /// lie.
    private static func probe(_ directory: String, for name: String) throws(OutputError) {
        let file: TemporaryFile
        do {
            file = try TemporaryFile(for: directory + "/.sml-loadgen", mode: 0o600)
        } catch {
            throw OutputError(description: "\(name): cannot be written to: \(error.message)")
        }
        let bytes = [UInt8](repeating: 0, count: neededBytes)
        // Some file systems say it only when the bytes must be on the disk.
        guard writeAll(bytes, to: file.descriptor), fsync(file.descriptor) == 0 else {
            let reason = errno
            throw OutputError(
                description: "\(name): \(neededBytes >> 10) kB for the result cannot be written: "
                    + String(cString: strerror(reason)))
        }
    }

    private static func failure(_ path: String, _ what: String) -> OutputError {
        OutputError(description: "\(path): \(what): \(String(cString: strerror(errno)))")
    }
}
