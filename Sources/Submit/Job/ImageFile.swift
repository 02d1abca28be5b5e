// Whether a file of the cluster is a container image: found out before a job waits for its node, where the engine unpacks
// it and says what is wrong in twenty lines.

/// What a file is that should be an image.
package enum ImageFile: Sendable, Equatable {
    case missing
    case squashfs
    case somethingElse
    /// It is there; this way to the cluster does not look into binary files.
    case unseen

    /// What every squashfs begins with.
    private static let magic = Array("hsqs".utf8)
    static let headLength = magic.count

    /// - Parameter head: the file's first bytes; nil where there is no file.
    init(head: [UInt8]?) { self = head.map { $0 == Self.magic ? .squashfs : .somethingElse } ?? .missing }

    /// - Parameter option: what errors begin with.
    /// - Throws: ``SubmitError/usage(_:)``; ``LauncherError`` when the cluster does not answer.
    package static func check(_ path: String, option: String, at launcher: any Launcher) async throws {
        let found: ImageFile
        do {
            found = try await launcher.image(at: path)
        } catch LauncherError.refused(let reason) {
            throw SubmitError.usage("\(option): cannot be read as an image: \(reason)")
        }
        switch found {
        case .squashfs, .unseen: break
        case .missing: throw SubmitError.usage("\(option): does not exist on the cluster")
        case .somethingElse:
            throw SubmitError.usage("\(option): is no container image; expected a squashfs file, as container/build and enroot make it")
        }
    }
}
