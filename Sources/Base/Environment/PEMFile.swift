// A file of certificates or keys that libcurl will read: looked at before the run, since a connection that cannot read it
// is only one more failed request.

import Glibc

package enum PEMFile {
    package enum Kind: Sendable {
        case certificate, key

        fileprivate var names: [String] {
            switch self {
            case .certificate: ["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"]
            case .key: ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]
            }
        }
    }

    /// A bundle of all public authorities is 200 kB.
    package static let sizeLimit = 4 << 20

    /// Why the file at `path` cannot be one of `kind`; nil when it can.
    package static func problem(_ path: String, kind: Kind) -> String? {
        // It is read again by who uses it, so it cannot be a pipe; and nobody is to wait for one.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return "\(path): cannot be opened: \(String(cString: strerror(errno)))" }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return "\(path): is not a regular file"
        }
        guard let bytes = readBytes(upTo: sizeLimit + 1, from: descriptor) else {
            return "\(path): cannot be read: \(String(cString: strerror(errno)))"
        }
        guard bytes.count <= sizeLimit else { return "\(path): is larger than \(sizeLimit >> 20) MB" }
        let marks = kind.names.map { "-----BEGIN \($0)-----" }
        let isOne = marks.contains { bytes.contains(Array($0.utf8)) }
        return isOne ? nil : "\(path): expected PEM text with \(marks[0])"
    }
}
