// What k6's summaries lack: latency by label and from the scheduled time, what was dropped or cut off, errors by
// cause, whether the generator kept up, and everything needed to repeat or to distrust the run. docs/METRICS.md says
// what each member means.

import Generator

enum SMLSection {
    static func members(_ inputs: SummaryInputs) -> [(String, JSON)] {
        [
            ("schema", .int(Summary.schema)),
            ("formulas", .int(Summary.formulas)),
            ("outcome", outcome(inputs)),
            ("counts", counts(inputs)),
            ("latency", latency(inputs)),
            ("labels", labels(inputs)),
            ("lateness", lateness(inputs.statistics)),
            ("interrupted", interrupted(inputs.statistics)),
            ("errors", ErrorSection.value(inputs)),
            ("finish_reasons", finishReasons(inputs.statistics)),
            ("answers", answers(inputs.statistics.answers)),
            ("rate_limit", rateLimit(inputs.statistics.answers)),
            ("connections", connections(inputs.statistics)),
            ("generator", generator(inputs.statistics.generator)),
            ("run", (try? JSON(encoding: inputs.context)) ?? .null),
        ]
    }

    /// Count and the seven statistics; `null` without a value, so that zero is never read as a measurement.
    static func trend(_ trend: Trend) -> JSON {
        guard !trend.isEmpty else { return .null }
        let all = trend.statistics
        return .object([
            ("count", .int(Int64(all.count))), ("min", .double(all.min)), ("avg", .double(all.avg)),
            ("med", .double(all.med)), ("p90", .double(all.p90)), ("p95", .double(all.p95)),
            ("p99", .double(all.p99)), ("max", .double(all.max)),
        ])
    }

    private static func outcome(_ inputs: SummaryInputs) -> JSON {
        let outcome = inputs.outcome
        return .object([
            ("kind", .string(outcome.kind.rawValue)),
            ("reason", outcome.reason.map { .string(inputs.redactor.redact($0)) } ?? .null),
            ("duration_seconds", .double(inputs.seconds)),
            ("started", .string(WallClock.text(unixNanoseconds: inputs.context.startedUnixNanoseconds))),
            ("ended", .string(WallClock.text(unixNanoseconds: outcome.endedUnixNanoseconds))),
            ("lost_records", .int(Int64(outcome.lostRecords))),
        ])
    }

    private static func counts(_ inputs: SummaryInputs) -> JSON {
        let run = inputs.statistics
        return .object([
            ("planned", inputs.context.plannedArrivals.map { .int(Int64($0)) } ?? .null),
            ("started", .int(Int64(run.started.total))),
            ("finished", .int(Int64(run.finished.total))),
            ("succeeded", .int(Int64(run.success.passes))),
            ("failed", .int(Int64(run.success.fails))),
            ("interrupted", .int(Int64(run.interrupted.total))),
            ("dropped", .int(Int64(run.dropped.total))),
            ("iterations", .int(Int64(run.iterations.total))),
            ("interrupted_iterations", .int(Int64(run.interruptedIterations.total))),
            ("http_requests", .int(Int64(run.requests.total))),
            ("records", .int(Int64(run.records.total))),
        ])
    }

    private static func latency(_ inputs: SummaryInputs) -> JSON {
        let run = inputs.statistics
        return .object([
            ("end_to_end_ms", trend(inputs.latency)),
            ("service_ms", trend(run.timing(\.duration))),
            ("from_schedule_ms", trend(run.overall(\.latencyFromSchedule))),
        ])
    }

