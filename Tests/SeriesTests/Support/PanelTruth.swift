// The number that each query of the dashboard should give for a run whose records are known. A query that is missing
// here fails the test: a panel is not there to be looked at without having been checked.

import Generator

/// What a value is held against.
enum PanelCheck {
    /// This number, within 0.2 % where percentiles are involved.
    case exactly(Double)
    /// A rate over a minute in which the whole run lies. Prometheus extrapolates to the window's end, by half the
    /// distance of two samples at most: never less than the truth, never twice as much.
    case perMinute(Double)
    case between(Double, Double)

    func holds(_ value: Double) -> Bool {
        switch self {
        case .exactly(let truth): abs(value - truth) <= 0.002 * abs(truth) + 1e-6
        case .perMinute(let truth): value * 60 >= truth * 0.999 && value * 60 <= truth * 1.6
        case .between(let low, let high): value >= low && value <= high
        }
    }
}

extension RunTruth {
    /// The check of one series of a query's answer; nil if the query is unknown.
    func check(_ panel: String, _ legend: String, _ series: [String: String], planned: Int) -> PanelCheck? {
        let label = series["label"]
        switch panel {
        case "Requests": return .exactly(Double(finished.count))
        case "Success": return .exactly(Double(good.count) / Double(finished.count))
        case "Dropped arrivals", "Dropped iterations": return .exactly(dropped)
        case "Interrupted": return .exactly(Double(records.count { $0.flags.contains(.interrupted) }))
        case "p99 end to end": return .exactly(labels.map { latency($0, 0.99) }.max() ?? 0)
        // At the end there are none, and a single push says no more.
        // Most arrivals are dropped.
        case "Verdict": return .exactly(2)
        case "Goodput": return .perMinute(Double(good.count))
        case "Goodput share": return .exactly(Double(good.count) / Double(finished.count))
        case "Thresholds": return .exactly(1)
        case "Latency intervals": return .between(0.25, 2)
        case "Virtual users": return .between(0, 4)
        case "Arrivals and requests":
            let counts = [
                "scheduled": Double(planned), "started": Double(finished.count), "sent": Double(finished.count),
                "finished": Double(finished.count), "dropped": dropped,
            ]
            return counts[legend].map { .perMinute($0) }
        case "Exchanges by label": return .perMinute(Double(of(label, requests).count))
        case "In flight and virtual users": return legend == "maximum" ? .between(1, 4) : .exactly(0)
        case "Bytes": return .perMinute(requests.reduce(0) { $0 + Double(legend == "sent" ? $1.bytesSent : $1.bytesReceived) })
        case "Connections":
            let reused = requests.count { $0.flags.contains(.connectionReused) }
            let counts = [
                "opened": requests.count - reused, "reused": reused, "sent twice": requests.reduce(0) { $0 + Int($1.resends) },
                "given up": 0,
            ]
            return counts[legend].map { .perMinute(Double($0)) }
        case "Iterations": return .perMinute(legend == "completed" ? Double(iterations.count) : 0)
        case "Iteration": return statistic(legend, Self.times(iterations, \.started, \.end)).map { .exactly($0) }
        case "Lateness":
            guard let fraction = series["quantile"].flatMap(Double.init) else { return nil }
            let isStart = legend.hasPrefix("start")
            let values = Self.times(requests, { $0.scheduled }, { isStart ? $0.started : $0.sent })
            return .exactly(Self.quantile(fraction, values))
        default:
            return latencyCheck(panel, legend, series) ?? failureCheck(panel, legend, series) ?? streamCheck(panel, legend, series)
                ?? healthCheck(panel, legend)
        }
    }

    private func latency(_ label: String, _ fraction: Double) -> Double {
        Self.quantile(fraction, Self.times(of(label, finished), \.started, \.end))
    }

    private func statistic(_ name: String, _ values: [Double]) -> Double? {
        let fractions = ["min": 0.0, "med": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1]
        return name == "avg" ? Self.mean(values) : fractions[name].map { Self.quantile($0, values) }
    }

