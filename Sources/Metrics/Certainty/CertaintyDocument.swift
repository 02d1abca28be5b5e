// `sml.windows` and `sml.verdict` of a summary, both ways. docs/METRICS.md describes each member.

import Base
import Statistics

enum CertaintyDocument {
    // MARK: Writing

    static func windows(_ certainty: Certainty?) -> JSON {
        guard let certainty else { return .null }
        return .object([
            ("warmup", .string(certainty.warmUp)),
            ("overloaded", certainty.overload.map { .object([("first", .double($0.first)), ("last", .double($0.last))]) } ?? .null),
            ("first_repeat_seconds", JSON(certainty.firstRepeat)),
            ("full", .object(members(certainty.full))),
            (
                "steady",
                certainty.steady.map {
                    .object(
                        members($0.figures) + [
                            ("start", .string($0.start.rawValue)), ("end", .string($0.end.rawValue)), ("unsettled", .bool($0.isUnsettled)),
                        ])
                } ?? .null
            ),
            (
                "stages",
                .array(
                    certainty.stages.map {
                        .object(
                            [
                                ("start_target", .int(Int64($0.startTarget))), ("target", .int(Int64($0.target))),
                                ("offered_per_second", JSON($0.offeredPerSecond)), ("started_per_second", JSON($0.startedPerSecond)),
                            ] + members($0.figures))
                    })
            ),
        ])
    }

    private static func members(_ window: WindowFigures) -> [(String, JSON)] {
        [
            ("from_seconds", .double(window.from)), ("to_seconds", .double(window.to)), ("requests", .int(Int64(window.requests))),
            ("latency_ms", .object(window.latency.map { (key($0.p), percentile($0)) })),
            ("requests_per_second", .object(bounds(window.requestsPerSecond))),
            ("output_tokens_per_second", .object(bounds(window.tokensPerSecond))),
            ("success_rate", window.successRate.map { .object(bounds($0)) } ?? .null),
            ("mean_in_flight", JSON(window.inFlight?.mean)), ("max_in_flight", JSON(window.inFlight?.most)),
        ]
    }

    private static func bounds(_ figure: Figure) -> [(String, JSON)] {
        [("value", .double(figure.value)), ("low", JSON(figure.low)), ("high", JSON(figure.high))]
    }

    static func percentile(_ percentile: PercentileFigure) -> JSON {
        .object(
            bounds(percentile.figure) + [
                ("few_events", JSON(percentile.fewEvents)), ("no_interval", percentile.missing.map(missing) ?? .null),
            ])
    }

    /// p50, p99_9.
    static func key(_ p: Double) -> String {
        let tenths = Int((p * 1000).rounded())
        return tenths % 10 == 0 ? "p\(tenths / 10)" : "p\(tenths / 10)_\(tenths % 10)"
    }

    private static func missing(_ reason: NoInterval) -> JSON {
        let members: [(String, JSON)] =
            switch reason {
            case .overloaded: [("reason", .string("overloaded"))]
            case .changingLoad: [("reason", .string("changing_load"))]
            case .fewValuesBeyond(let beyond, let needed, let more):
                [
                    ("reason", .string("few_values_beyond")), ("beyond", .int(Int64(beyond))), ("needed", .int(Int64(needed))),
                    ("more_seconds", .double(more)),
                ]
            case .shortBlocks(let more): [("reason", .string("short_blocks")), ("more_seconds", .double(more))]
            case .fewTailEvents(let events): [("reason", .string("few_tail_events")), ("events", .double(events))]
            }
        return .object(members)
    }

    static func verdict(_ verdict: RunVerdict?) -> JSON {
        guard let verdict else { return .null }
        return .object(
            judgement(verdict.run) + [
                ("percentiles", .object(verdict.percentiles.map { (key($0.p), .object(judgement($0.verdict))) })),
                (
                    "cause",
                    verdict.cause.map {
                        .object([
                            ("kind", .string($0.kind.rawValue)), ("seconds", .double($0.seconds)), ("at_seconds", .double($0.at)),
                            ("text", .string($0.text)),
                        ])
                    } ?? .null
                ),
            ])
    }

    private static func judgement(_ verdict: GeneratorVerdict) -> [(String, JSON)] {
        [("level", .string(verdict.level.name)), ("reasons", .array(verdict.reasons.map(reason)))]
    }

    private static func reason(_ reason: GeneratorVerdict.Reason) -> JSON {
        let (kind, value, p): (String, Double, Double?) =
            switch reason {
            case .meanRelativeLateness(let share): ("mean_relative_lateness", share, nil)
            case .readLate(let share): ("read_late", share, nil)
            case .relativeBacklog(let ratio): ("relative_backlog", ratio, nil)
            case .shift(let p, let share): ("shift", share, p)
            case .unmeasured(let p, let share): ("unmeasured", share, p)
            case .atCap(let share): ("at_cap", share, nil)
            }
        return .object([
            ("kind", .string(kind)), ("value", .double(value)), ("percentile", p.map { .string(key($0)) } ?? .null),
            ("text", .string(reason.text)),
        ])
    }

    // MARK: Reading

