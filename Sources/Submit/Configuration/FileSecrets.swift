// Secrets as files of mode 0600 in a directory of mode 0700: the way on login nodes, where no keyring runs.

import Glibc
import ScenarioFiles
import Base

struct FileSecrets: SecretStore {
    let directory: String
    var place: String { directory }

    init(configurationDirectory: String) { directory = configurationDirectory + "/secrets" }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// - Throws: when the file is there but others can read it: then it is no longer a secret.
    func read(_ name: String) async throws -> String? {
        let path = path(name)
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw SubmitError.notConfigured("\(path): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SubmitError.notConfigured("\(path): others can read it; run 'chmod 600 \(path)', or better: renew the secret")
        }
        do {
            let secret = try TextFile.read(path).trimmingBlanksAndNewlines
            return secret.isEmpty ? nil : secret
        } catch {
            throw SubmitError.notConfigured(error.description)
        }
    }

    func write(_ name: String, _ secret: String) async throws {
        try Directories.makePrivate(directory)
        try WholeFile.write(Array((secret + "\n").utf8), to: path(name), mode: 0o600)
    }

    /// Takes back a copy that would hide the one in a better place.
    func remove(_ name: String) { unlink(path(name)) }
}
