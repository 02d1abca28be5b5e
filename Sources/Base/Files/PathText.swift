// Paths taken apart and put together as text. Slashes at the end name the same place, and the kernel takes two for one,
// but people read these paths.

/// A path's text.
package enum PathText {
    /// What holds `path`; empty for a name without a slash, which lies where the command was called.
    package static func parent(of path: String) -> String {
        let kept = trimmed(path)
        guard let slash = kept.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return slash == kept.startIndex ? "/" : trimmed(kept[..<slash])
    }

    /// The name that `path` ends in.
    package static func name(of path: String) -> String {
        let kept = trimmed(path)
        guard let slash = kept.utf8.lastIndex(of: UInt8(ascii: "/")), kept != "/" else { return kept }
        return String(kept[kept.utf8.index(after: slash)...])
    }

    package static func joined(_ directory: String, _ name: String) -> String {
        directory.isEmpty || directory.utf8.last == UInt8(ascii: "/") ? directory + name : "\(directory)/\(name)"
    }

    private static func trimmed(_ path: some StringProtocol) -> String {
        var kept = Array(path.utf8)
        while kept.count > 1, kept.last == UInt8(ascii: "/") { kept.removeLast() }
        return String(decoding: kept, as: UTF8.self)
    }
}