    /// Nil for what is damaged, or was written before there were any.
    static func read(windows: JSON?, verdict: JSON?) -> Certainty? {
        guard let windows, let full = window(windows["full"]) else { return nil }
        let overload = windows["overloaded"].flatMap { json -> Overload? in
            guard let first = json["first"]?.number, let last = json["last"]?.number else { return nil }
            return Overload(first: first, last: last)
        }
        return Certainty(
            warmUp: windows["warmup"]?.text ?? "auto", full: full, steady: steady(windows["steady"]), overload: overload,
            firstRepeat: windows["first_repeat_seconds"]?.number, stages: (windows["stages"]?.elements ?? []).compactMap(stage),
            verdict: self.verdict(verdict))
    }

    private static func window(_ json: JSON?) -> WindowFigures? {
        guard let json, let from = json["from_seconds"]?.number, let to = json["to_seconds"]?.number else { return nil }
        return WindowFigures(
            from: from, to: to, requests: Int(json["requests"]?.integer ?? 0),
            latency: (json["latency_ms"]?.members ?? []).compactMap { percentile(key: $0.0, $0.1) },
            requestsPerSecond: figure(json["requests_per_second"]) ?? Figure(value: 0),
            tokensPerSecond: figure(json["output_tokens_per_second"]) ?? Figure(value: 0), successRate: figure(json["success_rate"]),
            inFlight: json["mean_in_flight"]?.number.flatMap { mean in
                json["max_in_flight"]?.integer.map { InFlight(mean: mean, most: Int($0)) }
            })
    }

    static func figure(_ json: JSON?) -> Figure? {
        json?["value"]?.number.map { Figure(value: $0, low: json?["low"]?.number, high: json?["high"]?.number) }
    }

    static func percentile(key: String, _ json: JSON) -> PercentileFigure? {
        guard let p = share(key), let figure = figure(json) else { return nil }
        return PercentileFigure(
            p: p, figure: figure, fewEvents: json["few_events"]?.integer.map { Int($0) }, missing: missing(json["no_interval"]))
    }

    private static func share(_ key: String?) -> Double? {
        LatencyIntervals.percentiles.first { self.key($0) == key }
    }

    private static func missing(_ json: JSON?) -> NoInterval? {
        let more = json?["more_seconds"]?.number ?? 0
        switch json?["reason"]?.text {
        case "overloaded": return .overloaded
        case "changing_load": return .changingLoad
        case "few_values_beyond":
            return .fewValuesBeyond(
                beyond: Int(json?["beyond"]?.integer ?? 0), needed: Int(json?["needed"]?.integer ?? 0), moreSeconds: more)
        case "short_blocks": return .shortBlocks(moreSeconds: more)
        case "few_tail_events": return .fewTailEvents(json?["events"]?.number ?? 0)
        default: return nil
        }
    }

    private static func steady(_ json: JSON?) -> SteadyFigures? {
        guard let json, let figures = window(json), let start = json["start"]?.text.flatMap(SteadyWindow.Start.init(rawValue:)),
            let end = json["end"]?.text.flatMap(SteadyWindow.End.init(rawValue:))
        else { return nil }
        return SteadyFigures(figures: figures, start: start, end: end, isUnsettled: json["unsettled"] == .bool(true))
    }

    private static func stage(_ json: JSON) -> StageFigures? {
        guard let figures = window(json) else { return nil }
        return StageFigures(
            figures: figures, startTarget: Int(json["start_target"]?.integer ?? 0), target: Int(json["target"]?.integer ?? 0),
            offeredPerSecond: json["offered_per_second"]?.number, startedPerSecond: json["started_per_second"]?.number)
    }

    private static func verdict(_ json: JSON?) -> RunVerdict? {
        guard let json, let run = judgement(json) else { return nil }
        let cause = json["cause"].flatMap { json -> Cause? in
            guard let kind = json["kind"]?.text.flatMap(Cause.Kind.init(rawValue:)), let seconds = json["seconds"]?.number else {
                return nil
            }
            return Cause(kind: kind, seconds: seconds, at: json["at_seconds"]?.number ?? 0)
        }
        return RunVerdict(
            run: run,
            percentiles: (json["percentiles"]?.members ?? []).compactMap { key, value in
                guard let p = share(key), let verdict = judgement(value) else { return nil }
                return RunVerdict.Percentile(p: p, verdict: verdict)
            }, cause: cause)
    }

    private static func judgement(_ json: JSON) -> GeneratorVerdict? {
        guard let name = json["level"]?.text, let level = GeneratorVerdict.Level.allCases.first(where: { $0.name == name }) else {
            return nil
        }
        return GeneratorVerdict(level: level, reasons: (json["reasons"]?.elements ?? []).compactMap(reason))
    }

    private static func reason(_ json: JSON) -> GeneratorVerdict.Reason? {
        guard let value = json["value"]?.number else { return nil }
        let p = share(json["percentile"]?.text)
        switch json["kind"]?.text {
        case "mean_relative_lateness": return .meanRelativeLateness(value)
        case "read_late": return .readLate(value)
        case "relative_backlog": return .relativeBacklog(value)
        case "shift": return p.map { .shift(p: $0, value) }
        case "unmeasured": return p.map { .unmeasured(p: $0, share: value) }
        case "at_cap": return .atCap(share: value)
        default: return nil
        }
    }
}
