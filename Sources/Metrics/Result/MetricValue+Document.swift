// Values of metrics read back from documents: our members, k6's export, and the few texts of its handleSummary.

import Base

extension MetricValues {
    /// What our object has comes from there, the rest from k6's members beside it.
    init(sml: JSON, k6Export: JSON) {
        self.init(k6Export: k6Export, besides: true)
        for metric in Catalog.all {
            guard let section = metric.name.section else { continue }
            self[metric.name] = metric.value(sml: sml[path: section, metric.name.key]) ?? self[metric.name]
        }
    }

    /// - Parameter besides: whether our own object stands beside, so that a counter that k6 leaves out is known to be 0.
    init(k6Export: JSON, besides: Bool = false) {
        self.init()
        for metric in Catalog.k6 {
            let json = k6Export[metric.k6 ?? ""]
            switch metric.kind {
            case .counter:
                if json != nil || besides { self[metric.name] = .count(json?.count("count") ?? 0) }
            case .rate: self[metric.name] = json.map { .rate(Rate($0)) }
            case .gauge:
                self[metric.name] = json.map {
                    .gauge(GaugeValue(value: $0["value"]?.number ?? 0, min: $0["min"]?.number ?? 0, max: $0["max"]?.number ?? 0))
                }
            case .trend: self[metric.name] = TrendValue(json, names: K6ExportWriter.statistics).map { .trend($0) }
            }
        }
    }

    /// Rounded texts and two counts: what there is.
    init(k6HandleSummary document: JSON) {
        self.init()
        func number(_ json: JSON?, _ unit: String = "") -> Double? {
            guard let text = json?.text, text.hasSuffix(unit) else { return nil }
            return Double(text.dropLast(unit.count))
        }
        func trend(_ fill: (inout TrendValue) -> Void) -> MetricValue? {
            var value = TrendValue()
            fill(&value)
            return value == TrendValue() ? nil : .trend(value)
        }
        let throughput = document["throughput"]
        self[.httpRequests] = throughput.map { .count($0.count("total_requests")) }
        self[.failed] = throughput.map { .count($0.count("error_count")) }
        self[.endToEnd] = trend {
            $0.med = number(document[path: "latency", "e2e_p50"], "ms")
            $0.p95 = number(document[path: "latency", "e2e_p95"], "ms")
            $0.p99 = number(document[path: "latency", "e2e_p99"], "ms")
        }
        self[.completionTokens] = trend { $0.avg = number(document[path: "tokens", "avg_completion_tokens"]) }
        self[.tokensPerSecond] = trend { $0.avg = number(document[path: "tokens", "avg_tokens_per_second"]) }
    }
}

extension Metric {
    /// The value of a member of our object.
    func value(sml json: JSON?) -> MetricValue? {
        guard let json, json != .null else { return nil }
        if source.isNumber { return json.number.map { .number($0) } }
        switch kind {
        case .counter: return .count(json.count)
        case .rate: return .rate(Rate(json))
        case .gauge:
            return .gauge(
                GaugeValue(value: json["value"]?.number ?? 0, min: json["min"]?.number ?? 0, max: json["max"]?.number ?? 0))
        case .trend: return TrendValue(json).map { .trend($0) }
        }
    }
}

extension TrendValue {
    init?(_ json: JSON?, names: [Statistic] = Self.statistics) {
        guard let json, case .object = json else { return nil }
        self.init()
        count = json["count"]?.integer.map { Int($0) }
        for statistic in names { self[keyPath: statistic.member] = json[statistic.name]?.number }
    }
}

extension Rate {
    /// As k6 writes it.
    init(_ json: JSON) {
        self.init(passes: json.count("passes"), total: json.count("passes") + json.count("fails"))
    }
}

extension JSON {
    /// A count, at most 2^60, so that those of a damaged file can be added; 0 for anything else.
    var count: UInt64 { UInt64(min(max(integer ?? 0, 0), 1 << 60)) }
    func count(_ key: String) -> UInt64 { self[key]?.count ?? 0 }

    /// An object of counts.
    var counts: [String: UInt64] { Dictionary(members.map { ($0.0, $0.1.count) }) { first, _ in first } }
}
