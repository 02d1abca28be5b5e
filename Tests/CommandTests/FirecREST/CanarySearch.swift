// Where secrets are that have the word in them: command lines of the machine's processes, files with their modes.

import Foundation
import TestSupport

enum CanarySearch {
    /// Command lines of processes other than this one.
    static func commandLines() -> [String] {
        let ids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
        return ids.filter { $0 != getpid() }.compactMap { id in
            guard let data = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") else { return nil }
            let line = String(decoding: data.map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self)
            return secrets.contains { line.contains($0) } ? line : nil
        }
    }

    private static let secrets = ["id-canary", "secret-canary", "token-canary", "gateway-canary", Laptop.key]

    /// Files below `directory` with one of them, and their modes.
    static func files(in directory: String) throws -> [String: Int] {
        let grep = Process()
        grep.executableURL = URL(filePath: "/usr/bin/grep")
        // Unpacked images are root file systems of a gigabyte without anything of a run.
        // What to look for on standard input: a command line with a secret is what is looked for elsewhere.
        grep.arguments = ["-rlaF", "-f", "-", "--exclude-dir=images", "--exclude=*.sqsh", directory]
        let (input, output) = (Pipe(), Pipe())
        grep.standardInput = input
        grep.standardOutput = output
        grep.standardError = FileHandle.nullDevice
        try grep.run()
        try input.fileHandleForWriting.write(contentsOf: Data(secrets.joined(separator: "\n").utf8))
        try input.fileHandleForWriting.close()
        let found = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        grep.waitUntilExit()
        return Dictionary(
            uniqueKeysWithValues: found.split(separator: "\n").map { path in
                let mode = try? FileManager.default.attributesOfItem(atPath: String(path))[.posixPermissions] as? Int
                return (String(path), mode ?? 0)
            })
    }
}

extension ReceivedRequest {
    /// Anywhere: request line, headers, body.
    func contains(_ text: String) -> Bool {
        requestLine.contains(text) || headers.contains { $0.value.contains(text) && $0.name.lowercased() != "authorization" }
            || Data(body).range(of: Data(text.utf8)) != nil
    }
}
