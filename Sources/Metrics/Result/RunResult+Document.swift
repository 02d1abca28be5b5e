// A result read back from a summary: ours of either schema, or one of k6's two documents as far as it goes. What is not
// there or damaged is left out; a reader must not fail over a summary that has most of a run.

import Base
import Generator

extension RunResult {
    /// Nil when the document is no summary, neither ours nor k6's.
    package init?(document: JSON) {
        if case .object? = document["sml"] {
            self.init(sml: document["sml"] ?? .null, document: document)
        } else if case .object? = document["metrics"] {
            self.init(scenario: document["scenario"]?.text ?? "", metrics: MetricValues(k6Export: document["metrics"] ?? .null))
            checks = Check.all(document)
        } else if case .object? = document["throughput"] {
            self.init(scenario: document["scenario"]?.text ?? "", metrics: MetricValues(k6HandleSummary: document))
        } else {
            return nil
        }
    }

    private init(sml: JSON, document: JSON) {
        let run = RunDescription.context(sml["run"], planned: sml[path: "counts", "planned"]?.integer)
        let order = Dictionary((run?.labels ?? []).enumerated().map { ($1, $0) }) { first, _ in first }
        let labels = (sml["labels"]?.members ?? []).map(LabelResult.init(name:json:))
        self.init(
            formulas: sml["formulas"]?.integer, scenario: document["scenario"]?.text ?? run?.scenario ?? "",
            outcome: Outcome(sml["outcome"]), run: run, metrics: MetricValues(sml: sml, k6Export: document["metrics"] ?? .null),
            checks: Check.all(document),
            labels: labels.sorted { (order[$0.name] ?? .max, $0.name) < (order[$1.name] ?? .max, $1.name) },
            punctuality: Punctuality(sml["lateness"]), interruptedPhases: (sml[path: "interrupted", "phases"] ?? .null).counts,
            finishReasons: (sml["finish_reasons"] ?? .null).counts, errors: (sml["errors"]?.elements ?? []).map(ErrorResult.init(_:)),
            connections: (sml[path: "connections", "opened_to"]?.elements ?? []).map(ConnectionCount.init(_:)),
            remoteWrite: RemoteWriteResult(sml["remote_write"]),
            tasks: (sml[path: "tasks", "each"]?.elements ?? []).map(TaskResult.init(_:)),
            certainty: CertaintyDocument.read(windows: sml["windows"], verdict: sml["verdict"]))
        otherModels = (sml[path: "answers", "other_models"] ?? .null).counts
        comparison = sml["comparison"].map { ArmComparison(document: $0) }
        probes = [sml["probe"]].compactMap { $0.map { RunResult(sml: $0, document: $0) } }
        lanes = (sml["arms"]?.members ?? []).map { LaneResult(name: $0.key, result: RunResult(sml: $0.value, document: $0.value)) }
        thresholds = (sml["thresholds"]?.elements ?? []).compactMap(ThresholdResult.init(_:))
        timeline = Timeline(sml["timeline"])
        distributions = Distributions(sml["distributions"])
    }
}

extension RunResult.Outcome {
    init?(_ json: JSON?) {
        guard let json, let kind = json["kind"]?.text.flatMap(RunOutcome.Kind.init(rawValue:)) else { return nil }
        self.init(
            kind: kind, reason: json["reason"]?.text, durationSeconds: json["duration_seconds"]?.number ?? 0,
            started: json["started"]?.text ?? "", ended: json["ended"]?.text ?? "", lostRecords: json.count("lost_records"))
    }
}

extension RunResult.Check {
    /// Those of k6's root group, in the order in which we write them.
    fileprivate static func all(_ document: JSON) -> [Self] {
        [status, choices].compactMap { name in
            document[path: "root_group", "checks", name].map { Self(name: name, rate: Rate($0)) }
        }
    }
}

