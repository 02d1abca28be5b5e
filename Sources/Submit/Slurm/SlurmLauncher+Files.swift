// Files of a run on a file system that this machine shares with the nodes.

import Glibc
import Base

extension SlurmLauncher {
    package func makeDirectory(_ path: String) async throws(LauncherError) {
        try Self.told { try Directories.make(path) }
    }

    /// With a file for its owner only, the directory becomes the owner's too.
    package func write(_ bytes: [UInt8], to path: String, mode: FileMode) async throws(LauncherError) {
        try Self.told {
            if mode == .ownerOnly { try Directories.makePrivate(PathText.parent(of: path)) }
            try WholeFile.write(bytes, to: path, mode: mode_t(mode.rawValue))
        }
    }

    package func size(of path: String) async throws(LauncherError) -> UInt64? {
        var status = stat()
        if stat(path, &status) == 0 { return UInt64(status.st_size) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .refused("\(path): cannot be examined: \(String(cString: strerror(errno)))")
    }

    package func read(_ path: String, from offset: UInt64?, limit: Int) async throws(LauncherError) -> [UInt8]? {
        guard let size = try await size(of: path) else { return nil }
        return try Self.told {
            let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard file >= 0 else { throw FileError.system("open", path) }
            defer { close(file) }
            let start = offset ?? (size > UInt64(limit) ? size - UInt64(limit) : 0)
            guard let bytes = readBytes(upTo: limit, from: file, at: start) else { throw FileError.system("read", path) }
            return bytes
        }
    }

    package func list(_ directory: String) async throws(LauncherError) -> [String: UInt64]? {
        guard try await size(of: directory) != nil else { return nil }
        var files: [String: UInt64] = [:]
        for name in try Self.told({ try FileLook.names(in: directory) }) { files[name] = try await size(of: "\(directory)/\(name)") }
        return files
    }

    package func fetch(_ path: String, to localPath: String, size _: UInt64?) async throws(LauncherError) -> Bool {
        guard try await size(of: path) != nil else { return false }
        try Self.told {
            // Not copied as what it is: a job's directory may hold a link, or a pipe without an end.
            let source = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard source >= 0 else { throw FileError.system("open", path) }
            defer { close(source) }
            var status = stat()
            guard fstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                throw FileError(action: "be copied", path: path, message: "is not a regular file")
            }
            let copy = try TemporaryFile(for: localPath, mode: 0o644)
            var block = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = block.withUnsafeMutableBytes { readSome(source, into: $0) }
                guard count >= 0 else { throw FileError.system("read", path) }
                if count == 0 { break }
                guard block.withUnsafeBytes({ writeAll(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: copy.descriptor) })
                else { throw FileError.system("write", localPath) }
            }
            try copy.replaceTarget()
        }
        return true
    }

    package func remove(_ path: String) async throws(LauncherError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .refused("\(path): cannot be removed: \(String(cString: strerror(errno)))")
        }
    }

    package func image(at path: String) async throws(LauncherError) -> ImageFile {
        ImageFile(head: try await read(path, from: 0, limit: ImageFile.headLength))
    }

    package func removeDirectory(_ path: String) async throws(LauncherError) {
        try Self.told { try Directories.removeTree(path) }
    }

    private static func told<Value>(_ body: () throws -> Value) throws(LauncherError) -> Value {
        do {
            return try body()
        } catch {
            throw .refused("\(error)")
        }
    }
}
