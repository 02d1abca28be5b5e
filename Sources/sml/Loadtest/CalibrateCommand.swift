// `sml loadtest calibrate`: what this machine's generator can do, before anything depends on it.

import ArgumentParser
import Base
import Loadtests
import ScenarioFiles
import Scenarios
import Submit

struct CalibrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Measure what this machine's generator can do.",
        discussion: """
            Runs the generator for five seconds against simulated servers on this machine: how many requests a second it \
            reaches, how late it is at the rate of the scenario, and what a new TLS connection costs. The servers take a part \
            of the machine, so the real ceilings are higher. What it finds is kept in ~/.sml (SML_CONFIG_DIR) for this machine; \
            'sml loadtest local' then warns of a plan that asks for more than half. A job does not calibrate; run it on a \
            compute node yourself.

            EXIT CODES
            \(ExitStatus.table([
                .done: nil,
                .usage: nil,
                .unavailable: "a program of ours is missing or the simulated endpoint did not start",
                .output: nil,
                .configuration: nil,
            ]))

            EXAMPLES
              sml loadtest calibrate
              sml loadtest calibrate --loadtest-scenario open_loop_ramp
              srun --ntasks 1 sml loadtest calibrate
            """)

    @Option(help: ArgumentHelp("Look at lateness at this scenario's highest rate (default: 20/s).", valueName: "name"))
    var loadtestScenario: String?

    func run() async throws {
        throw ExitCode(
            try await CommandFailure.reported {
                let rate = try loadtestScenario.flatMap { name in
                    try RunConfiguration.build(scenario: ScenarioCatalog().resolve(name), serverURL: "http://127.0.0.1:1").resolve().plan
                        .highestRate
                }
                let found = try await Calibrator(rate: rate ?? Calibrator.standardRate).run()
                try found.save(directory: ConfigurationFile.directory(environment: ProcessVariables.all))
                try StandardOutput.write(found.text)
                return 0
            })
    }
}
