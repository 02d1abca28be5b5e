// The questions of `preconfigured`, in the order in which one answer decides what the next can be.

import Models
import ScenarioFiles
import Base
import Scenarios
import Submit

struct LaunchGuide {
    let cluster: GuidedCluster
    let catalog: ModelCatalog
    let scenarios: [GuideQuestion.Choice]
    /// Refuses a scenario with the reason.
    let checkScenario: @Sendable (String) throws -> Void

    enum Flag {
        static let system = "--firecrest-system", partition = "--partition", reservation = "--reservation"
        static let account = "--account", model = "--model", framework = "--framework", replicas = "--replicas"
        static let router = "--use-router", time = "--time", scenario = "--loadtest-scenario", launch = "launch"

        /// Before the last question.
        static let shown = [system, partition, reservation, account, model, framework, replicas, router, time, scenario]
    }

    var steps: [GuideStep] {
        [system, partition, reservation, account, model, framework, replicas, router, time, scenario, confirmation]
    }

    private var system: GuideStep {
        let cluster = cluster
        return GuideStep(Flag.system, variable: "SML_SYSTEM") { _ in
            let names = try await cluster.systems()
            return names.isEmpty ? nil : GuideQuestion("System", choices: names.map { .init($0) })
        }
    }

    private var partition: GuideStep {
        let cluster = cluster
        return GuideStep(Flag.partition, variable: "SML_PARTITION") { answers in
            let known = try await cluster.partitions(system: answers[Flag.system])
            return GuideQuestion(
                "Partition", choices: known.map { .init($0.name, $0.timeLimit.map { "up to \(DurationGrammar.format($0))" } ?? "") })
        }
    }

    private var reservation: GuideStep {
        GuideStep(Flag.reservation, variable: "SML_RESERVATION") { _ in
            GuideQuestion("Reservation (empty for none)", standard: "") {
                try $0.isEmpty ? $0 : HeaderName.checked($0, option: Flag.reservation)
            }
        }
    }

    private var account: GuideStep {
        let cluster = cluster
        return GuideStep(Flag.account, variable: "SML_ACCOUNT") { answers in
            let own = try await cluster.account(system: answers[Flag.system])
            return GuideQuestion("Account", standard: own) {
                try HeaderName.checked($0.isEmpty ? own ?? "" : $0, option: Flag.account)
            }
        }
    }

    private var model: GuideStep {
        let catalog = catalog
        return GuideStep(Flag.model) { _ in
            let choices = catalog.models.map { model in
                let entries = catalog.entries.filter { $0.model == model }
                let size = entries.compactMap(\.weightsGB).first.map { "\($0) GB, " } ?? ""
                let nodes = entries.allSatisfy { $0.nodesPerReplica == 1 } ? "node" : "nodes"
                return GuideQuestion.Choice(
                    model, size + entries.map { "\($0.framework) on \($0.nodesPerReplica)" }.joined(separator: ", ") + " \(nodes)")
            }
            return GuideQuestion("Model", choices: choices, listing: "'sml models' lists them")
        }
    }

    private var framework: GuideStep {
        let catalog = catalog
        return GuideStep(Flag.framework) { answers in
            GuideQuestion("Framework", choices: catalog.frameworks(of: answers[Flag.model] ?? "").map { .init($0.rawValue) })
        }
    }

    private var replicas: GuideStep {
        GuideStep(Flag.replicas) { _ in
            GuideQuestion("Replicas", standard: "1") { text in
                guard let count = Int(text) else {
                    throw SubmitError.usage(
                        "\(Flag.replicas): \(JSON.string(text).shown) is not accepted; expected a whole number from 1 to 1024")
                }
                return "\(try Topology(replicas: count).replicas)"
            }
        }
    }

    /// With one replica there is nothing to route, and `no` is the only answer.
    private var router: GuideStep {
        GuideStep(Flag.router) { answers in
            let opentela = GuideQuestion.Choice("opentela", "every replica is known to OpenTela, which chooses")
            let sglang = GuideQuestion.Choice("sglang", "SGLang's router in the job, before the replicas")
            return GuideQuestion(
                "Router", choices: answers[Flag.replicas] == "1" ? [opentela] : [opentela, sglang],
                synonyms: ["no": "opentela", "yes": "sglang"], standard: "opentela")
        }
    }

    private var time: GuideStep {
        let cluster = cluster
        return GuideStep(Flag.time) { answers in
            let partition = try await cluster.partitions(system: answers[Flag.system]).first { $0.name == answers[Flag.partition] }
            return GuideQuestion("Time limit of the model's job, HH:MM:SS", standard: "03:00:00") {
                let time = try JobTime($0, option: Flag.time)
                try partition?.check(time, option: Flag.time)
                return time.description
            }
        }
    }

    private var scenario: GuideStep {
        let (scenarios, checkScenario) = (scenarios, checkScenario)
        return GuideStep(Flag.scenario) { _ in
            GuideQuestion("Scenario", choices: scenarios, standard: "throughput") {
                try checkScenario($0)
                return $0
            }
        }
    }

    /// The last way back; whoever was asked nothing is not asked this either.
    private var confirmation: GuideStep {
        GuideStep(Flag.launch) { answers in
            guard answers.isGuided else { return nil }
            let rows = Flag.shown.compactMap { flag in answers[flag].map { [flag, $0.isEmpty ? "none" : $0] } }
            return GuideQuestion("\(AlignedTable.render(rows))Launch this?", standard: "yes") {
                guard ["yes", "y"].contains($0.lowercased()) else {
                    throw SubmitError.usage("\(Flag.launch): expected yes, \(Guide.back) to go back or Ctrl-C to end")
                }
                return "yes"
            }
        }
    }
}
