// `--output-script`: everything that would be submitted, as files to look at, keep or change. `sbatch DIR/master.sh`
// launches the model by itself. What each of two arms has for itself is in a directory of its own.

import Models
import Base
import Scenarios
import Submit

struct LaunchScripts {
    let launches: [ModelLaunch]
    let jobs: [LoadtestJob]

    private typealias File = (name: String, text: String)

    private static func files<Part>(_ parts: [Part], _ files: (Part) throws -> [File]) rethrows -> [File] {
        guard parts.count > 1 else { return try parts.flatMap(files) }
        return try zip(RunConfiguration.armNames, parts).flatMap { arm, part in try files(part).map { ("\(arm)/\($0.name)", $0.text) } }
    }

    /// Writes the models' scripts and the load test's script and files, without secrets.
    ///
    /// - Throws: ``SubmitError/cannotStage(_:_:)``.
    func write(to directory: String) throws {
        let files = try Self.files(launches) { $0.files() } + Self.files(jobs) { [("loadtest.sh", $0.script)] + (try $0.shownFiles()) }
        do {
            try Directories.make(directory)
            for (name, text) in files {
                let path = PathText.joined(directory, name)
                try Directories.make(PathText.parent(of: path))
                try WholeFile.write(Array(text.utf8), to: path, mode: name.hasSuffix(".sh") ? 0o755 : 0o644)
            }
        } catch {
            throw SubmitError.cannotStage("--output-script \(directory)", "cannot be written: \(error)")
        }
        say("Wrote \(files.count) files to \(directory):\n" + files.map { "  \($0.0)" }.joined(separator: "\n"))
    }
}
