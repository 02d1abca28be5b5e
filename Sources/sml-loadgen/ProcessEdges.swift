// The few places where this command touches its process: environment, stderr, stdout.

import Glibc
import Scenarios

enum ProcessEnvironment {
    static var variables: [String: String] {
        var found: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                found[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return found
    }
}

enum StandardError {
    static func write(_ text: String) { Descriptor.write(text, to: STDERR_FILENO) }
}

enum StandardOutput {
    static func write(_ text: String) { Descriptor.write(text, to: STDOUT_FILENO) }
}

private enum Descriptor {
    /// A reader that went away is no reason to fail: the result is in the file.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

enum ProcessLimits {
    /// A file size limit (ulimit -f) must be a failed write, which is reported, not the end of the process.
    static func makeErrors() { signal(SIGXFSZ, SIG_IGN) }
}

/// Output that cannot be written, found before the first request where possible.
struct OutputError: CommandError {
    /// EX_CANTCREAT.
    static let exitCode: Int32 = 73
    var exitCode: Int32 { Self.exitCode }
    var description: String
}
