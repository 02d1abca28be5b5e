// `sml-loadgen`: runs one configuration and writes what came of it. This file holds the command line; the run itself
// is RunSession's. Called by the name k6 it is the image's `k6` (K6Command).

import ArgumentParser
import CommandEdge
import Glibc
import Generator
import Run
import Base

@main
enum EntryPoint {
    /// On the main thread, so that what must happen for a run to end waits for no thread of Dispatch.
    static func main() {
        MainThread.run {
            let name = CommandLine.arguments.first?.split(separator: "/").last
            if name == "k6" { await K6Command.main() }
            await LoadGenerator.end(with: Array(CommandLine.arguments.dropFirst()))
        }
    }
}

struct LoadGenerator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sml-loadgen",
        abstract: "Run one load test and write its summary.",
        discussion: """
            Reads a run configuration as SML writes it (run_config.json) and a prompt corpus, fires chat completions \
            as the scenario says, and writes DIR/summary.json. Progress goes to stderr, the result to stdout.

            The API key comes from the run configuration, a file that only you can read (mode 0600). There is no \
            option for it, because a command line is public.

            ENVIRONMENT
              RUN_LABEL, PROMPT_SEED, SYSTEM_PROMPT   as SML sets them
              SSL_CERT_FILE, SSL_CERT_DIR             other certificate authorities
              HTTP_PROXY, HTTPS_PROXY, NO_PROXY       proxies
              SLURM_CPUS_PER_TASK                     number of workers
              SLURM_PROCID, SLURM_NTASKS              with --task slurm
              NO_COLOR                                no colours
              K6_PROMETHEUS_RW_*                      remote write, as k6 reads them

            EXIT CODES
            \(ExitStatus.table([
                .done: nil,
                .seriesMissing: nil,
                .invalid: nil,
                .nothingSucceeded: nil,
                .usage: nil,
                .unavailable: "the test request failed, or the system gives too few open files, threads or (--realtime) no priority",
                .output: nil,
                .temporary: "the server was not ready within --server-wait, or another task did not come or was lost",
                .credentials: "the server refused the test request's key (401, 403)",
                .rule: nil,
                .configuration: nil,
                .stopped: nil,
                .corpus: nil,
                .remoteWrite: nil,
            ]))

            EXAMPLES
              sml-loadgen --config run_config.json --prompts prompts.json --out result
              sml-loadgen --config run_config.json --prompts prompts.jsonl \\
                  --out result --records result/records.smlrec --run-label nightly
              jq .sml.latency result/summary.json
              srun --nodes 2 --ntasks 2 sml-loadgen --task slurm --config run_config.json \\
                  --prompts prompts.json --out result
            """,
        version: Product.longVersion)

    @Option(help: ArgumentHelp("Run configuration (JSON).", valueName: "file"))
    var config: String

    @Option(help: ArgumentHelp("Prompt corpus: JSON array, JSON Lines, CSV; - is standard input.", valueName: "file"))
    var prompts: String

    @Option(help: ArgumentHelp("Directory for summary.json; made if missing.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Name of the run; wins over RUN_LABEL and the configuration.", valueName: "label"))
    var runLabel: String?

    @Option(help: ArgumentHelp("Keep one record per request in this file.", valueName: "file"))
    var records: String?

    @Option(
        help: ArgumentHelp(
            "Scale the plan to this length, e.g. 30s: stages keep their proportions, rates their height.",
            valueName: "duration"))
    var duration: String?

    @Option(help: ArgumentHelp("Shards, each a core's worth of load (default: the CPUs this job was given).", valueName: "n"))
    var workers: Int?

    @Flag(help: "Real-time priority for the shards (SCHED_FIFO 1), or refuse with 69: needs ulimit -r 1.")
    var realtime = false

    @Option(help: ArgumentHelp("After a signal, let requests in flight go on for this long.", valueName: "duration"))
    var drain = "0s"

    @Option(help: ArgumentHelp("Push series to this Prometheus remote-write receiver.", valueName: "url"))
    var remoteWriteUrl: String?

    @Option(help: ArgumentHelp("After the run, try this long to deliver the final series.", valueName: "duration"))
    var remoteWriteDrain = "60s"

    @Option(
        help: ArgumentHelp(
            "Run the plan N times, each in DIR/run-1, DIR/run-2, …; what all say together is DIR/repeats.json.", valueName: "n"))
    var `repeat` = 1

    @Option(
        help: ArgumentHelp(
            "This process is task I (from 0) of N that share the plan and DIR, or what SLURM says it is.",
            valueName: "i/n|slurm"))
    var task: String?

    @Option(help: ArgumentHelp("Wait this long for the other tasks to come.", valueName: "duration"))
    var taskWait = "10m"

    @Option(help: ArgumentHelp("Before the load, wait up to this long until the server answers for the model.", valueName: "duration"))
    var serverWait: String?

    @Option(help: ArgumentHelp("End early, with the summary, when this process has ended.", valueName: "pid"))
    var whileProcess: Int32?

    @Flag(inversion: .prefixedNo, help: "Before the plan, find out with one request whether it can succeed at all.")
    var testRequest = true

    @Flag(help: "End with 3 when not everything was delivered to the remote-write receiver.")
    var requireRemoteWrite = false

    @Flag(help: "End with 4 when the run measured its generator: verdict INVALID.")
    var requireValid = false

    @Flag(help: "No progress, no result on stdout; warnings and errors still appear.")
    var quiet = false

    @Flag(help: "On a terminal, print all of the result, not only what fits on it.")
    var details = false

    func run() async throws {
        let code = await SignalledRun.run(as: "sml-loadgen", whileProcess: whileProcess) {
            try RunRequest(self, environment: $0)
        }
        throw ExitCode(code)
    }
}
