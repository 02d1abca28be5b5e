// How many requests were as good as a scenario's `slo` asks. Nothing in a run without one.

extension Catalog {
    static let goodput = [
        Metric(
            .goodput, .share, .run(.rate { $0.objectives.goodput.share }), series: "sml_goodput_share",
            absent: "no `slo`, or nothing finished",
            "requests that succeeded within every limit of `slo` / finished requests; those that were cut off count as missed when a limit had already passed"
        ),
        Metric(
            "goodput.requests", .requests,
            .run(.counter { $0.objectives.request == nil ? nil : $0.objectives.goodput.share.passes }),
            series: "sml_goodput_requests_total", absent: "no `slo`",
            "requests that succeeded within every limit of `slo`"),
        Metric(
            .goodputPerSecond, .perSecond, .concluded { $0.goodPerSecond }, absent: "no `slo`",
            "those of them that ended in the plan's time / plan's time: goodput"),
    ]
}

extension MetricName {
    package static let goodput: Self = "goodput.share"
    package static let goodputPerSecond: Self = "goodput.per_second"
}

extension RunConclusion {
    /// As the rate of successes is computed.
    fileprivate var goodPerSecond: Double? {
        guard statistics.objectives.request != nil else { return nil }
        return tokenSeconds.map { Double(statistics.objectives.goodput.inPlan.total) / $0 }
    }
}
