// What ends `k6 run` before the first request, with k6's exit code for it (k6 §9). The text is one line for stderr.

import Base

/// A command line, a script or an environment that this `k6` does not run.
package struct K6Error: CommandError, Equatable {
    package enum Kind: Sendable, Equatable {
        /// A flag, a value or a file named on the command line: 255.
        case usage
        /// What k6 finds out when it runs the script once: the script itself, RUN_CONFIG_JSON, PROMPTS_FILE: 107.
        case script
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = OneLine.escaped(description)
    }

    package var exitCode: Int32 {
        switch kind {
        case .usage: ExitStatus.remoteWrite.rawValue
        case .script: ExitStatus.corpus.rawValue
        }
    }
}
