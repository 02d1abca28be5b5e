// What is handed over: the job, the same as files to look at, and what can be found out before.

import Submit

extension ModelLaunch {
    /// - Parameter directory: where the job starts; ``ModelLogs`` lie under it.
    package func submission(directory: String) -> JobSubmission {
        JobSubmission(name: jobName, script: script(), directory: directory, logDirectory: "logs/%j", account: account)
    }

    /// The batch script, with the other parts in it.
    package func script() -> String { ModelScript(launch: self).master }

    /// What `--output-script` writes: `master.sh`, which holds all the others, and each of them by itself.
    package func files() -> [(name: String, text: String)] {
        let script = ModelScript(launch: self)
        return [("master.sh", script.master)] + script.parts
    }

    /// That the image is on the cluster, and that its engine can start what the environment file says: said now, not after
    /// hours in a queue.
    ///
    /// - Throws: ``SubmitError/usage(_:)``, ``LauncherError``.
    package func checkImage(_ launcher: any Launcher) async throws {
        if await launcher.containerEngine() == .pyxis { try environment.checkPyxis() }
        let files = environment.imageFiles
        guard !files.isEmpty else { return }
        // Which architecture the nodes have is theirs to know; one image is enough to go on.
        for file in files where try await launcher.size(of: file) != nil {
            return try await ImageFile.check(file, option: "\(environment.name): image \(file)", at: launcher)
        }
        throw SubmitError.usage(
            "\(environment.name): image: \(files.joined(separator: " and ")) \(files.count == 1 ? "does" : "do") not exist on the cluster")
    }
}
