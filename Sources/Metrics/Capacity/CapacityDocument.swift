// `capacity.json`, both ways. It is no summary and is not called one: each probe has its own, which readers of k6's formats can read.
// docs/CAPACITY.md describes each member.

import Base
import Scenarios
import Statistics

extension CapacityResult {
    /// Version of the document.
    package static let schema: Int64 = 1

    package var document: JSON {
        .object([
            (
                "capacity",
                .object([
                    ("schema", .int(Self.schema)), ("state", .string(state.rawValue)), ("reason", JSON(reason)),
                    ("load", .string(load.rawValue)), ("confirmed", JSON(confirmed)), ("lowest_refused", JSON(lowestRefused)),
                    ("limited_by", JSON(limitedBy)), ("confidence", .double(confidence)), ("minutes", .double(minutes)),
                    ("objectives", .array(objectives.map(\.json))), ("scenario", .string(scenario)), ("executor", .string(executor)),
                    ("model", .string(model)), ("replicas", JSON(server?.replicas)), ("gpus", JSON(server?.gpus)),
                    ("run_label", .string(runLabel)), ("started", .string(started)), ("prompt_seed", .int(promptSeed)),
                    ("probes", .array(probes.map(\.json))),
                ])
            )
        ])
    }

    /// Nil for what is none.
    package init?(document: JSON) {
        guard let json = document["capacity"], let load = json["load"]?.text.flatMap(Load.init(rawValue:)),
            let state = json["state"]?.text.flatMap(State.init(rawValue:))
        else { return nil }
        let size = ServerSize(replicas: json["replicas"]?.integer.map { Int($0) }, gpus: json["gpus"]?.integer.map { Int($0) })
        self.init(
            scenario: json["scenario"]?.text ?? "", executor: json["executor"]?.text ?? "", model: json["model"]?.text ?? "",
            server: size == ServerSize() ? nil : size, runLabel: json["run_label"]?.text ?? "", started: json["started"]?.text ?? "",
            load: load, objectives: (json["objectives"]?.elements ?? []).compactMap(CapacityObjective.init),
            confidence: json["confidence"]?.number ?? 0, promptSeed: json["prompt_seed"]?.integer ?? 0, state: state,
            reason: json["reason"]?.text, confirmed: json["confirmed"]?.number, lowestRefused: json["lowest_refused"]?.number,
            limitedBy: json["limited_by"]?.text, minutes: json["minutes"]?.number ?? 0,
            probes: (json["probes"]?.elements ?? []).compactMap(CapacityProbe.init))
    }

    /// Reads a file.
    ///
    /// - Throws: ``FileError``, `JSONError`. Returns nil for a document that is none.
    package static func read(path: String) throws -> CapacityResult? {
        let bytes = try FileBytes(path: path, limit: 64 << 20)
        defer { bytes.release() }
        return CapacityResult(document: try JSON.parse(bytes.buffer))
    }

    /// As written to the file.
    package func jsonData() -> [UInt8] { document.bytes(indentation: 2) + [0x0A] }

    /// Replaces the file at `path` atomically.
    ///
    /// - Throws: ``FileError``.
    package func write(to path: String) throws { try WholeFile.write(jsonData(), to: path) }
}

extension CapacityObjective {
    fileprivate var json: JSON {
        .object([("metric", .string(selector)), ("threshold", .string(condition)), ("implied", .bool(isImplied))])
    }

    fileprivate init?(_ json: JSON) {
        guard let selector = json["metric"]?.text, let condition = json["threshold"]?.text else { return nil }
        self.init(selector: selector, condition: condition, isImplied: json["implied"] == .bool(true))
    }
}

extension CapacityFinding {
    fileprivate var json: JSON {
        .object([
            ("metric", .string(selector)), ("threshold", .string(condition)), ("ok", .bool(isMet)), ("value", JSON(figure?.value)),
            ("low", JSON(figure?.low)), ("high", JSON(figure?.high)), ("bound", JSON(bound)), ("no_bound", JSON(missing)),
        ])
    }

    fileprivate init?(_ json: JSON) {
        guard let selector = json["metric"]?.text, let condition = json["threshold"]?.text else { return nil }
        self.init(
            selector: selector, condition: condition,
            figure: json["value"]?.number.map { Figure(value: $0, low: json["low"]?.number, high: json["high"]?.number) },
            bound: json["bound"]?.number, isMet: json["ok"] == .bool(true), missing: json["no_bound"]?.text)
    }
}

