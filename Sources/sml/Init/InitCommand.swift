// `sml init`: makes the configuration every other command reads, or checks the one there is.

import ArgumentParser
import HTTPClient
import Base
import Loadtests
import Scenarios
import Submit

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Set up how jobs are submitted, and keep the keys; or check it.",
        discussion: """
            Asks on a terminal for what no option or variable gives; elsewhere nothing is asked. Writes \
            ~/.sml/config.yml (directory: SML_CONFIG_DIR), which the Python sml reads too.

            Secrets are never in that file nor on a command line. They come from SML_SWISSAI_RESEARCH_API_KEY, \
            SML_FIRECREST_CLIENT_ID and SML_FIRECREST_CLIENT_SECRET or are typed without echo, and are kept in the \
            desktop keyring (secret-tool) or, without one, in the file of Python's keyring that only you can read, so that \
            the Python sml finds them too; with --secrets file in files of their own. SML_FIRECREST_API_KEY is read at each \
            run and never kept.

            EXIT CODES
            \(ExitStatus.table([
                .done: "done, or nothing wrong found",
                .usage: "bad usage, or a value is missing and nobody is there to ask",
                .output: "the configuration cannot be written",
                .notConfigured: "the configuration is wrong or missing, or a check failed",
            ]))

            EXAMPLES
              sml init
              sml init --launcher slurm
              SML_SWISSAI_RESEARCH_API_KEY=... sml init --launcher slurm --no-input
              sml init --check --partition normal
            """)

    @Option(help: ArgumentHelp("How jobs are submitted: firecrest or slurm.", valueName: "name"))
    var launcher: String?

    @Option(help: ArgumentHelp("Base URL of FirecREST, ending in /v2.", valueName: "url"))
    var firecrestUrl: String?

    @Option(help: ArgumentHelp("Where FirecREST's access tokens come from.", valueName: "url"))
    var firecrestTokenUri: String?

    @Option(help: ArgumentHelp("SSH host of the cluster (SML_CLUSTER_SSH_HOST); kept for the Python sml.", valueName: "host"))
    var clusterSshHost: String?

    @Option(help: ArgumentHelp("Keep secrets in: keyring, file, or environment for not at all.", valueName: "place"))
    var secrets: String?

    @Flag(help: "Ask nothing, also on a terminal.")
    var noInput = false

    @Flag(help: "Write nothing; test the configuration there is.")
    var check = false

    @Option(
        name: [.customLong("firecrest-system"), .customLong("system")],
        help: ArgumentHelp("With --check: the system to look for (SML_SYSTEM).", valueName: "name"))
    var firecrestSystem: String?

    @Option(help: ArgumentHelp("With --check: the partition to look for (SML_PARTITION).", valueName: "name"))
    var partition: String?

    @Option(help: ArgumentHelp("With --check: the server to try the API key on.", valueName: "url"))
    var loadtestServerUrl: String?

    @Flag(help: "With --check: print each call to FirecREST on stderr.")
    var verbose = false

    func run() async throws {
        try await CommandFailure.reported { check ? try await runCheck() : try await configure() }
    }

    private func configure() async throws {
        for (option, value) in [
            ("--firecrest-system", firecrestSystem), ("--partition", partition), ("--loadtest-server-url", loadtestServerUrl),
        ] where value != nil {
            throw SubmitError.usage("\(option): only with --check")
        }
        if verbose { throw SubmitError.usage("--verbose: only with --check") }
        let place = try secrets.map { text in
            guard let place = SecretPlace(rawValue: text) else {
                let accepted = SecretPlace.allCases.map(\.rawValue).joined(separator: ", ")
                throw SubmitError.usage("--secrets: \"\(text)\" is not accepted; expected one of \(accepted)")
            }
            return place
        }
        let environment = ProcessVariables.all
        let previous = try ConfigurationFile.loadIfPresent(environment: environment)
        let existing = await Secrets(configuration: previous, environment: environment).places()
        let answers = try InitAnswers(
            flags: InitFlags(
                launcher: launcher, firecrestURL: firecrestUrl, firecrestTokenURI: firecrestTokenUri,
                clusterSSHHost: clusterSshHost),
            environment: environment, previous: previous, existing: existing,
            questioner: noInput ? nil : TerminalQuestioner())
        for line in try await answers.write(secretsIn: place, existing: existing, environment: environment) {
            try StandardOutput.write(line + "\n")
        }
        try StandardOutput.write("'sml init --check' tests it\n")
    }

    private func runCheck() async throws {
        for (option, value) in [
            ("--launcher", launcher), ("--firecrest-url", firecrestUrl), ("--firecrest-token-uri", firecrestTokenUri),
            ("--cluster-ssh-host", clusterSshHost), ("--secrets", secrets),
        ] where value != nil {
            throw SubmitError.usage("\(option): not with --check")
        }
        let environment = ProcessVariables.all
        if let loadtestServerUrl { try OptionValue.serverURL(loadtestServerUrl, option: "--loadtest-server-url") }
        let items = try await ConfigurationCheck(
            configuration: try ConfigurationFile.load(environment: environment), environment: environment,
            client: HTTPClient(environment: environment),
            system: firecrestSystem ?? environment.filled("SML_SYSTEM", "SML_FIRECREST_SYSTEM"),
            partition: partition ?? environment.filled("SML_PARTITION"),
            trace: verbose ? TerminalDisplay().trace : nil
        ).run(serverURL: loadtestServerUrl ?? ClusterOptions.sharedServer)
        try StandardOutput.write(AlignedTable.render(items.map { [$0.verdict.rawValue, $0.name, $0.text] }))
        if items.contains(where: { $0.verdict == .wrong }) { throw ExitCode(ExitStatus.notConfigured.rawValue) }
    }
}
