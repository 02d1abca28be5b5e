// Whether a file of the cluster is a container image: found out before a job waits for its node, where the engine unpacks
// it and says what is wrong in twenty lines.

package enum ImageFile {
    /// What every squashfs begins with, `hsqs`.
    private static let magic = Array("hsqs".utf8)

    /// - Parameter option: what errors begin with.
    /// - Throws: ``SubmitError/usage(_:)``; ``LauncherError`` when the cluster does not answer.
    package static func check(_ path: String, option: String, at launcher: any Launcher) async throws {
        let beginning: [UInt8]?
        do {
            beginning = try await launcher.read(path, from: 0, limit: magic.count)
        } catch LauncherError.refused(let reason) {
            throw SubmitError.usage("\(option): cannot be read as an image: \(reason)")
        }
        guard let beginning else { throw SubmitError.usage("\(option): does not exist on the cluster") }
        guard beginning == magic else {
            throw SubmitError.usage("\(option): is no container image; expected a squashfs file, as container/build and enroot make it")
        }
    }
}
