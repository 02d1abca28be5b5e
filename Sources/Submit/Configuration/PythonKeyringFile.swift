// The plain-text file Python's keyrings.alt keeps secrets in on machines without a keyring. Whoever ran `sml init` there, the
// Python one or this one, does not have to type their secrets for the other again.

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

    /// Everything else in the file stays as it is.
    ///
    /// - Throws: ``SubmitError``, `FileError`.
    func write(_ name: String, _ secret: String) async throws {
        let directory = PathText.parent(of: place)
        try Directories.make(directory, lastMode: 0o700)
        let old: String
        do { old = FileLook.isThere(place) ? try TextFile.read(place) : "" } catch {
            throw SubmitError.notConfigured(error.description)
        }
        let new = Self.setting(in: old, service: DesktopKeyring.service, user: name, to: secret)
        try WholeFile.write(Array(new.utf8), to: place, mode: 0o600)
    }

    /// `text` with the value of `user` in section `service`, as Python's configuration parser writes it.
    static func setting(in text: String, service: String, user: String, to secret: String) -> String {
        let section = "[\(escaped(service))]"
        let key = escaped(user).lowercased()
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        func isHeader(_ line: String) -> Bool { line.hasPrefix("[") }
        func isContinuation(_ line: String) -> Bool { line.isEmpty || line.first == " " || line.first == "\t" }
        if !lines.contains(section) { lines += (lines.isEmpty ? [] : [""]) + [section] }
        let begin = (lines.firstIndex(of: section) ?? 0) + 1
        var end = lines[begin...].firstIndex(where: isHeader) ?? lines.endIndex
        if let old = lines[begin..<end].firstIndex(where: { line in
            !isContinuation(line) && line.split(separator: "=").first.map { $0.trimmingBlanks.lowercased() == key } == true
        }) {
            let next = lines[(old + 1)..<end].firstIndex { !isContinuation($0) } ?? end
            lines.removeSubrange(old..<next)
            end -= next - old
        }
        while end > begin, lines[end - 1].isEmpty { end -= 1 }
        // 76 characters a line, and an end of line behind the last, as Python's base64 has it.
        let encoded = Base64.encode(Array(secret.utf8))
        let pieces = stride(from: 0, to: encoded.count, by: 76).map { "\t" + String(encoded.dropFirst($0).prefix(76)) }
        lines.insert(contentsOf: ["\(key) = "] + pieces + ["\t"], at: end)
        return lines.joined(separator: "\n") + "\n"
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
