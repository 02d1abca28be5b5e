// The small file operations of the fake, on real files below its root.

import Foundation
import TestSupport

extension FakeFirecREST {
    /// The path on this machine, or the error for one the server does not serve.
    private func resolve(_ path: Any?) -> (path: String, refusal: ScriptedAnswer?) {
        guard let path = path as? String, path.hasPrefix("/"), !path.contains("/../"),
            options.fileSystems.contains(where: { path.hasPrefix($0 + "/") })
        else { return ("", Self.error(400, "path not in the configured file systems")) }
        return (localPath(path), nil)
    }

    private static func missing(_ path: String) -> ScriptedAnswer {
        error(404, "Remote process failed with exit status:1 and error message:\(path): No such file or directory")
    }

    func fileAnswer(_ operation: String, _ request: FakeRequest) throws -> ScriptedAnswer {
        switch operation {
        case "mkdir":
            try request.requireQuery()
            let body = try request.json(["sourcePath|path|source_path"], optional: ["parent"])
            return try makeDirectory(body["sourcePath"], parents: body["parent"] as? Bool ?? false)
        case "chmod":
            try request.requireQuery()
            return try changeMode(try request.json(["sourcePath|path|source_path", "mode"]))
        case "compress":
            try request.requireQuery()
            let members = ["sourcePath|path|source_path", "targetPath|target_path"]
            return try compress(try request.json(members, optional: ["compression", "dereference"]))
        case "upload":
            try request.requireQuery(["path"])
            return try upload(try request.file(), to: request.query["path"])
        case "stat": try request.requireQuery(["path"], optional: ["dereference"])
        case "ls": try request.requireQuery(["path"], optional: ["dereference", "showHidden", "recursive", "numericUid"])
        case "view": try request.requireQuery(["path", "size", "offset"])
        case "tail": try request.requireQuery(["path"], optional: ["lines", "bytes", "skipHeading"])
        default: try request.requireQuery(["path"])
        }
        let (path, refusal) = resolve(request.query["path"])
        if let refusal { return refusal }
        // Without `dereference` a link is itself, wherever it leads.
        let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
        let isThere = FileManager.default.fileExists(atPath: path)
        guard isThere || (isLink && operation == "stat" && request.query["dereference"] != "true") else { return Self.missing(path) }
        return try existing(operation, path, request)
    }

    private func existing(_ operation: String, _ path: String, _ request: FakeRequest) throws -> ScriptedAnswer {
        if operation == "rm" {
            try FileManager.default.removeItem(atPath: path)
            return .status(204)
        }
        if operation == "ls" { return try list(path) }
        // What a link leads to, where that is asked for; FileManager describes the link.
        let looked =
            operation == "stat" && request.query["dereference"] != "true" ? path : URL(filePath: path).resolvingSymlinksInPath().path
        let attributes = try FileManager.default.attributesOfItem(atPath: looked)
        let size = attributes[.size] as? Int ?? 0
        if operation == "stat" {
            let mode = attributes[.posixPermissions] as? Int ?? 0
            let names = ["ino", "dev", "nlink", "uid", "gid", "atime", "ctime", "mtime"]
            var output = Dictionary(uniqueKeysWithValues: names.map { ($0, 1) })
            output["mode"] = mode
            output["size"] = size
            return Self.json(200, ["output": output])
        }
        let content = [UInt8](try Data(contentsOf: URL(filePath: path)))
        switch operation {
        case "download":
            guard size <= options.operationLimit / 4 * 3 - 3 else { return Self.error(413, "File is too large") }
            return .bytes(content, headers: ["Content-Type": "application/octet-stream"])
        case "view":
            guard let size = request.query["size"].flatMap({ Int($0) }), size > 0, size <= options.operationLimit,
                let offset = request.query["offset"].flatMap({ Int($0) }), offset >= 0
            else { return Self.error(400, "size or offset") }
            // As `dd bs=SIZE skip=OFFSET/SIZE count=2` and Python: cut in bytes, decoded, cut again in characters.
            let blocks = content.dropFirst(offset / size * size).prefix(2 * size)
            let text = String(decoding: blocks, as: UTF8.self).unicodeScalars.dropFirst(offset % size).prefix(size)
            return Self.json(200, ["output": String(String.UnicodeScalarView(text))])
        case "tail":
            guard let count = request.query["bytes"].flatMap({ Int($0) }), count > 0 else {
                throw Violation(text: "tail: without a number of bytes")
            }
            let part = request.query["skipHeading"] == "true" ? content.dropFirst(count - 1) : content.suffix(count)
            guard part.count < options.bufferLimit else { return Self.error(413, "Command output exceeded buffer limit.") }
            let output: [String: Any] = [
                "content": String(decoding: part, as: UTF8.self), "contentType": "bytes", "startPosition": -count, "endPosition": -1,
            ]
            return Self.json(200, ["output": output])
        default:
            let sum = try run("/usr/bin/sha256sum", ["--", path]).prefix(64)
            // The server cuts what sha256sum says at blanks, and wants two parts.
            guard !path.dropFirst(options.root.count).contains(" ") else { return Self.error(500, "Invalid output: \(sum)  \(path)") }
            return Self.json(200, ["output": ["algorithm": "SHA256", "checksum": String(sum)]])
        }
    }

