// Where our other programs are: beside this one, as they are installed and as they are built.

import Base
import Scenarios

/// A program of this product that another one starts.
package enum OwnProgram: String, Sendable {
    case generator = "sml-loadgen"
    case endpoint = "sml-endpoint"

    /// Its path: in the directory of the running executable, else on `PATH`.
    ///
    /// - Throws: ``SubmitError/missingProgram(_:)``.
    package func locate(environment: [String: String] = ProcessVariables.all) throws -> String {
        let own = FileLook.link("/proc/self/exe") ?? ""
        let beside = PathText.joined(PathText.parent(of: own), rawValue)
        if !own.isEmpty, FileLook.isExecutable(beside) { return beside }
        guard let path = ExternalProgram.find(rawValue, environment: environment) else {
            throw SubmitError.missingProgram(rawValue)
        }
        return path
    }
}

/// What can go wrong around a run, outside the generator.
package enum SubmitError: CommandError, Equatable {
    case missingProgram(String)
    /// A directory or file of the run cannot be made, with the reason.
    case cannotStage(String, String)
    /// The simulated endpoint ended before it listened, with what it said.
    case endpointFailed(String)
    case usage(String)
    /// `sml init` has not been run, or its file is wrong.
    case notConfigured(String)
    /// The server did not come up in time.
    case notReady(String)
    /// The server refuses the key.
    case refused(String)
    /// What answers is no server that serves the model.
    case notServed(String)
    /// SLURM has no such job.
    case notKnown(String)

    package var description: String {
        switch self {
        case .missingProgram(let name):
            "\(name) not found beside sml nor on PATH: build it with 'make build' or install it in the same directory"
        case .cannotStage(let path, let reason): "\(path): \(reason)"
        case .endpointFailed(let output): "the simulated endpoint did not start: \(output)"
        case .usage(let reason), .notConfigured(let reason), .notReady(let reason), .refused(let reason), .notServed(let reason),
            .notKnown(let reason):
            reason
        }
    }

    /// 64 usage (EX_USAGE), 69 a program missing or not starting, or no server of the model (EX_UNAVAILABLE), 73 output cannot be made
    /// (EX_CANTCREAT), 75 not ready yet (EX_TEMPFAIL), 77 refused (EX_NOPERM), 78 not configured (EX_CONFIG),
    /// 117 no such job.
    package var exitCode: Int32 {
        switch self {
        case .usage: ExitStatus.usage.rawValue
        case .missingProgram, .endpointFailed, .notServed: ExitStatus.unavailable.rawValue
        case .cannotStage: ExitStatus.output.rawValue
        case .notReady: ExitStatus.temporary.rawValue
        case .refused: ExitStatus.credentials.rawValue
        case .notConfigured: ExitStatus.notConfigured.rawValue
        case .notKnown: ExitStatus.jobUnknown.rawValue
        }
    }
}
