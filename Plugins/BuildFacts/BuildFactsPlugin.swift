// Asks git which commit is built, and writes the answer where the compiler finds it. A command of the build, not one
// before it: SwiftPM runs those only when it plans anew, and the answer would be that of some earlier commit. It runs
// again when a source changes or git's log or index does, which every commit, checkout and edit touches; where nothing has
// changed it costs nothing, and the file that is compiled is replaced only by one that says something else.

import Foundation
import PackagePlugin

@main
struct BuildFactsPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let script = root.appending(path: "scripts/build-facts")
        let output = context.pluginWorkDirectoryURL.appending(path: "BuildFacts+Generated.swift")
        let sources = context.package.targets.compactMap { $0 as? any SourceModuleTarget }.flatMap { $0.sourceFiles.map(\.url) }
        let inputs = [root.appending(path: "Package.swift"), script] + Self.git(root) + sources
        let environment = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "SML_BUILD_COMMIT"].contains($0.key) }
        return [
            .buildCommand(
                displayName: "Which build this is", executable: URL(filePath: "/bin/sh"),
                arguments: [script.path(percentEncoded: false), output.path(percentEncoded: false)], environment: environment,
                inputFiles: inputs, outputFiles: [output])
        ]
    }

    /// What git touches when a commit is made or another checked out. A worktree's `.git` is a file that says where they are.
    private static func git(_ root: URL) -> [URL] {
        let place = root.appending(path: ".git")
        let link = (try? String(contentsOf: place, encoding: .utf8))?.split(separator: "\n").first
        let folder = link.map { URL(filePath: String($0.dropFirst("gitdir: ".count)), relativeTo: root) } ?? place
        return ["HEAD", "index", "logs/HEAD"].map { folder.appending(path: $0).absoluteURL }
            .filter { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) }
    }
}
