// The simulated LLM endpoint as a command: options to configuration, signals to an orderly stop. Everything it does is
// in the Endpoint library, so that tests can run it in their own process.

import ArgumentParser
import CProcessStart
import CommandEdge
import Endpoint
import Glibc
import Base

@main
struct EndpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sml-endpoint",
        abstract: "A simulated LLM server: OpenAI-compatible chat completions with known, seeded times.",
        discussion: HelpText.discussion,
        version: Product.longVersion)

    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @OptionGroup(title: "Simulated model") var model: SimulatedModelOptions
    @OptionGroup(title: "Streams") var streams: StreamOptions

    static func main() async { await end(with: Array(CommandLine.arguments.dropFirst())) }

    func validate() throws {
        _ = try endpointConfiguration()
    }

    func run() async throws {
        DescriptorLimit.raise()
        guard sml_signals_can_be_read() != 0 else {
            throw Failure.exit("the system gives no descriptor to read signals from (ulimit -n)", code: 69)
        }
        // Before the port is announced: whoever reads it may stop us at once.
        let stop = StopSignals()
        // NIO ends the process when it gets no thread; the others are Swift's and the one below.
        guard sml_threads_available(Int32(clamping: listening.threads) + 6) == Int32(clamping: listening.threads) + 6 else {
            throw Failure.exit("the system gives too few threads (ulimit -u, pids.max of the cgroup)", code: 69)
        }
        if let process = listening.whileProcess { sml_terminate_after(process) }
        let configuration = try endpointConfiguration()
        let file: RequestLogFile?
        let server: EndpointServer
        do {
            file = try listening.log.map { (path) throws(EndpointUsageError) in try RequestLogFile(path: path) }
            server = try await EndpointServer.start(configuration, log: file ?? NoRequestLog())
        } catch {
            throw Failure.exit("\(error)")
        }
        do {
            try StandardOutput.write("listening on \(server.url)\n")
        } catch  where error.isReaderGone {
            // Nobody wants to know.
        } catch {
            throw Failure.exit(error.description)
        }
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
            try streams.apply(to: &configuration)
            try configuration.validate()
            return configuration
        } catch {
            throw ValidationError(error.description)
        }
    }
}

enum Failure {
    /// Says what went wrong and gives the exit code.
    static func exit(_ message: String, code: Int32 = 1) -> ExitCode {
        StandardError.write("sml-endpoint: \(message)\n")
        return ExitCode(code)
    }
}
