// The exit codes of `sml` and `sml-loadgen`, each with its number once. docs/ERRORS.md explains them, and a test holds
// its table to this list. (Not `ExitCode`, which is the argument parser's name for any.)

/// How a command of ours can end.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    /// The plan was carried out, and a request succeeded.
    case done = 0
    /// Of a comparison: B is worse, or better, by more than the tolerance.
    case worse = 1
    case better = 2
    /// With `--require-remote-write`: series are missing at the receiver.
    case seriesMissing = 3
    /// With `--require-valid`: the run measured its generator.
    case invalid = 4
    /// The plan was carried out, and none of its requests succeeded.
    case nothingSucceeded = 5
    /// An option, its value or a variable of the environment; also what the cluster refuses to do.
    case usage = 64
    /// Not a records file, or none there; runs that are no pair. EX_DATAERR.
    case records = 65
    /// No file of undelivered series, or none there. EX_NOINPUT.
    case undelivered = 66
    /// What a run needs is not there: the system's, a program of ours, SLURM or FirecREST. EX_UNAVAILABLE.
    case unavailable = 69
    /// Output cannot be written, or is there already. EX_CANTCREAT.
    case output = 73
    /// Not ready in time, silent, or a task that was lost: another try may do. EX_TEMPFAIL.
    case temporary = 75
    /// The credentials were refused. EX_NOPERM.
    case credentials = 77
    /// `sml` is not configured, or wrongly. EX_CONFIG.
    case notConfigured = 78
    /// A threshold was not met, or a rule of the scenario ended the run. k6's.
    case rule = 99
    /// A bad scenario or run configuration. k6's.
    case configuration = 104
    /// Stopped by a signal. k6's.
    case stopped = 105
    /// The prompt corpus is missing, unreadable or empty. k6's code for a script that fails.
    case corpus = 107
    /// What became of a job.
    case jobTimeout = 111
    case jobCancelled = 112
    case jobNodeFailed = 113
    case jobOutOfMemory = 114
    case jobPreempted = 115
    case jobFailed = 116
    case jobUnknown = 117
    /// The model's job ended before the model was healthy.
    case modelEnded = 118
    /// The run is over and its results are not all at home.
    case resultsLeft = 119
    /// Ctrl-C where nothing is lost by it. A shell's 128 + SIGINT.
    case detached = 130
    /// The reader of stdout went away. A shell's 128 + SIGPIPE.
    case readerGone = 141
    /// A bad remote-write setting. k6's.
    case remoteWrite = 255
}
