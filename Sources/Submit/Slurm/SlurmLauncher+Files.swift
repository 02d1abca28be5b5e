// Files of a run on a file system that this machine shares with the nodes.

import Foundation
import Glibc

extension SlurmLauncher {
    public func makeDirectory(_ path: String) async throws(LauncherError) {
        try Self.told { try PrivateFile.makeDirectories(path) }
    }

    /// With a file for its owner only, the directory becomes the owner's too.
    public func write(_ bytes: [UInt8], to path: String, mode: FileMode) async throws(LauncherError) {
        try Self.told {
            if mode == .ownerOnly { try PrivateFile.makeDirectory((path as NSString).deletingLastPathComponent) }
            try PrivateFile.replace(path, with: bytes, mode: mode_t(mode.rawValue))
        }
    }

    public func size(of path: String) async throws(LauncherError) -> UInt64? {
        var status = stat()
        if stat(path, &status) == 0 { return UInt64(status.st_size) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .refused("\(path): cannot be examined: \(String(cString: strerror(errno)))")
    }

    public func read(_ path: String, from offset: UInt64?, limit: Int) async throws(LauncherError) -> [UInt8]? {
        guard let size = try await size(of: path) else { return nil }
        return try Self.told {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            try file.seek(toOffset: offset ?? (size > UInt64(limit) ? size - UInt64(limit) : 0))
            return Array(try file.read(upToCount: limit) ?? Data())
        }
    }

    public func fetch(_ path: String, to localPath: String) async throws(LauncherError) -> Bool {
        guard try await size(of: path) != nil else { return false }
        let part = "\(localPath).part-\(getpid())"
        unlink(part)
        defer { unlink(part) }
        try Self.told { try FileManager.default.copyItem(atPath: path, toPath: part) }
        guard rename(part, localPath) == 0 else {
            throw .refused("\(localPath): cannot be written: \(String(cString: strerror(errno)))")
        }
        return true
    }

    public func remove(_ path: String) async throws(LauncherError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .refused("\(path): cannot be removed: \(String(cString: strerror(errno)))")
        }
    }

    private static func told<Value>(_ body: () throws -> Value) throws(LauncherError) -> Value {
        do {
            return try body()
        } catch {
            throw .refused("\(error)")
        }
    }
}
