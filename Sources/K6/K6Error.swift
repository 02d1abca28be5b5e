// What ends `k6 run` before the first request, with k6's exit code for it (k6 §9).

import Base

/// A command line, a script or an environment that this `k6` does not run.
package typealias K6Error = KindedError<K6ErrorKind>

package enum K6ErrorKind: ErrorKind {
    /// A flag, a value or a file named on the command line: 255.
    case usage
    /// What k6 finds out when it runs the script once: the script itself, RUN_CONFIG_JSON, PROMPTS_FILE: 107.
    case script

    package var status: ExitStatus {
        switch self {
        case .usage: .remoteWrite
        case .script: .corpus
        }
    }
}
