// Everything that is needed to repeat the run or to distrust it.

import Base
import Metrics

extension RunChapter {
    /// Names and values.
    var factList: [(name: String, value: HTML)] {
        guard let run = result.run else { return [] }
        var facts: [(name: String, value: HTML)] = []
        func add(_ name: String, _ value: String?) { if let value, !value.isEmpty { facts.append((name, .foreign(value))) } }
        let plan = run.plan
        add("command", run.command.map(TypedCommand.quoted))
        add("scenario", run.scenario)
        add("run label", run.runLabel)
        add("model", run.model)
        add("server", run.url)
        add("started", result.outcome?.started)
        add("ended", result.outcome?.ended)
        add("outcome", result.outcome.map { $0.kind.rawValue + ($0.reason.map { ": " + $0 } ?? "") })
        add("executor", plan.executor)
        add("duration", Format.duration(seconds: plan.durationSeconds))
        add("graceful stop", Format.duration(seconds: plan.gracefulStopSeconds))
        add("most virtual users", "\(plan.maxVUs)")
        for (key, value) in plan.parameters.sorted(by: { $0.key < $1.key }) { add(key, Self.text(value)) }
        add("think time", plan.thinkTimeSeconds > 0 ? "up to " + Format.duration(seconds: plan.thinkTimeSeconds) : nil)
        add("request timeout", Format.duration(seconds: plan.requestTimeoutSeconds))
        add("seeds", "prompts \(plan.promptSeed), think times \(plan.thinkSeed)")
        add("streams", plan.streams ? "yes" : "no")
        add("headers", plan.headerNames.joined(separator: ", "))
        add("API key", plan.authorized ? "sent" : "none")
        add(
            "corpus",
            (run.corpus.file.isEmpty ? "packaged" : run.corpus.file) + ", \(Format.grouped(run.corpus.prompts)) prompts"
                + (run.corpus.distinct.map { ", \(Format.grouped($0)) different" } ?? ""))
        add("prompts used", result.metrics.number(.distinctPrompts).map { Format.measure($0) + " different" })
        add("prompts repeat from", result.metrics.number(.repeatedFrom).map { Format.duration(seconds: $0) })
        add("warm-up", result.certainty?.warmUp)
        add(
            "test request",
            run.testRequest.map {
                "status \($0.status) after \(Format.measure($0.milliseconds)) ms" + ($0.warning.map { ": " + $0 } ?? "")
            })
        add("product", "\(run.version)" + (run.build.map { ", \($0.commit)\($0.dirty ? ", changed" : "")" } ?? ""))
        add("libcurl", run.libcurlVersion)
        add(
            "machine",
            [
                run.machine.host, run.machine.cpuModel, run.machine.architecture, "\(run.machine.cpus) CPUs",
                run.machine.memoryLimitBytes.map { "\(Format.measure(Double($0) / 1_073_741_824)) GiB" } ?? "", run.machine.kernel,
            ].filter { !$0.isEmpty }.joined(separator: ", "))
        add("workers", "\(run.workers)")
        add(
            "generator",
            result.metrics.number(.cpuSeconds).map {
                "\(Format.measure($0)) s CPU, \(Format.measure((result.metrics.number(.peakMemory) ?? 0) / 1_048_576)) MiB"
            })
        if let conditions = run.conditions {
            add("proxy", conditions.proxy)
            add("addresses", conditions.addresses.joined(separator: ", "))
            add("system prompt", conditions.systemPromptDigest)
            add("priority", conditions.realtime == true ? "real time, for the generator's shards" : nil)
            add("environment", conditions.environment.map { $0.name + ($0.value.map { "=" + $0 } ?? "") }.joined(separator: ", "))
        }
        add("finish reasons", Self.counts(result.finishReasons))
        add("other models", Self.counts(result.otherModels))
        return facts
    }

    var facts: [HTML] {
        guard let run = result.run else { return [] }
        var content: [HTML] = [
            .element("dl", [.class("facts")], factList.flatMap { [.element("dt", [], $0.0), .element("dd", [], [$0.1])] })
        ]
        content.append(promptTable)
        if run.resolvedScenario != .null {
            content.append(
                .element(
                    "details", [],
                    [
                        .element("summary", [], "The scenario with every default written out"),
                        .element("pre", [.init("tabindex", "0")], [.text(HTML.cut(run.resolvedScenario.prettyJSON(), 20_000))]),
                    ]))
        }
        return content
    }

    /// What was asked of the corpus, as the server counted it.
    private var promptTable: HTML {
        func cell(_ value: Double?) -> HTML { .text(value.map(Format.measure) ?? "–") }
        let rows = result.labels.prefix(100).compactMap { label -> [HTML]? in
            guard let prompts = label.metrics.trend(.promptTokens) else { return nil }
            let answers = label.metrics.trend(.completionTokens)
            return [
                .foreign(label.name, most: 200), .text(label.metrics.trend(.successLatency)?.count.map(Format.grouped) ?? "–"),
                cell(prompts.min), cell(prompts.avg),
                cell(prompts.med), cell(prompts.max), cell(answers?.avg), cell(answers?.max),
            ]
        }
        return table(
            "The corpus as it was used, tokens by prompt label",
            ["label", "succeeded", "prompt least", "prompt mean", "prompt p50", "prompt most", "answer mean", "answer most"], rows)
    }

    private static func text(_ value: PlanDescription.Parameter) -> String {
        switch value {
        case .whole(let number): Format.grouped(number)
        case .seconds(let seconds): Format.duration(seconds: seconds)
        case .stages(let stages):
            stages.prefix(50).map { "\(Format.duration(seconds: $0.durationSeconds)) to \($0.target)" }.joined(separator: ", ")
                + (stages.count > 50 ? " and \(stages.count - 50) more" : "")
        }
    }

    private static func counts(_ counts: [String: UInt64]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(20)
            .map { "\(HTML.cut($0.key, 100)) \(Format.grouped($0.value))" }.joined(separator: ", ")
    }
}