    private static func labels(_ inputs: SummaryInputs) -> JSON {
        let used = inputs.statistics.labels.enumerated().filter { !$1.latency.isEmpty || $1.interrupted.total > 0 }
        // Once for all labels: a search per label was 4,000 times 4,000 looks for a corpus of so many.
        let exchanges = Dictionary(grouping: inputs.statistics.exchanges.indices) { Int(inputs.statistics.exchanges[$0].key.label) }
        return .object(
            used.map { index, label in
                let service = Trend.merged((exchanges[index] ?? []).lazy.map { inputs.statistics.exchanges[$0].duration })
                let errors = label.errors.sorted { $0.status < $1.status }
                return (
                    label.label,
                    .object([
                        ("finished", .int(Int64(label.success.total))),
                        ("succeeded", .int(Int64(label.success.passes))),
                        ("failed", .int(Int64(label.success.fails))),
                        ("interrupted", .int(Int64(label.interrupted.total))),
                        ("end_to_end_ms", trend(label.latency)),
                        ("service_ms", trend(service)),
                        ("from_schedule_ms", trend(label.latencyFromSchedule)),
                        ("tokens_per_second", trend(label.tokensPerSecond)),
                        ("prompt_tokens", trend(label.promptTokens)),
                        ("completion_tokens", trend(label.completionTokens)),
                        (
                            "errors_by_status",
                            .object(errors.map { (String($0.status), .int(Int64($0.counter.total))) })
                        ),
                    ])
                )
            })
    }

    private static func lateness(_ run: RunStatistics) -> JSON {
        .object([
            ("start_ms", trend(run.startLateness)),
            ("send_ms", trend(run.sendLateness)),
            (
                "late_share",
                .object(run.keptUp.parts.map { ($0.name, $0.share.share.map { .double($0) } ?? .null) })
            ),
            ("kept_up", run.keptUp.verdict.map { .bool($0) } ?? .null),
            ("kept_up_reasons", .array(run.keptUp.reasons.map { .string($0) })),
            ("kept_up_limit_p99_ms", .double(milliseconds(KeptUp.limit))),
        ])
    }

    private static func interrupted(_ run: RunStatistics) -> JSON {
        let phases = TransferPhase.allCases.compactMap { phase in
            run.interruptedPhases[phase].map { (phase.name, JSON.int(Int64($0))) }
        }
        return .object([
            ("count", .int(Int64(run.interrupted.total))),
            ("age_ms", trend(run.interruptedAge)),
            ("phases", .object(phases)),
        ])
    }

    private static func finishReasons(_ run: RunStatistics) -> JSON {
        .object(
            FinishReason.allCases.compactMap { reason in
                run.finishReasons[reason].map { (reason.name, .int(Int64($0))) }
            })
    }

    private static func answers(_ answers: AnswerStatistics) -> JSON {
        .object(answers.oddities.map { ($0.name, .int(Int64($0.count.total))) })
    }

    private static func rateLimit(_ answers: AnswerStatistics) -> JSON {
        .object([
            ("too_many_requests", .int(Int64(answers.tooManyRequests.total))),
            ("with_retry_after", .int(Int64(answers.withRetryAfter.total))),
            (
                "longest_retry_after_seconds",
                answers.withRetryAfter.total == 0 ? .null : .int(Int64(answers.longestRetryAfter))
            ),
            ("paused_arrivals", .int(Int64(answers.pausedArrivals.total))),
        ])
    }

    private static func connections(_ run: RunStatistics) -> JSON {
        .object([
            ("opened", .int(Int64(run.connectionsOpened.total))),
            ("reused", .int(Int64(run.connectionsReused.total))),
            ("transport_retries", .int(Int64(run.transportRetries.total))),
            ("given_up", .int(Int64(run.generator.strayConnections.total))),
        ])
    }

    private static func generator(_ generator: GeneratorStatistics) -> JSON {
        guard generator.last != nil else { return .null }
        return .object([
            ("cpu_seconds", .double(generator.cpuSeconds)),
            ("cpu_share", trend(generator.cpuShare)),
            ("peak_memory_bytes", .double(generator.residentBytes.max)),
            ("loop_delay_ms", trend(generator.loopDelay)),
            ("peak_in_flight", .double(generator.inFlight.max)),
            ("samples", .int(Int64(generator.inFlight.count))),
        ])
    }
}
