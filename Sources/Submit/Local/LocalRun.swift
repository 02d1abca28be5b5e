// A run on this machine: the generator as a child process, exactly as a job would start it, and the simulated
// endpoint as another when no server is given. Children are in process groups of their own, so that Ctrl-C reaches
// us only: the generator is told once, drains and writes its summary while the endpoint still answers. They stop and
// continue with us (JobControl), and end when we do, however that was.

import Glibc
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// A run with the generator, and perhaps the endpoint, as children.
package struct LocalRun: Sendable {
    package var generatorArguments: GeneratorArguments
    /// Environment changes for the generator, e.g. remote-write settings.
    package var generatorEnvironment: [String: String] = [:]

    package init(generatorArguments: GeneratorArguments, generatorEnvironment: [String: String] = [:]) {
        self.generatorArguments = generatorArguments
        self.generatorEnvironment = generatorEnvironment
    }

    /// Runs the generator to its end, passing `signals` on to it, and returns its exit code.
    ///
    /// - Throws: ``SubmitError`` when it cannot be started.
    package func run(signals: AsyncStream<Int32>) async throws -> Int32 {
        let program = try OwnProgram.generator.locate()
        let environment = ChildEnvironment.generator(adding: generatorEnvironment)
        let result = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(generatorArguments.words + Self.endingWithUs), environment: environment,
            platformOptions: Self.ownGroup, input: .none, output: .currentStandardOutput,
            error: .currentStandardError
        ) { execution in
            let process = execution.processIdentifier.value
            JobControl.shared.add(process)
            return Task { for await number in signals { kill(process, number) } }
        }
        JobControl.shared.remove(result.processIdentifier.value)
        result.closureResult.cancel()
        return Self.exitCode(result.terminationStatus)
    }

    /// Runs `body` with the URL of a simulated endpoint, which is stopped afterwards.
    ///
    /// - Throws: ``SubmitError`` when the endpoint does not start; what `body` throws.
    package static func withEndpoint<Result: Sendable>(
        arguments: [String], _ body: @Sendable (_ url: String) async throws -> Result
    ) async throws -> Result {
        let program = try OwnProgram.endpoint.locate()
        let outcome = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(["--port", "0"] + endingWithUs + arguments),
            environment: ChildEnvironment.endpoint(), platformOptions: ownGroup, input: .none, output: .sequence,
            error: .currentStandardError
        ) { execution in
            JobControl.shared.add(execution.processIdentifier.value)
            defer {
                JobControl.shared.remove(execution.processIdentifier.value)
                try? execution.send(signal: .terminate)
            }
            for try await line in execution.standardOutput.strings() {
                let prefix = "listening on "
                guard line.hasPrefix(prefix) else { continue }
                let url = line.dropFirst(prefix.count).filter { !$0.isWhitespace }
                return try await body(String(url))
            }
            throw SubmitError.endpointFailed("it ended without listening")
        }
        return outcome.closureResult
    }

    /// SIGKILL of ours must not leave a child loading a server.
    private static var endingWithUs: [String] { ["--while-process", "\(getpid())"] }

    static var ownGroup: PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = 0
        return options
    }

    /// A child killed by a signal ends as a shell reports it: 128 + number.
    private static func exitCode(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let number): 128 + number
        }
    }
}
