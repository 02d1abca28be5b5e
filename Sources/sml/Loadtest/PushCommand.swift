// `sml loadtest push`: brings a receiver the final values it missed during a run.

import ArgumentParser
import RemoteWrite
import Base
import Scenarios

struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Push the series a run could not deliver.",
        discussion: """
            A run whose Prometheus was away keeps the final state of every undelivered series in
            DIR/undelivered.smlpush. This pushes them with the times they had. Pushing a file twice is harmless.

            Credentials come from the environment, as for the run: K6_PROMETHEUS_RW_USERNAME and _PASSWORD,
            K6_PROMETHEUS_RW_BEARER_TOKEN, K6_PROMETHEUS_RW_HTTP_HEADERS. A Prometheus that has moved on refuses
            samples more than an hour old unless its out_of_order_time_window allows them.

            Exit codes: 0 all was delivered; 3 something is still missing, and the file now holds just that;
            64 bad usage; 66 the file cannot be read; 255 bad remote-write setting.

            EXAMPLES
              sml loadtest push runs/x/undelivered.smlpush \\
                  --url http://prometheus:9090/api/v1/write
            """)

    @Argument(help: ArgumentHelp("File of undelivered series.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Receiver (default: K6_PROMETHEUS_RW_SERVER_URL).", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("Keep trying for this long.", valueName: "duration"))
    var drain = "60s"

    func run() async throws {
        let isComplete = try await CommandFailure.reported {
            let drain = try OptionValue.duration(drain, option: "--drain", atLeast: .zero)
            let environment = ProcessVariables.all
            guard url != nil || environment.filled("K6_PROMETHEUS_RW_SERVER_URL") != nil else {
                throw ValidationError("--url is missing")
            }
            var configuration = try RemoteWriteConfiguration(environment: environment, serverURL: url) {
                DurationGrammar.parse($0)?.duration
            }
            configuration.userAgent = Product.userAgent
            try configuration.checkFiles()
            let states = try UndeliveredStates.load(from: file)
            let result = try await states.push(to: configuration, drain: drain) { notice in
                say("sml: \(notice)")
            }
            guard !result.undelivered.isEmpty else {
                try StandardOutput.write("\(states.updates.count) series delivered to \(configuration.receiver)\n")
                return true
            }
            try result.undelivered.save(to: file)
            try StandardOutput.write(
                "\(result.undelivered.updates.count) of \(states.updates.count) series are still not delivered: \(file)\n")
            return false
        }
        if !isComplete { throw ExitCode(ExitStatus.seriesMissing.rawValue) }
    }
}
