// How a server's capacity is searched for, in the same words on this machine and on a cluster.

import ArgumentParser
import Base
import Scenarios
import Submit

struct CapacityOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Arrivals per second to begin with (default: the scenario's).", valueName: "n"))
    var startRate: Double?

    @Option(help: ArgumentHelp("Look for no lower rate (default: a 64th of the first).", valueName: "n"))
    var minRate: Double?

    @Option(help: ArgumentHelp("Look for no higher rate.", valueName: "n"))
    var maxRate: Double?

    @Option(help: ArgumentHelp("The same of a scenario with users (closed loop): how many to begin with.", valueName: "n"))
    var startUsers: Int?

    @Option(help: ArgumentHelp("Look for no fewer users (default: 1).", valueName: "n"))
    var minUsers: Int?

    @Option(help: ArgumentHelp("Look for no more users.", valueName: "n"))
    var maxUsers: Int?

    @Option(
        help: ArgumentHelp("How long a load is judged when it is tried first, after a third of that for warm-up.", valueName: "duration"))
    var probe = "75s"

    @Option(
        help: ArgumentHelp(
            "How long it is judged when it is to be confirmed; half of it where that decides, up to four times as long where not.",
            valueName: "duration"))
    var confirm = "10m"

    @Option(help: ArgumentHelp("With this probability no load is confirmed that does not meet the objectives.", valueName: "share"))
    var confidence = 0.95

    @Option(help: ArgumentHelp("End the search after this time, with what is known by then.", valueName: "duration"))
    var maxDuration: String?

    private static let standardLongest = Duration.seconds(7200)

    /// For a search of `plan`.
    ///
    /// - Parameter available: what the job has time for, where somebody said how long it may take.
    /// - Throws: ``ConfigurationError`` (64) that names the option.
    func settings(of plan: Plan, available: Duration? = nil) throws(ConfigurationError) -> CapacitySettings {
        let isUsers = plan.executor.arrivals == nil
        let rates = [("--start-rate", startRate), ("--min-rate", minRate), ("--max-rate", maxRate)]
        let users = [("--start-users", startUsers), ("--min-users", minUsers), ("--max-users", maxUsers)]
        func refused(_ option: String, _ has: String, _ instead: String) -> ConfigurationError {
            ConfigurationError(.usage, "\(option): scenario \"\(plan.scenario)\" (\(plan.executor.name)) has \(has); use \(instead)")
        }
        if isUsers, let wrong = rates.first(where: { $0.1 != nil }) {
            throw refused(wrong.0, "users and no rate", wrong.0.replacing("rate", with: "users"))
        }
        if !isUsers, let wrong = users.first(where: { $0.1 != nil }) {
            throw refused(wrong.0, "a rate and no users", wrong.0.replacing("users", with: "rate"))
        }
        for (option, value) in rates where value.map({ !CapacitySettings.loads.contains($0) }) == true {
            throw ConfigurationError(.usage, "\(option): \(value ?? 0) is not accepted; expected \(CapacitySettings.acceptedLoad)")
        }
        for (option, value) in users { if let value { _ = try OptionValue.count(value, option: option, in: 1...1_000_000) } }
        guard CapacitySettings.confidences.contains(confidence) else {
            throw ConfigurationError(.usage, "--confidence: \(confidence) is not accepted; expected \(CapacitySettings.acceptedConfidence)")
        }
        func time(_ text: String, _ option: String) throws(ConfigurationError) -> Duration {
            try OptionValue.duration(text, option: option, atLeast: CapacitySettings.shortestProbe)
        }
        var settings = CapacitySettings()
        settings.start = startRate ?? startUsers.map(Double.init)
        settings.least = minRate ?? minUsers.map(Double.init)
        settings.most = maxRate ?? maxUsers.map(Double.init)
        settings.confidence = confidence
        settings.probe = try time(probe, "--probe")
        settings.confirm = try time(confirm, "--confirm")
        settings.longest =
            try maxDuration.map { (text) throws(ConfigurationError) in try time(text, "--max-duration") } ?? available
            ?? Self.standardLongest
        try settings.check()
        return settings
    }
}
