// The loads of a run, read and checked: one, one with a probe beside it, or an arm for each of two servers. Here it is decided what
// of the configuration is whose, and how the descriptions of several lanes make one of the run.

import Base
import Generator
import Metrics
import Scenarios

/// What a run is going to load.
struct RunLanes: Sendable {
    struct Lane: Sendable {
        /// Nil for the only one.
        var name: String?
        var arm: UInt16
        var resolved: ResolvedRun
        var corpus: Corpus
        var order: PromptOrder

        var plan: Plan { resolved.plan }
        var nonce: PromptNonce?
        var load: LaneLoad { LaneLoad(arm: arm, plan: plan, corpus: corpus, order: order, nonce: nonce) }
        /// Begins what is said of it.
        var prefix: String { name.map { isProbe ? "\($0): " : "arm \($0): " } ?? "" }
        /// It looks at what the load before it does, and is in none of its figures.
        var isProbe: Bool { name == Probe.name }
        /// What must be the same for all tasks, and shows in no file: no key, no prompt.
        var identity: [String] {
            [
                resolved.runLabel ?? "", plan.target.url, resolved.resolvedScenario.json(),
                "\(plan.promptSeed) \(plan.thinkSeed) \(corpus.count) \(corpus.bodyBytesTotal)", corpus.labels.description,
            ]
        }
    }

    /// At least one.
    let all: [Lane]
    /// How two arms are loaded; nil for a run without.
    let design: ArmDesign?

    /// Reads configuration and corpus.
    ///
    /// - Parameter warn: told what is odd, before anything that is wrong is thrown.
    /// - Throws: ``ConfigurationError``.
    init(_ request: RunRequest, warn: (String) -> Void) throws {
        let configuration =
            switch request.configuration {
            case .file(let path): try RunConfiguration.read(path: path)
            case .parsed(let configuration): configuration
            }
        let arms = try configuration.arms()
        design = try configuration.armDesign()
        // No other run has it.
        let run = UInt64(bitPattern: RunClock().wallOrigin)
        var runs: [(name: String?, resolved: ResolvedRun)] = []
        for (name, configuration) in arms.isEmpty ? [(nil, configuration)] : arms.map({ ($0.name as String?, $0.configuration) }) {
            var resolved = try configuration.resolve(environment: request.environment)
            if let duration = request.duration { resolved = try resolved.scaled(toDuration: duration) }
            if let probe = request.capacity {
                resolved = try resolved.probing(probe.load, objectives: probe.judge.thresholds)
            } else if let number = request.repetition {
                resolved = resolved.repeated(number)
            }
            if let design { resolved.plan = try design.plan(of: resolved.plan) }
            if request.ignoresThresholds { resolved.plan.objectives.thresholds = [] }
            runs.append((name, resolved))
        }
        if let probe = runs[0].resolved.probing {
            guard arms.isEmpty else {
                throw ConfigurationError(.configuration, "\(configuration.file): probe: not beside two arms (ab); leave one of the two out")
            }
            runs.append((Probe.name, probe))
        }
        var warned: Set<String> = []
        var lanes: [Lane] = []
        // A pipe can be read once.
        let piped = request.prompts == "-" && runs.count > 1 ? try Corpus.readStandardInput() : nil
        for (index, (name, resolved)) in runs.enumerated() {
            for warning in resolved.warnings where warned.insert(warning).inserted { warn(warning) }
            let options = resolved.corpusOptions
            var corpus: Corpus
            if let same = lanes.first(where: { $0.resolved.corpusOptions == options }) {
                corpus = same.corpus
            } else if let piped {
                corpus = try piped.withUnsafeBytes { (bytes) throws(ConfigurationError) in
                    try Corpus.load(bytes: bytes, file: "standard input", options: options)
                }
            } else {
                corpus = try Corpus.load(path: request.prompts, options: options)
            }
            _ = try BoundThreshold.bind(resolved.plan.objectives.thresholds, labels: corpus.labels)
            if design?.cache == .nonce, !corpus.hasNonces { corpus = try corpus.withNonces(file: request.prompts) }
            let arm = UInt16(arms.isEmpty ? index : index + 1)
            lanes.append(
                Lane(
                    name: name, arm: arm, resolved: resolved, corpus: corpus,
                    order: PromptOrder(
                        count: corpus.count, seed: resolved.plan.promptSeed, after: request.capacity?.load.promptsBefore ?? 0),
                    nonce: corpus.hasNonces ? PromptNonce(run: run, arm: arm) : nil))
        }
        if design?.design == .aa { try Self.requireAlike(lanes) }
        all = lanes
        if design?.cache == .asIs, let warning = Self.sharedServer(lanes) { warn(warning) }
    }

