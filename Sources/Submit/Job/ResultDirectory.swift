// Where results are kept on this machine, and what they are called.

import Base

/// Where results go on this machine.
package enum ResultDirectory {
    /// Holds a directory for each model.
    package static func root(environment: [String: String]) -> String {
        ConfigurationFile.directory(environment: environment) + "/loadtest"
    }

    /// Makes a model's directory.
    package static func prepare(_ path: String) throws { try Directories.make(path) }

    /// SML's name of a run against a server that runs already: the model with `_` for `/`, or `external`.
    package static func runID(model: String?) -> String {
        guard let model, !model.isEmpty else { return "external" }
        let name = model.replacing("/", with: "_")
        return name == "." || name == ".." ? "_" : name
    }

    /// `summary_<scenario>_<YYYYmmdd_HHMMSS>_%j.json` and the records of the same name: from the run label, which has the first
    /// two parts. `%j` is for the job's number, because several runs of one scenario can begin within a second.
    package static func fileNames(runLabel: String) -> (summary: String, records: String) {
        let parts = runLabel.split(separator: "_", omittingEmptySubsequences: false)
        let name = parts.dropFirst().dropLast().joined(separator: "_")
        return ("summary_\(name)_%j.json", "records_\(name)_%j.smlrec")
    }
}