    private func makeDirectory(_ source: Any?, parents: Bool) throws -> ScriptedAnswer {
        let (path, refusal) = resolve(source)
        if let refusal { return refusal }
        if !parents, FileManager.default.fileExists(atPath: path) { return Self.error(400, "File exists") }
        // Each one that is new is the user's.
        var missing = [path]
        while parents, let first = missing.first, !FileManager.default.fileExists(atPath: (first as NSString).deletingLastPathComponent) {
            missing.insert((first as NSString).deletingLastPathComponent, at: 0)
        }
        for directory in missing where !FileManager.default.fileExists(atPath: directory) {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: false, attributes: attributes(mode: 0o755))
        }
        return Self.json(201, ["output": ["name": path, "type": "d", "permissions": "rwxr-xr-x", "size": "4096"]])
    }

    /// As the server puts `ls -l` into words: sizes are texts.
    private func list(_ path: String) throws -> ScriptedAnswer {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
        let files = names.sorted().map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            let isDirectory = attributes?[.type] as? FileAttributeType == .typeDirectory
            return [
                "name": name, "type": isDirectory ? "d" : "-", "linkTarget": NSNull(), "user": options.user, "group": options.group,
                "permissions": "rw-r--r--", "lastModified": "2026-01-01T00:00:00", "size": "\(attributes?[.size] as? Int ?? 0)",
            ] as [String: Any]
        }
        return Self.json(200, ["output": files])
    }

    private func changeMode(_ body: [String: Any]) throws -> ScriptedAnswer {
        let (path, refusal) = resolve(body["sourcePath"])
        if let refusal { return refusal }
        guard let mode = (body["mode"] as? String).flatMap({ Int($0, radix: 8) }) else { throw Violation(text: "chmod mode") }
        guard FileManager.default.fileExists(atPath: path) else { return Self.missing(path) }
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return Self.json(200, ["output": ["name": path, "type": "-", "permissions": "rw-------", "size": "1"]])
    }

    private func upload(_ file: (name: String, content: [UInt8]), to directory: String?) throws -> ScriptedAnswer {
        let (path, refusal) = resolve(directory.map { "\($0)/\(file.name)" })
        if let refusal { return refusal }
        // The real server hangs for 5 s.
        guard !file.content.isEmpty else { throw Violation(text: "upload of an empty file") }
        guard file.content.count <= options.operationLimit else { return Self.error(413, "File is too large") }
        let parent = URL(filePath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: parent) else { return Self.missing(parent) }
        try Data(file.content).write(to: URL(filePath: path))
        try FileManager.default.setAttributes(attributes(mode: 0o644), ofItemAtPath: path)
        return .status(204)
    }

    private func compress(_ body: [String: Any]) throws -> ScriptedAnswer {
        let (source, refusal) = resolve(body["sourcePath"])
        let (target, targetRefusal) = resolve(body["targetPath"])
        if let refusal = refusal ?? targetRefusal { return refusal }
        guard FileManager.default.fileExists(atPath: source) else { return Self.missing(source) }
        let url = URL(filePath: source)
        _ = try run("/usr/bin/tar", ["-czf", target, "-C", url.deletingLastPathComponent().path, url.lastPathComponent])
        return .status(204)
    }

    private func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Violation(text: "\(program) failed") }
        return text
    }
}