    /// Of a pair that should be alike, what requests say must be.
    private static func requireAlike(_ lanes: [Lane]) throws(ConfigurationError) {
        func asked(_ lane: Lane) -> RequestTarget {
            var target = lane.plan.target
            target.url = ""
            target.apiKey = nil
            return target
        }
        guard lanes.allSatisfy({ $0.resolved.corpusOptions == lanes[0].resolved.corpusOptions && asked($0) == asked(lanes[0]) }) else {
            throw ConfigurationError(
                .configuration,
                "ab: design aa measures how much two servers differ that are asked the same: only server_url and api_key may differ by arm")
        }
    }

    /// What both arms find in one server's cache is no property of either.
    private static func sharedServer(_ lanes: [Lane]) -> String? {
        let servers = lanes.compactMap { HTTPURL($0.plan.target.url).map { "\($0.host):\($0.port)" } }
        guard servers.count == 2, servers[0] == servers[1] else { return nil }
        return "both arms load \(servers[0]): where it remembers prompts, the arm that comes second finds the other's and looks faster; "
            + "use --cache warm or --cache nonce"
    }

    /// Whose turn it is, by their places, where they take turns: A B, B A, A B… so that a steady drift cancels.
    var turns: [Int]? {
        guard let design, design.design == .abba else { return nil }
        return (0..<design.pairs).flatMap { $0 % 2 == 0 ? [0, 1] : [1, 0] }
    }

    /// The description of the run out of one for each of its lanes.
    func context(of contexts: [RunContext], task: TaskShare?) -> RunContext {
        var whole = contexts[0]
        var planned = all.map { $0.plan.executor.arrivals?.count }
        var probed: Int?
        if let last = all.last, last.isProbe {
            whole.probe = LaneDescription(name: Probe.name, arm: last.arm, context: contexts[all.count - 1])
            probed = planned.removeLast()
        }
        func sum(_ counts: [Int?]) -> Int? { counts.contains { $0 == nil } ? nil : counts.reduce(0) { $0 + ($1 ?? 0) } }
        if all[0].name != nil {
            whole.lanes = zip(all, contexts).map { LaneDescription(name: $0.name ?? "", arm: $0.arm, context: $1) }
            whole.url = Self.joined(contexts.map(\.url))
            whole.model = Self.joined(contexts.map(\.model))
            whole.plannedArrivals = sum(contexts.map(\.plannedArrivals))
            whole.design = design?.design.rawValue
            whole.cache = design?.cache.rawValue
            if turns != nil { whole.pairs = design?.pairs }
            if let design, design.tolerance > 0 { whole.tolerance = design.tolerance }
        }
        whole.task = task.map {
            TaskDescription($0, plannedArrivals: sum(planned), lanes: whole.lanes == nil ? nil : planned, probe: probed)
        }
        return whole
    }

    private static func joined(_ texts: [String]) -> String {
        texts.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: ", ")
    }
}

extension RunOutcome {
    /// With what the lanes of a run know at its end.
    func taking(_ lanes: [LoadLane], turns: [LaneTurn] = [], of context: RunContext) -> RunOutcome {
        var outcome = self
        var parts = lanes.map { lane in
            LaneOutcome(arm: lane.arm, arrivalsDue: planEnd.flatMap { lane.arrivalsDue(by: $0) }, connections: lane.connections)
        }
        if let arm = context.probe?.arm, let index = parts.firstIndex(where: { $0.arm == arm }) { outcome.probe = parts.remove(at: index) }
        let due = parts.compactMap(\.arrivalsDue)
        outcome.arrivalsDue = due.count == parts.count ? due.reduce(0, +) : nil
        outcome.turns = turns.isEmpty ? nil : turns
        outcome.connections = parts.count == 1 ? parts[0].connections : ConnectionCount.merged(parts.compactMap(\.connections))
        if context.lanes != nil { outcome.lanes = parts }
        return outcome
    }
}