    private func latencyCheck(_ panel: String, _ legend: String, _ series: [String: String]) -> PanelCheck? {
        let label = series["label"] ?? ""
        let tokens = of(label, good)
        switch panel {
        case "End to end by label":
            let fractions = ["median": 0.5, "p95": 0.95, "p99": 0.99]
            return legend.split(separator: " ").last.flatMap { fractions[String($0)] }.map { .exactly(latency(label, $0)) }
        case "Successes by label":
            guard let fraction = series["quantile"].flatMap(Double.init) else { return nil }
            return .exactly(Self.quantile(fraction, Self.times(tokens, \.started, \.end)))
        case "Tokens per second of the run":
            let counts: [String: (RunRecord) -> Int32] = [
                "output": { $0.completionTokens }, "input": { $0.promptTokens }, "cached": { $0.cachedTokens },
                "reasoning": { $0.reasoningTokens },
            ]
            return series["kind"].flatMap { counts[$0] }.map { count in .perMinute(good.reduce(0) { $0 + Double(max(0, count($1))) }) }
        case "From the scheduled time by label":
            guard let fraction = series["quantile"].flatMap(Double.init) else { return nil }
            return .exactly(Self.quantile(fraction, Self.times(of(label, finished), \.scheduled, \.end)))
        case "Mean in the last interval":
            let mean = Self.mean(Self.times(of(label, finished), \.scheduled, \.end))
            return .between(mean / 1.6, mean * 1.6)
        case "Parts of an exchange, p95":
            let parts: [String: ([RunRecord]) -> [Double]] = [
                "blocked": { Self.times($0, \.started, \.sent) }, "waiting": { Self.times($0, \.sent, \.firstByte) },
                "receiving": { Self.times($0, \.firstByte, \.end) }, "duration": { Self.times($0, \.sent, \.end) },
                "connecting": { $0.map { Double($0.connectMicroseconds) / 1e6 } },
                "tls_handshaking": { $0.map { Double($0.tlsMicroseconds) / 1e6 } }, "sending": { _ in [0] },
            ]
            guard let part = parts[legend] else { return nil }
            // One group of series for each label and status; here a label has one status.
            return .exactly(labels.map { Self.quantile(0.95, part(of($0, requests))) }.max() ?? 0)
        case "Tokens per second of a request":
            let rates = tokens.map { Double($0.completionTokens) / (Double($0.end - $0.started) / 1e9) }
            return .exactly(Self.quantile(legend.hasSuffix("median") ? 0.5 : 0, rates))
        case "Completion tokens":
            let values = tokens.map { Double($0.completionTokens) }
            return .exactly(legend.hasSuffix("mean") ? Self.mean(values) : Self.quantile(0.95, values))
        case "Prompt tokens":
            let values = tokens.map { Double($0.promptTokens) }
            return .exactly(legend.hasSuffix("mean") ? Self.mean(values) : Self.quantile(1, values))
        default: return nil
        }
    }

    private func failureCheck(_ panel: String, _ legend: String, _ series: [String: String]) -> PanelCheck? {
        func count(_ isCounted: (RunRecord) -> Bool) -> Double { Double(finished.count(where: isCounted)) }
        switch panel {
        case "Errors by category":
            let counts = [
                "http_429": count { $0.status == 429 }, "http_5xx": count { $0.status >= 500 },
                "content": count { $0.status == 200 && !$0.flags.contains(.hasChoices) },
            ]
            return series["category"].flatMap { counts[$0] }.map { .perMinute($0) }
        case "Failed requests by label and status":
            return .exactly(Double(of(series["label"], failed).count { String($0.status) == series["status"] }))
        case "Failure rate by label":
            let own = of(series["label"], requests)
            return .exactly(Double(own.count { !(200...399).contains($0.status) }) / Double(own.count))
        case "Checks":
            let passed = [
                "status 200": count { $0.status == 200 }, "has choices": count { $0.flags.contains(.hasChoices) },
            ]
            return .exactly((series["check"].flatMap { passed[$0] } ?? Double(good.count)) / Double(finished.count))
        case "Exchanges by error":
            return .exactly(Double(requests.count { String($0.errorCode) == series["error_code"] }))
        case "Odd answers":
            if series["oddity"] == "without_prompt_tokens" { return .perMinute(Double(good.count { $0.promptTokens < 0 })) }
            let flags: [String: RecordFlags] = [
                "without_content": .withoutContent, "other_model": .otherModel, "tokens_not_as_asked": .tokensNotAsAsked,
            ]
            guard let flag = series["oddity"].flatMap({ flags[$0] }) else { return .perMinute(0) }
            return .perMinute(Double(good.count { $0.flags.contains(flag) }))
        case "Finish reasons": return .perMinute(Double(good.count { $0.finishReason.name == series["reason"] }))
        case "Arrivals held back": return .perMinute(0)
        default: return nil
        }
    }

    private func healthCheck(_ panel: String, _ legend: String) -> PanelCheck? {
        switch panel {
        case "CPU": .between(0, 8)
        case "Memory": .between(1e6, 2e9)
        case "Event loop delay": .between(0, 60)
        case "Pushes": legend == "all" ? .between(0, 100) : .exactly(0)
        case "Samples and bytes pushed": .between(0, 1e6)
        case "Series waiting or refused, labels folded": legend == "waiting" ? .between(0, 1000) : .exactly(0)
        default: nil
        }
    }
}
