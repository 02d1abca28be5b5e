// What k6's summaries lack: latency by label and from the scheduled time, what was dropped or cut off, errors by
// cause, whether the generator kept up, and everything needed to repeat or to distrust the run. Metrics are written as
// the catalogue lists them; docs/METRICS.md says what each member means.

import Base
import Generator

enum SMLWriter {
    static func members(_ result: RunResult) -> [(String, JSON)] {
        let known: [(String, JSON)] = [
            ("schema", .int(Summary.schema)),
            ("formulas", result.formulas.map { .int($0) } ?? .null),
            ("outcome", outcome(result.outcome)),
            ("counts", .object([("planned", planned(result))] + metrics("counts", result))),
            ("rates", .object(metrics("rates", result))),
            ("tokens", .object(metrics("tokens", result))),
            ("prompts", .object(metrics("prompts", result))),
            ("latency", .object(metrics("latency", result))),
            ("labels", .object(result.labels.map { ($0.name, label($0)) })),
            ("thresholds", .array(result.thresholds.map(\.json))),
            ("verdict", CertaintyDocument.verdict(result.certainty?.verdict)),
            ("windows", CertaintyDocument.windows(result.certainty)),
            ("lateness", .object(metrics("lateness", result) + punctuality(result.punctuality))),
            (
                "interrupted",
                .object(
                    metrics("interrupted", result) + [
                        ("phases", counts(result.interruptedPhases, order: TransferPhase.allCases.map(\.name)))
                    ])
            ),
            ("errors", .array(result.errors.map(error))),
            ("finish_reasons", counts(result.finishReasons, order: FinishReason.allCases.map(\.name))),
            ("answers", .object(metrics("answers", result) + [("other_models", counts(result.otherModels))])),
            ("rate_limit", .object(metrics("rate_limit", result))),
            (
                "connections",
                .object(metrics("connections", result) + [("opened_to", .array(result.connections.map(connection)))])
            ),
            // Nothing is known of the generator without a sample.
            ("generator", result.metrics[.generatorSamples] == nil ? .null : .object(metrics("generator", result))),
        ]
        let names = Set(known.map(\.0))
        let further = Catalog.sections.filter { !names.contains($0) }.map { ($0, JSON.object(metrics($0, result))) }
        let members = known + further + [("run", RunDescription.json(result.run))]
        return members + [
            ("distributions", DistributionsDocument.json(result.distributions)), ("timeline", TimelineDocument.json(result.timeline)),
        ]
            + (result.remoteWrite.map { [("remote_write", RemoteWriteWriter.value($0))] } ?? [])
            + (result.tasks.isEmpty ? [] : [("tasks", tasks(result))])
            + result.probes.map { ("probe", lane($0)) }
            + (result.lanes.isEmpty ? [] : [("arms", .object(result.lanes.map { ($0.name, lane($0.result)) }))])
            + (result.comparison.map { [("comparison", $0.document)] } ?? [])
    }

    /// All that a summary of it alone would say, but for k6's first document.
    private static func lane(_ result: RunResult) -> JSON { .object(K6ExportWriter.members(result) + members(result)) }

    private static func metrics(_ section: String, _ result: RunResult) -> [(String, JSON)] {
        Catalog.members(of: section).map { ($0.name.key, value(result.metrics[$0.name])) }
    }

    private static func value(_ value: MetricValue?) -> JSON {
        switch value {
        case .count(let total): .count(total)
        case .number(let number): .double(number)
        case .rate(let rate): .object([("value", .double(rate.value)), ("passes", .count(rate.passes)), ("fails", .count(rate.fails))])
        case .gauge(let gauge): .object([("value", .double(gauge.value)), ("min", .double(gauge.min)), ("max", .double(gauge.max))])
        case .trend(let value): trend(value)
        case nil: .null
        }
    }

    /// Count and the seven statistics.
    private static func trend(_ trend: TrendValue?) -> JSON {
        guard let trend else { return .null }
        return .object(
            [("count", JSON(trend.count))] + TrendValue.statistics.map { ($0.name, JSON(trend[keyPath: $0.member])) })
    }

