// docs/METRICS.md names every member of a summary and none that does not exist.

import Base
import Foundation
import Generator
import Scenarios
import Testing

@testable import Metrics

struct DocumentationTests {
    /// Paths as the page writes them: a trend and a map of counts are one member, a prompt label is `*`.
    private func paths(_ value: JSON, _ path: String) -> Set<String> {
        let maps = ["errors_by_status", "phases", "finish_reasons", "other_models", "root_group"]
        if maps.contains(where: { path.hasSuffix($0) }) { return [path] }
        switch value {
        case .object(let members)
        where members.contains { ["p99", "p(99)", "passes", "rate", "min", "low"].contains($0.key) } && !path.hasSuffix("plan"):
            return [path]
        case .object(let members) where !members.isEmpty:
            return members.reduce(into: []) { found, member in
                let name = path.hasSuffix("sml.labels") ? "*" : member.key
                found.formUnion(paths(member.value, path.isEmpty ? name : "\(path).\(name)"))
            }
        case .array(let elements) where elements.contains { !$0.members.isEmpty }:
            return elements.reduce(into: []) { $0.formUnion(paths($1, path + "[]")) }
        default: return [path]
        }
    }

    @Test func everyMemberIsOnThePageAndNoOther() throws {
        let stages = [Stage(duration: .seconds(1), target: 2)]
        let executors: [Executor] = [
            .constantVUs(vus: 1, duration: .seconds(1)),
            .rampingVUs(startVUs: 0, stages: stages, gracefulRampDown: .seconds(30)),
            .constantArrivalRate(rate: 1, timeUnit: .seconds(1), duration: .seconds(1), preAllocatedVUs: 1, maxVUs: 1),
            .rampingArrivalRate(startRate: 1, timeUnit: .seconds(1), stages: stages, preAllocatedVUs: 1, maxVUs: 1),
            try .poissonArrivalRate(rate: 1, duration: .seconds(1), maxVUs: 1),
        ]
        var existing: Set<String> = []
        for (index, executor) in executors.enumerated() {
            var context = Samples.context()
            context.plan = PlanDescription(
                Plan(
                    scenario: "s", executor: executor, target: RequestTarget(url: Samples.url),
                    warmUp: index == 0 ? .fixed(.seconds(30)) : .automatic))
            context.machine.memoryLimitBytes = 1
            context.corpus.distinct = 1
            context.corpus.digest = "fnv1a:1"
            context.server = ServerSize(replicas: 2, gpus: 8)
            context.command = ["sml", "loadtest", "local"]
            context.conditions = RunConditions(proxy: "http://p", systemPrompt: "s", environment: ["RUN_LABEL": "l"])
            context.conditions?.realtime = true
            var outcome = Samples.outcome
            outcome.connections = [ConnectionCount(address: "127.0.0.1:1", count: 1)]
            context.testRequest = TestRequestDescription(tries: 1, status: 200, milliseconds: 1, maxTokens: 16, warning: "w")
            var statistics = RunStatisticsTests.statistics(
                Stream.records(count: 3_000, seed: 1) + [Samples.streamed()], samples: Stream.samples(count: 3_000))
            statistics.consume(Samples.streamCounts)
            let summary = SummaryBuilder.build(statistics: statistics, context: context, outcome: outcome)
            existing.formUnion(paths(summary.document, ""))
        }
        let tasks = SummaryBuilder.build(
            statistics: RunStatisticsTests.statistics([]), context: Samples.context(), outcome: Samples.outcome,
            tasks: [TaskOutcome(index: 0, state: .complete)])
        existing.formUnion(paths(tasks.document, "").filter { $0.hasPrefix("sml.tasks.") })
        // Series and what only a run with remote write has are checked against a real run, elsewhere.
        let documented = try documented { name in
            !["k6_", "sml_", "sml.remote_write."].contains { name.hasPrefix($0) } && !ofArms.contains { name.hasPrefix($0) }
        }
        #expect(existing.subtracting(documented).sorted() == [])
        #expect(Set(documented).subtracting(existing).sorted() == [])
        #expect(Set(documented).count == documented.count)
    }

    private let ofArms = ["sml.arms.", "sml.comparison", "sml.run.pairs", "sml.run.tolerance", "sml.run.design", "sml.run.cache"]

    /// The names of members on the page.
    private func documented(where isWanted: (String) -> Bool) throws -> [String] {
        let page = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/METRICS.md")
        return try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("| `") }
            .flatMap { line in
                line.dropFirst(2).prefix { $0 != "|" }.split(separator: "`").filter { !",  ".contains($0) }
            }
            .map(String.init).filter(isWanted)
    }

    /// What only a run of two arms has.
    @Test func everyMemberOfArmsIsThere() throws {
        let documented = try documented { name in ofArms.contains { name.hasPrefix($0) } }
        let document = try Summary(ArmComparisonTests.result(shift: 0, turns: ArmComparisonTests.turns(20), tolerance: 0.02)).document
        #expect(documented.count == 10)
        for name in documented {
            let value = name.split(separator: ".").reduce(document as JSON?) { $0?[String($1)] }
            #expect(value != nil, "\(name)")
        }
    }
}
