// `sml-loadgen`: runs one configuration and writes what came of it. This file holds the command line; the run itself
// is RunSession's.

import ArgumentParser
import Generator
import Glibc
import Metrics
import Scenarios

@main
struct LoadGenerator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sml-loadgen",
        abstract: "Run one load test and write its summary.",
        discussion: """
            Reads a run configuration as SML writes it (run_config.json) and a prompt corpus, fires chat completions
            as the scenario says, and writes DIR/summary.json. Progress goes to stderr, the result to stdout.

            The API key comes from the run configuration, a file that only you can read (mode 0600). There is no
            option for it, because a command line is public.

            Environment: RUN_LABEL, PROMPT_SEED and SYSTEM_PROMPT as SML sets them; SSL_CERT_FILE and SSL_CERT_DIR
            for other certificate authorities; HTTP_PROXY, HTTPS_PROXY and NO_PROXY; SLURM_CPUS_PER_TASK for the
            number of workers; NO_COLOR.

            Exit codes: 0 the plan was carried out, whatever the server answered; 64 bad usage; 73 output cannot be
            written or is there already; 104 bad scenario or run configuration; 105 stopped by a signal, with a valid
            summary; 107 prompt corpus missing, unreadable or empty.

            Examples:
              sml-loadgen --config run_config.json --prompts prompts.json --out result
              sml-loadgen --config run_config.json --prompts prompts.jsonl --out result \\
                  --records result/records.smlrec --run-label nightly --quiet
              jq .sml.latency result/summary.json
            """,
        version: Product.version)

    @Option(help: ArgumentHelp("Run configuration (JSON).", valueName: "file"))
    var config: String

    @Option(help: ArgumentHelp("Prompt corpus: a JSON array or JSON Lines; - is standard input.", valueName: "file"))
    var prompts: String

    @Option(help: ArgumentHelp("Directory for summary.json; made if missing.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Name of the run; wins over RUN_LABEL and the configuration.", valueName: "label"))
    var runLabel: String?

    @Option(help: ArgumentHelp("Keep one record per request in this file.", valueName: "file"))
    var records: String?

    @Option(help: ArgumentHelp("Scale the plan to this length, e.g. 30s: stages keep their proportions, rates their height.", valueName: "duration"))
    var duration: GrammarDuration?

    @Option(help: ArgumentHelp("Shards, each a core's worth of load (default: the CPUs this job was given).", valueName: "n"))
    var workers: Int?

    @Option(help: ArgumentHelp("After a signal, let requests in flight go on for this long.", valueName: "duration"))
    var drain: GrammarDuration = GrammarDuration(duration: .zero)

    @Flag(help: "No progress, no result on stdout; warnings and errors still appear.")
    var quiet = false

    func validate() throws {
        if let workers, !(1...64).contains(workers) {
            throw ValidationError("--workers \(workers): expected 1 to 64")
        }
        if let duration, duration.duration <= .zero {
            throw ValidationError("--duration: expected more than 0")
        }
    }

    func run() async throws {
        // From the first instruction on, a signal ends the run with a summary, not the process without one.
        let signals = TerminationSignals.stream()
        do {
            let session = try RunSession(options: self, environment: ProcessEnvironment.variables)
            throw ExitCode(try await session.run(signals: signals))
        } catch let error as ConfigurationError {
            throw failed(error.description, error.exitCode)
        } catch let error as GeneratorError {
            throw failed(error.description, 104)
        } catch let error as OutputError {
            throw failed(error.description, OutputError.exitCode)
        }
    }

    private func failed(_ message: String, _ code: Int32) -> ExitCode {
        StandardError.write("sml-loadgen: \(message)\n")
        return ExitCode(code)
    }
}

/// A duration on the command line, in the grammar of scenario files.
struct GrammarDuration: ExpressibleByArgument {
    var duration: Duration

    init(duration: Duration) { self.duration = duration }

    init?(argument: String) {
        // A bare number is milliseconds in k6's files; on a command line it is a mistake.
        guard let parsed = DurationGrammar.parse(argument), !parsed.isBareNumber, parsed.duration >= .zero else {
            return nil
        }
        duration = parsed.duration
    }

    var defaultValueDescription: String { DurationGrammar.format(duration) }
}
