// Where the API key comes from: a private file or the environment. Never an option's value, because everybody on a
// login node can read command lines.

import Base
import Glibc

package enum APIKey {
    /// Variables that may hold the key: SML's, and the name it had before 2026.
    static let variables = ["SML_SWISSAI_RESEARCH_API_KEY", "SML_CSCS_API_KEY"]

    /// Keys are some hundred bytes; the largest tokens a few kilobytes.
    private static let sizeLimit = 64 << 10

    /// The key in `file`, else in the environment, else nil.
    ///
    /// - Throws: ``SubmitError/usage(_:)`` when the file cannot be read, is empty, or others can read it.
    package static func read(file: String?, option: String = "--api-key-file", environment: [String: String]) throws -> String? {
        guard let file else {
            let found = variables.lazy.compactMap { name in environment[name].map { (name, $0) } }.first { !$0.1.isEmpty }
            return try found.map { try checked($0.1, from: $0.0) }
        }
        var status = stat()
        guard stat(file, &status) == 0 else {
            throw SubmitError.usage("\(option) \(file): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SubmitError.usage("\(option) \(file): others can read it; run 'chmod 600 \(file)'")
        }
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SubmitError.usage("\(option) \(file): cannot be read") }
        defer { close(descriptor) }
        guard let bytes = readBytes(upTo: sizeLimit + 1, from: descriptor) else {
            throw SubmitError.usage("\(option) \(file): cannot be read")
        }
        guard bytes.count <= sizeLimit else {
            throw SubmitError.usage("\(option) \(file): is larger than \(sizeLimit >> 10) kB; that is no key")
        }
        let place = "\(option) \(file)"
        if let coding = TextCoding(bytes) {
            throw SubmitError.usage("\(place): \(coding.words); save it as UTF-8 without a byte order mark")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw SubmitError.usage("\(place): is not UTF-8 text") }
        let key = text.trimmingBlanksAndNewlines
        guard !key.isEmpty else { throw SubmitError.usage("\(place): is empty; expected the key alone on one line") }
        guard !key.contains(where: \.isNewline) else {
            throw SubmitError.usage("\(place): has several lines; expected the key alone on one line")
        }
        return try checked(key, from: place)
    }

    /// What a header can hold. The key is not repeated.
    static func checked(_ key: String, from place: String) throws -> String {
        if let name = variable(in: key) {
            throw SubmitError.usage("\(place): holds \(name)=…, as a shell's file does; expected the key alone")
        }
        for (open, close) in quotes where key.hasPrefix(open) && key.hasSuffix(close) {
            throw SubmitError.usage("\(place): the key is in quotes (\(open)…\(close)); expected it without")
        }
        guard key.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw SubmitError.usage("\(place): the value is not accepted; expected a key without blanks and control characters")
        }
        return key
    }

    private static let quotes = [("\"", "\""), ("'", "'"), ("`", "`"), ("“", "”"), ("‘", "’")]

    /// The name in `NAME=value` or `export NAME=value`. Keys may have a `=` in them; nobody's begins with `API_KEY=`.
    private static func variable(in key: String) -> String? {
        let isExported = key.hasPrefix("export ")
        let text = (isExported ? String(key.dropFirst(7)) : key).trimmingBlanks
        guard let equals = text.firstIndex(of: "=") else { return nil }
        let name = text[..<equals]
        let isName = name.utf8.first.map { !(0x30...0x39).contains($0) } == true && name.utf8.allSatisfy(isNameByte)
        let isOfKey = ["key", "token", "secret", "api"].contains { name.lowercased().contains($0) }
        return isName && (isExported || isOfKey) ? String(name) : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