    private static func outcome(_ outcome: RunResult.Outcome?) -> JSON {
        guard let outcome else { return .null }
        return .object([
            ("kind", .string(outcome.kind.rawValue)), ("reason", JSON(outcome.reason)),
            ("duration_seconds", .double(outcome.durationSeconds)), ("started", .string(outcome.started)),
            ("ended", .string(outcome.ended)), ("lost_records", .count(outcome.lostRecords)),
        ])
    }

    private static func planned(_ result: RunResult) -> JSON { JSON(result.run?.plannedArrivals) }

    private static func label(_ label: LabelResult) -> JSON {
        // What only streams have is left out without them: a corpus may have thousands of labels.
        let metrics = Catalog.byLabel.filter { $0.name.section != "stream" || label.metrics[$0.name] != nil }
        return .object(
            metrics.map { ($0.name.key, value(label.metrics[$0.name])) } + [
                (
                    "errors_by_status",
                    .object(label.errorsByStatus.sorted { $0.key < $1.key }.map { (String($0.key), .count($0.value)) })
                )
            ])
    }

    private static func punctuality(_ found: Punctuality) -> [(String, JSON)] {
        [
            ("late_share", .object(Punctuality.parts.map { ($0, JSON(found.lateShare[$0])) })),
            ("kept_up", found.keptUp.map { .bool($0) } ?? .null),
            ("kept_up_reasons", .array(found.reasons.map { .string($0) })),
            ("kept_up_limit_p99_ms", .double(found.limitMilliseconds)),
        ]
    }

    private static func error(_ error: ErrorResult) -> JSON {
        .object([
            ("status", .int(Int64(error.status))), ("error_code", .int(Int64(error.code))), ("error", JSON(error.text)),
            ("content", JSON(error.content)), ("phase", .string(error.phase)), ("count", .count(error.count)),
            ("hint", .string(error.hint)),
            (
                "first",
                .object([
                    ("at_seconds", .double(error.first.atSeconds)), ("at", .string(error.first.at)),
                    ("iteration", .count(error.first.iteration)), ("prompt", .count(error.first.prompt)),
                    ("label", JSON(error.first.label)), ("url", JSON(error.first.url)), ("method", .string(error.first.method)),
                    ("words", JSON(error.first.words)),
                ])
            ),
        ])
    }

    private static func connection(_ kind: ConnectionCount) -> JSON {
        .object([
            ("address", .string(kind.address)), ("http_version", JSON(kind.httpVersion)), ("tls_version", JSON(kind.tlsVersion)),
            ("alpn", JSON(kind.alpn)), ("cipher", JSON(kind.cipher)), ("count", .count(kind.count)),
            (
                "streams",
                kind.streams.map {
                    .object([("most", .int(Int64($0.most))), ("limit", JSON($0.limit)), ("waited", .count($0.waited))])
                } ?? .null
            ),
            (
                "preconnect",
                kind.preconnect.map {
                    .object([
                        ("asked", .count($0.asked)), ("ready", .count($0.ready)),
                        ("failed", .object($0.failed.sorted { $0.key < $1.key }.map { ($0.key, .count($0.value)) })),
                    ])
                } ?? .null
            ),
        ])
    }

    private static func tasks(_ result: RunResult) -> JSON {
        .object([
            ("count", .int(Int64(result.tasks.count))), ("lost", .array(result.lostTasks.map { .int(Int64($0)) })),
            (
                "each",
                .array(
                    result.tasks.map { task in
                        .object([
                            ("task", .int(Int64(task.index))), ("state", .string(task.state)), ("outcome", JSON(task.outcome)),
                            ("host", .string(task.host)), ("workers", .int(Int64(task.workers))), ("started", .count(task.started)),
                            ("finished", .count(task.finished)), ("start_lateness_ms", trend(task.startLateness)),
                        ])
                    })
            ),
        ])
    }

    /// In the order of `order`, whatever else there is behind it by name.
    static func counts(_ counts: [String: UInt64], order: [String] = []) -> JSON {
        let further = counts.keys.filter { !order.contains($0) }.sorted()
        return .object((order + further).compactMap { name in counts[name].map { (name, .count($0)) } })
    }
}

extension JSON {
    static func count(_ value: UInt64) -> JSON { .int(Int64(clamping: value)) }

    /// Null for nil.
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }
    init(_ number: Double?) { self = number.map { .double($0) } ?? .null }
    init(_ number: Int?) { self = number.map { .int(Int64($0)) } ?? .null }
}