extension CapacityProbe {
    fileprivate var json: JSON {
        .object([
            ("probe", .int(number)), ("phase", .string(phase.rawValue)), ("asked", .double(asked)),
            ("decision", .string(decision.rawValue)), ("reason", JSON(reason)), ("achieved_per_second", .double(achieved)),
            ("mean_in_flight", .double(inFlight.mean)), ("max_in_flight", .int(inFlight.most)),
            ("latency_ms", .object(latency.map { (CertaintyDocument.key($0.p), CertaintyDocument.percentile($0)) })),
            (
                "output_tokens_per_second",
                outputTokensPerSecond.map {
                    .object([("value", .double($0.value)), ("low", JSON($0.low)), ("high", JSON($0.high))])
                } ?? .null
            ),
            ("objectives", .array(objectives.map(\.json))),
            (
                "looks",
                .array(
                    looks.map {
                        .object([
                            ("seconds", .double($0.seconds)), ("level", JSON($0.level)), ("ok", .bool($0.isMet)),
                            ("objectives", .array($0.objectives.map(\.json))),
                        ])
                    })
            ),
            (
                "guard",
                overload.map {
                    .object([
                        ("at_seconds", .double($0.at)), ("first", .double($0.first)), ("last", .double($0.last)),
                        ("left_after_seconds", .double($0.leftAfter)),
                    ])
                } ?? .null
            ),
            ("requests", .int(requests)), ("from_seconds", .double(from)), ("to_seconds", .double(to)), ("seconds", .double(seconds)),
            ("cached_share", JSON(cachedShare)), ("repeated_share", .double(repeatedShare)), ("cut_off", .int(cutOff)),
            ("generator", JSON(generator?.name)), ("summary", .string(summary)), ("run_label", .string(runLabel)),
            ("started", .string(started)),
        ])
    }

    fileprivate init?(_ json: JSON) {
        guard let number = json["probe"]?.integer, let phase = json["phase"]?.text.flatMap(Phase.init(rawValue:)),
            let asked = json["asked"]?.number, let decision = json["decision"]?.text.flatMap(Decision.init(rawValue:))
        else { return nil }
        func findings(_ json: JSON?) -> [CapacityFinding] { (json?.elements ?? []).compactMap(CapacityFinding.init) }
        self.init(
            number: Int(number), phase: phase, asked: asked, summary: json["summary"]?.text ?? "",
            runLabel: json["run_label"]?.text ?? "", started: json["started"]?.text ?? "", seconds: json["seconds"]?.number ?? 0,
            from: json["from_seconds"]?.number ?? 0, to: json["to_seconds"]?.number ?? 0, requests: Int(json["requests"]?.integer ?? 0),
            achieved: json["achieved_per_second"]?.number ?? 0,
            inFlight: InFlight(mean: json["mean_in_flight"]?.number ?? 0, most: Int(json["max_in_flight"]?.integer ?? 0)),
            latency: (json["latency_ms"]?.members ?? []).compactMap { CertaintyDocument.percentile(key: $0.key, $0.value) },
            outputTokensPerSecond: CertaintyDocument.figure(json["output_tokens_per_second"]), objectives: findings(json["objectives"]),
            decision: decision, reason: json["reason"]?.text,
            looks: (json["looks"]?.elements ?? []).map {
                Look(
                    seconds: $0["seconds"]?.number ?? 0, level: $0["level"]?.number, objectives: findings($0["objectives"]),
                    isMet: $0["ok"] == .bool(true))
            }, overload: json["guard"].flatMap(Guard.init), cachedShare: json["cached_share"]?.number,
            repeatedShare: json["repeated_share"]?.number ?? 0, cutOff: Int(json["cut_off"]?.integer ?? 0),
            generator: json["generator"]?.text.flatMap { name in GeneratorVerdict.Level.allCases.first { $0.name == name } })
    }
}

extension CapacityProbe.Guard {
    fileprivate init?(_ json: JSON) {
        guard let at = json["at_seconds"]?.number else { return nil }
        self.init(
            at: at, first: json["first"]?.number ?? 0, last: json["last"]?.number ?? 0,
            leftAfter: json["left_after_seconds"]?.number ?? 0)
    }
}
