// `--output-script`: everything that would be submitted, as files to look at, keep or change. `sbatch DIR/master.sh`
// launches the model by itself.

import Foundation
import Models
import Submit

struct LaunchScripts {
    let launch: ModelLaunch
    let job: LoadtestJob

    /// Writes the model's scripts and the load test's script and files, without secrets.
    ///
    /// - Throws: ``SubmitError/cannotStage(_:_:)``.
    func write(to directory: String) throws {
        let files = launch.files() + [("loadtest.sh", job.script.render())] + (try job.shownFiles())
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            for (name, text) in files {
                let path = (directory as NSString).appendingPathComponent(name)
                try Data(text.utf8).write(to: URL(filePath: path))
                try FileManager.default.setAttributes(
                    [.posixPermissions: name.hasSuffix(".sh") ? 0o755 : 0o644], ofItemAtPath: path)
            }
        } catch {
            throw SubmitError.cannotStage("--output-script \(directory)", "cannot be written: \(error.localizedDescription)")
        }
        say("Wrote \(files.count) files to \(directory):\n" + files.map { "  \($0.0)" }.joined(separator: "\n"))
    }
}
