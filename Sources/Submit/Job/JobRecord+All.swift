// Every run that was submitted from here and is written down.

import FoundationEssentials
import ScenarioFiles
import Base

extension JobRecord {
    /// Of all directories under `results`, in the order of their numbers. What is no record is left out: the user may keep
    /// other files there.
    package static func all(results: String) -> [JobRecord] {
        let directories = ((try? FileLook.names(in: results)) ?? []).map { "\(results)/\($0)" }
        let files = directories.flatMap { directory in
            ((try? FileLook.names(in: directory)) ?? []).filter { $0.hasPrefix("job_") && $0.hasSuffix(".json") }
                .map { "\(directory)/\($0)" }
        }
        let records = files.compactMap { file in
            (try? TextFile.read(file)).flatMap { try? JSONDecoder().decode(JobRecord.self, from: Data($0.utf8)) }
        }
        return records.sorted { ($0.jobID.description.count, $0.jobID.description) < ($1.jobID.description.count, $1.jobID.description) }
    }
}
