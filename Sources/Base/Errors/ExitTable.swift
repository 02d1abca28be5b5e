// The table of exit codes in a command's help. What a code means is said once, here, unless a command says more about its own
// case; the numbers are those of ``ExitStatus``.

extension ExitStatus {
    /// What it means, in as few words as a help text has.
    package var meaning: String {
        switch self {
        case .done: "the plan was carried out, and at least one request succeeded"
        case .worse: "of a comparison: B is worse than A by more than the tolerance"
        case .better: "of a comparison: B is better than A by more than the tolerance"
        case .seriesMissing: "with --require-remote-write: series are missing at the receiver"
        case .invalid: "with --require-valid: the verdict is INVALID; the summary is there and says why"
        case .nothingSucceeded: "the plan was carried out, and none of its requests succeeded"
        case .usage: "bad usage: an option or its value"
        case .records: "not a records file, or none there"
        case .undelivered: "no file of undelivered series, or it cannot be read"
        case .unavailable: "what a run needs is missing or cannot be reached"
        case .output: "output cannot be written or is there already"
        case .temporary: "not ready in time, silent or lost: another try may do"
        case .credentials: "the server, FirecREST or its token server refused the key or the credentials"
        case .notConfigured: "not configured"
        case .rule: "a threshold was not met, or a rule of the scenario ended the run (stop_on, on_429); the summary says which"
        case .configuration: "bad scenario or run configuration"
        case .stopped: "stopped by a signal (SIGTERM, SIGINT, SIGHUP, …); the summary is there and says so"
        case .corpus: "prompt corpus missing, unreadable or empty"
        case .jobTimeout: "the job reached its time limit"
        case .jobCancelled: "the job was cancelled"
        case .jobNodeFailed: "the job lost its node"
        case .jobOutOfMemory: "the job ran out of memory"
        case .jobPreempted: "the job was preempted"
        case .jobFailed: "the job failed in another way, or left no summary"
        case .jobUnknown: "the job is gone, and nobody knows how it ended"
        case .modelEnded: "the model's job ended before the model was healthy"
        case .resultsLeft: "the run is over, and its results could not all be fetched; 'attach' tries again"
        case .detached: "Ctrl-C: the job goes on"
        case .readerGone: "the reader of stdout went away"
        case .remoteWrite: "bad remote-write setting"
        }
    }

    /// The lines of a table, each indented and no wider than a terminal of 80; nil stands for the usual ``meaning``.
    package static func table(_ rows: KeyValuePairs<ExitStatus, String?>) -> String {
        rows.map { status, meaning in
            let code = String(status.rawValue)
            var lines = ["  " + code + String(repeating: " ", count: max(1, indentation - 2 - code.count))]
            for word in (meaning ?? status.meaning).split(separator: " ") {
                if lines[lines.count - 1].count + word.count > width {
                    lines.append(String(repeating: " ", count: indentation))
                }
                lines[lines.count - 1] += (lines[lines.count - 1].last == " " ? "" : " ") + word
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// How a job can end that was submitted: the last lines of the table of each command that submits one.
    package static var tableOfJobs: String {
        table([
            .jobTimeout: nil, .jobCancelled: nil, .jobNodeFailed: nil, .jobOutOfMemory: nil, .jobPreempted: nil, .jobFailed: nil,
            .jobUnknown: nil, .resultsLeft: nil, .detached: nil, .remoteWrite: nil,
        ])
    }

    private static let indentation = 7
    private static let width = 78
}
