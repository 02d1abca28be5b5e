// The plain-text file Python's keyrings.alt keeps secrets in on machines without a keyring. Read only: whoever ran the
// Python `sml init` there does not have to type their secrets again.

import FoundationEssentials
import ScenarioFiles
import Base
import Scenarios

struct PythonKeyringFile: SecretStore {
    let place: String

    init(environment: [String: String]) {
        let data =
            environment.filled("XDG_DATA_HOME")
            ?? (environment["HOME"] ?? LoginUser.home) + "/.local/share"
        place = data + "/python_keyring/keyring_pass.cfg"
    }

    func read(_ name: String) async throws -> String? {
        guard FileLook.isThere(place) else { return nil }
        do {
            return Self.secret(in: try TextFile.read(place), service: DesktopKeyring.service, user: name)
        } catch {
            throw SubmitError.notConfigured(error.description)
        }
    }

    func write(_ name: String, _ secret: String) async throws {
        throw SubmitError.notConfigured("\(place): is Python's; not written")
    }

    /// The value of `user` in section `service`: base64, over as many indented lines as it needs.
    static func secret(in text: String, service: String, user: String) -> String? {
        let section = "[\(escaped(service))]"
        let key = escaped(user)
        var isInSection = false
        var base64: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isContinuation = line.first == " " || line.first == "\t"
            let word = line.trimmingBlanks
            if isContinuation {
                if base64 != nil { base64! += word }
                continue
            }
            if base64 != nil { break }
            if word.hasPrefix("[") {
                isInSection = word == section
            } else if isInSection, let equals = word.firstIndex(of: "="),
                // Python's configuration parser reads keys without regard to case and writes them in lower case.
                word[..<equals].trimmingBlanks.lowercased() == key.lowercased()
            {
                base64 = word[word.index(after: equals)...].trimmingBlanks
            }
        }
        guard let base64, let bytes = Data(base64Encoded: base64), !bytes.isEmpty else { return nil }
        return String(data: bytes, encoding: .utf8)
    }

    /// Letters and digits stay, every other byte becomes `_` and two hexadecimal digits.
    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            return isPlain ? String(scalar) : "_" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
