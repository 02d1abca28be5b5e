// `--output-script`: everything that would be submitted, as files to look at, keep or change. `sbatch DIR/master.sh`
// launches the model by itself.

import Models
import Base
import Scenarios
import Submit

struct LaunchScripts {
    let launch: ModelLaunch
    let job: LoadtestJob

    /// Writes the model's scripts and the load test's script and files, without secrets.
    ///
    /// - Throws: ``SubmitError/cannotStage(_:_:)``.
    func write(to directory: String) throws {
        let files = launch.files() + [("loadtest.sh", job.script)] + (try job.shownFiles())
        do {
            try Directories.make(directory)
            for (name, text) in files {
                let path = PathText.joined(directory, name)
                try WholeFile.write(Array(text.utf8), to: path, mode: name.hasSuffix(".sh") ? 0o755 : 0o644)
            }
        } catch {
            throw SubmitError.cannotStage("--output-script \(directory)", "cannot be written: \(error)")
        }
        say("Wrote \(files.count) files to \(directory):\n" + files.map { "  \($0.0)" }.joined(separator: "\n"))
    }
}
