// What must be the same of two runs for their ratio to say something of the servers: names as a scenario has them, so that a
// refusal can be acted on.

import Base
import Scenarios
import Statistics

package enum PlanFacts {
    /// What does not change the load as long as both last: how long they were meant to last, what they are called, limits that
    /// the verdict on the generator and the success rate judge by their effect.
    private static let immaterial: Set = [
        "name", "description", "duration", "gracefulStop", "warmup", "response_limit", "stop_on", "preAllocatedVUs", "maxVUs",
        "request.headers",
    ]

    /// Names and values; empty for a document of k6, which does not say.
    ///
    /// - Parameter byContent: whether prompts are told apart by their digest, as far as both runs have one; else by the file's name
    ///   and how many there are.
    static func of(_ result: RunResult, byContent: Bool = true) -> [(name: String, value: String)] {
        guard let run = result.run else { return [] }
        var facts: [(name: String, value: String)] = [("model", run.model)]
        if case .object = run.resolvedScenario {
            collect(run.resolvedScenario, "", into: &facts)
            // Runs of before these could be said had what is the default of each.
            for (key, value) in ConnectionRule().members.map({ ($0.key, $0.value.text ?? $0.value.shown) })
            where !facts.contains(where: { $0.name == key }) {
                facts.append((key, value))
            }
        } else if let plan = try? JSON(encoding: run.plan) {
            collect(plan, "plan", into: &facts)
        }
        facts.append(("corpus", corpus(run.corpus, byContent: byContent)))
        if let labels = labels(run) { facts.append(("labels", labels)) }
        if let digest = run.conditions?.systemPromptDigest { facts.append(("system prompt", digest)) }
        return facts
    }

    /// What was given to one of two arms alone: it is what is compared.
    package static func differing(_ a: ComparedRun, _ b: ComparedRun) -> Set<String> {
        let byContent = haveDigests(a.result, b.result)
        let facts = [a, b].map { run in
            Dictionary(of(run.result, byContent: byContent).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        }
        return Set(facts[0].keys).union(facts[1].keys).filter { facts[0][$0] != facts[1][$0] }
    }

    private static func collect(_ value: JSON, _ path: String, into facts: inout [(name: String, value: String)]) {
        guard !immaterial.contains(path) else { return }
        guard case .object(let members) = value else { return facts.append((path, value.text ?? value.shown)) }
        for member in members { collect(member.value, path.isEmpty ? member.key : "\(path).\(member.key)", into: &facts) }
    }

    /// Whether the prompts of both can be compared by their content.
    static func haveDigests(_ a: RunResult, _ b: RunResult) -> Bool { a.run?.corpus.digest != nil && b.run?.corpus.digest != nil }

    private static func corpus(_ corpus: CorpusDescription, byContent: Bool) -> String {
        if byContent, let digest = corpus.digest { return "\(corpus.prompts) prompts, \(digest)" }
        let file = corpus.file.split(separator: "/").last.map(String.init) ?? "packaged"
        return "\(file), \(corpus.prompts) prompts"
    }

    private static func labels(_ run: RunContext) -> String? { run.labels.isEmpty ? nil : run.labels.prefix(20).joined(separator: ", ") }
}

extension Comparison {
    /// - Throws: `ConfigurationError` for a name that none of `runs` has: a typing error would let nothing differ.
    package static func check(allowed: Set<String>, _ runs: [ComparedRun], option: String) throws(ConfigurationError) {
        guard !allowed.isEmpty else { return }
        let names = runs.reduce(into: Set<String>()) { $0.formUnion(PlanFacts.of($1.result).map(\.name)) }
        guard let unknown = allowed.subtracting(names).sorted().first else { return }
        throw ConfigurationError(
            .usage,
            "\(option): \(JSON.string(unknown).shown) is nothing these runs have; they have \(names.sorted().joined(separator: ", "))")
    }
}