extension LabelResult {
    init(name: String, json: JSON) {
        self.init(name: name, metrics: MetricValues(), errorsByStatus: [:])
        for metric in Catalog.byLabel { metrics[metric.name] = metric.value(sml: json[metric.name.key]) }
        for (status, count) in (json["errors_by_status"] ?? .null).counts { errorsByStatus[Int(status) ?? -1] = count }
    }
}

extension Punctuality {
    init(_ json: JSON?) {
        self.init()
        for part in Self.parts { lateShare[part] = json?[path: "late_share", part]?.number }
        if case .bool(let value)? = json?["kept_up"] { keptUp = value }
        reasons = (json?["kept_up_reasons"]?.elements ?? []).compactMap(\.text)
        if let limit = json?["kept_up_limit_p99_ms"]?.number { limitMilliseconds = limit }
    }
}

extension ErrorResult {
    init(_ json: JSON) {
        let first = json["first"] ?? .null
        self.init(
            status: Int(json["status"]?.integer ?? 0), code: Int(json["error_code"]?.integer ?? 0), text: json["error"]?.text,
            content: json["content"]?.text, phase: json["phase"]?.text ?? "", count: json.count("count"), hint: json["hint"]?.text ?? "",
            first: First(
                atSeconds: first["at_seconds"]?.number ?? 0, at: first["at"]?.text ?? "", iteration: first.count("iteration"),
                prompt: first.count("prompt"), label: first["label"]?.text, url: first["url"]?.text,
                method: first["method"]?.text ?? "POST", words: first["words"]?.text))
    }
}

extension ConnectionCount {
    init(_ json: JSON) {
        self.init(
            address: json["address"]?.text ?? "", httpVersion: json["http_version"]?.text, tlsVersion: json["tls_version"]?.text,
            alpn: json["alpn"]?.text, cipher: json["cipher"]?.text, count: json.count("count"))
        if let use = json["streams"], case .object = use {
            streams = StreamUse(
                most: Int(use.count("most")), limit: use["limit"]?.integer.map { Int($0) }, waited: use.count("waited"))
        }
        if let made = json["preconnect"], case .object = made {
            preconnect = PreconnectCount(asked: made.count("asked"), ready: made.count("ready"), failed: (made["failed"] ?? .null).counts)
        }
    }
}

extension TaskResult {
    init(_ json: JSON) {
        self.init(
            index: Int(json["task"]?.integer ?? 0), state: json["state"]?.text ?? "", outcome: json["outcome"]?.text,
            host: json["host"]?.text ?? "", workers: Int(json["workers"]?.integer ?? 0), started: json.count("started"),
            finished: json.count("finished"), startLateness: TrendValue(json["start_lateness_ms"]))
    }
}

extension RemoteWriteResult {
    init?(_ json: JSON?) {
        guard let json, case .object = json else { return nil }
        func isTrue(_ key: String) -> Bool? { if case .bool(let value)? = json[key] { value } else { nil } }
        self.init(
            url: json["url"]?.text ?? "", isCertificateVerified: isTrue("certificate_verified") ?? true,
            isComplete: isTrue("complete") ?? false, series: json.count("series"), seriesUndelivered: json.count("series_undelivered"),
            seriesRefused: json.count("series_refused"), seriesRejected: json.count("series_rejected"),
            rejectedSeries: (json["rejected_series"]?.elements ?? []).compactMap(\.text), undeliveredFile: json["undelivered_file"]?.text,
            pushCommand: json["push_command"]?.text, pushesAttempted: json.count("pushes_attempted"),
            pushesSucceeded: json.count("pushes_succeeded"), pushesFailed: (json["pushes_failed"] ?? .null).counts,
            retries: json.count("retries"), samplesSent: json.count("samples_sent"), statesFolded: json.count("states_folded"),
            compressedBytesSent: json.count("compressed_bytes_sent"), uncompressedBytesSent: json.count("uncompressed_bytes_sent"),
            longestOutageSeconds: json["longest_outage_seconds"]?.number ?? 0, lastError: json["last_error"]?.text,
            areStaleMarkersDelivered: isTrue("stale_markers_delivered"), foldedLabels: (json["folded_labels"] ?? .null).counts)
    }
}
