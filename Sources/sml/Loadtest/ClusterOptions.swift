// The options every command has that submits a load test: `run`, and the two that launch a model first. Names are
// SML's; where SML renamed one, both names work.

import ArgumentParser
import Base
import Loadtests
import Scenarios
import Submit

struct ClusterOptions: ParsableArguments {
    @Option(
        name: [.customLong("firecrest-system"), .customLong("system")],
        help: ArgumentHelp("System to run on, with FirecREST (SML_SYSTEM).", valueName: "name"))
    var firecrestSystem: String?

    @Option(help: ArgumentHelp("Partition to run in (SML_PARTITION).", valueName: "name"))
    var partition: String?

    @Option(
        name: [.customLong("reservation"), .customLong("slurm-reservation")],
        help: ArgumentHelp("Reservation to run in (SML_RESERVATION).", valueName: "name"))
    var reservation: String?

    @Option(help: ArgumentHelp("Account to charge (SML_ACCOUNT; default: your primary group).", valueName: "name"))
    var account: String?

    @Option(
        help: ArgumentHelp(
            "OpenAI-compatible server, without /v1/… (SML_LOADTEST_SERVER_URL; default: \(Self.sharedServer)).", valueName: "url"))
    var loadtestServerUrl: String?

    @OptionGroup var requests: RequestOptions

    @Option(
        help: ArgumentHelp(
            "Prompt corpus, an absolute path on the cluster (SML_LOADTEST_PROMPTS_FILE; default: \(Self.sharedPrompts)).",
            valueName: "path"))
    var loadtestPromptsFile: String?

    @Option(
        help: ArgumentHelp(
            "Push series to this receiver (SML_LOADTEST_METRICS_REMOTE_WRITE_URL; default: \(RemoteWriteSettings.clusterURL)).",
            valueName: "url"))
    var loadtestMetricsRemoteWriteUrl: String?

    @Flag(inversion: .prefixedNo, help: "Push series.")
    var loadtestMetricsRemoteWrite = true

    @Option(
        help: ArgumentHelp("Time limit of the job (default: \(Self.jobTime), or what the runs of --repeat need).", valueName: "HH:MM:SS"))
    var loadtestJobTime: String?

    @OptionGroup var repeats: RepeatOption

    @Option(help: ArgumentHelp("Nodes, each of which carries out its exact share of the plan.", valueName: "n"))
    var loadtestNodes = 1

    @Option(help: ArgumentHelp("Image the job runs in (SML_LOADTEST_CONTAINER_IMAGE).", valueName: "path"))
    var loadtestContainerImage: String?

    @Flag(inversion: .prefixedNo, help: "Wait for the job and fetch its results.")
    var waitForLoadtest = true

    @Flag(inversion: .prefixedNo, help: "Before submitting, wait until the server answers for the model.")
    var waitUntilHealthy = true

    @Flag(
        inversion: .prefixedNo,
        help: "Let the job wait for the server instead (default: where it cannot be reached from here, or is localhost).")
    var waitInJob: Bool?

    @Option(help: ArgumentHelp("Wait this many seconds for that.", valueName: "seconds"))
    var loadtestReadyTimeout = 1_000_000

    @Flag(help: "On Ctrl-C cancel the job instead of leaving it to run.")
    var cancelOnInterrupt = false

    @OptionGroup var page: ReportOptions

    @Option(help: ArgumentHelp("File with the API key, readable by you only (mode 0600).", valueName: "file"))
    var apiKeyFile: String?

    @OptionGroup var naming: NameOption

    @Flag(help: "Print the job script and the staged files, without secrets; submit nothing.")
    var dryRun = false

    @Flag(help: "Print each call to FirecREST, or command of SLURM, on stderr.")
    var verbose = false

    /// The gateway that knows every launched model.
    static let sharedServer = "https://api.swissai.svc.cscs.ch"
    private static let sharedPrompts = "/capstor/store/cscs/swissai/infra01/loadtest/prompts.json"
    private static let jobTime = "02:00:00"
    private static let sharedImage = "/capstor/store/cscs/swissai/infra01/container-images/ci/sml-loadgen.sqsh"

    /// What somebody said is to be tested.
    func chosenServer(_ environment: [String: String]) -> String? {
        loadtestServerUrl ?? environment.filled("SML_LOADTEST_SERVER_URL")
    }

    /// What will be tested.
    func server(_ environment: [String: String]) -> String { chosenServer(environment) ?? Self.sharedServer }

    /// What the options and variables say together.
    ///
    /// - Throws: ``SubmitError/usage(_:)``, ``ConfigurationError``.
    func request(environment: [String: String]) throws -> LoadtestRequest {
        var request = LoadtestRequest(
            settings: try settings(environment: environment), serverURL: server(environment),
            isServerChosen: chosenServer(environment) != nil, namesSystem: firecrestSystem != nil,
            overrides: try requests.overrides(environment),
            apiKeyFile: apiKeyFile, waitsForJob: waitForLoadtest, waitsUntilHealthy: waitUntilHealthy,
            waitsInJob: waitInJob, readyTimeout: .seconds(loadtestReadyTimeout), cancelsOnInterrupt: cancelOnInterrupt, isDryRun: dryRun,
            isVerbose: verbose, writesReport: page.report)
        request.name = naming.name
        return request
    }

    /// Of the job itself.
    func settings(environment: [String: String]) throws -> ClusterSettings {
        try OptionValue.serverURL(server(environment), option: "--loadtest-server-url")
        try requests.check()
        try naming.check(environment)
        _ = try OptionValue.count(loadtestReadyTimeout, option: "--loadtest-ready-timeout", in: 1...1_000_000_000)
        if cancelOnInterrupt, !waitForLoadtest {
            throw SubmitError.usage("--cancel-on-interrupt: needs --wait-for-loadtest")
        }
        if waitInJob == true, !waitUntilHealthy {
            throw SubmitError.usage("--wait-in-job: needs --wait-until-healthy")
        }
        guard let partition = partition ?? environment.filled("SML_PARTITION") else {
            throw SubmitError.usage("--partition: is missing; pass it or set SML_PARTITION")
        }
        var settings = ClusterSettings(
            system: firecrestSystem ?? environment.filled("SML_SYSTEM", "SML_FIRECREST_SYSTEM"), partition: partition,
            reservation: (reservation ?? environment.filled("SML_RESERVATION")).flatMap { $0.isEmpty ? nil : $0 },
            account: account ?? environment.filled("SML_ACCOUNT"),
            promptsFile: loadtestPromptsFile ?? environment.filled("SML_LOADTEST_PROMPTS_FILE") ?? Self.sharedPrompts,
            image: loadtestContainerImage ?? environment.filled("SML_LOADTEST_CONTAINER_IMAGE") ?? Self.sharedImage,
            jobTime: try JobTime(loadtestJobTime ?? Self.jobTime, option: "--loadtest-job-time"),
            nodes: try OptionValue.count(loadtestNodes, option: "--loadtest-nodes", in: 1...1024),
            remoteWrite: RemoteWriteSettings(
                isEnabled: loadtestMetricsRemoteWrite, url: loadtestMetricsRemoteWriteUrl, environment: environment,
                defaultURL: RemoteWriteSettings.clusterURL), requireValid: requests.requireValid)
        settings.testRequest = requests.testRequest ?? true
        settings.realtime = requests.realtime
        settings.repeats = try repeats.checked()
        settings.isTimeChosen = loadtestJobTime != nil
        return settings
    }
}
