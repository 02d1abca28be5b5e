// The simulated LLM endpoint as a command: options to configuration, signals to an orderly stop. Everything it does is
// in the Endpoint library, so that tests can run it in their own process.

import ArgumentParser
import Endpoint
import Glibc
import Scenarios

@main
struct EndpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sml-endpoint",
        abstract: "A simulated LLM server: OpenAI-compatible chat completions with known, seeded times.",
        discussion: HelpText.discussion,
        version: Product.version)

    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @OptionGroup(title: "Simulated model") var model: ModelOptions

    func validate() throws {
        _ = try endpointConfiguration()
    }

    func run() async throws {
        DescriptorLimit.raise()
        // Before the port is announced: whoever reads it may stop us at once.
        let stop = StopSignals()
        let configuration = try endpointConfiguration()
        let file: RequestLogFile?
        let server: EndpointServer
        do {
            file = try listening.log.map { (path) throws(EndpointUsageError) in try RequestLogFile(path: path) }
            server = try await EndpointServer.start(configuration, log: file ?? NoRequestLog())
        } catch {
            throw Failure.exit("\(error)")
        }
        Terminal.write("listening on \(server.url)\n", to: STDOUT_FILENO)
        await stop.wait(every: .seconds(1)) { file?.flush() }
        try await server.stop()
        do {
            try file?.close()
        } catch {
            throw Failure.exit(error.description)
        }
    }

    private func endpointConfiguration() throws -> EndpointConfiguration {
        do throws(EndpointUsageError) {
            var configuration = EndpointConfiguration()
            try listening.apply(to: &configuration)
            try model.apply(to: &configuration)
            try configuration.validate()
            return configuration
        } catch {
            throw ValidationError(error.description)
        }
    }
}

enum Failure {
    /// Says what went wrong and gives exit code 1.
    static func exit(_ message: String) -> ExitCode {
        Terminal.write("sml-endpoint: \(message)\n", to: STDERR_FILENO)
        return ExitCode(1)
    }
}

enum Terminal {
    /// Unbuffered, so that a parent that waits for the line on a pipe gets it. An unreadable pipe is not our failure.
    static func write(_ text: String, to descriptor: Int32) {
        var text = text
        _ = text.withUTF8 { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
