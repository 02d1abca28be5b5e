// From the statistics of a run to what is certain about it: which windows there are, and what is asked of each.

import Base
import Generator
import Statistics

extension Certainty {
    /// Nil for a run of which no request ended.
    ///
    /// - Parameter tasks: of a run of several, whose lost ones leave requests without a record.
    package init?(_ run: RunStatistics, context: RunContext, outcome: RunOutcome, tasks: [TaskOutcome] = []) {
        let observations = run.observations
        guard observations.count > 0, outcome.duration > 0 else { return nil }
        let warmUp = context.plan.warmUp
        let whole = 0..<outcome.duration
        // Until here there is load; what comes after is its draining.
        // Of lanes that take turns it is that of one block.
        let isInTurns = outcome.turns != nil
        let planned = isInTurns ? 0 : Int64(min(max(0, context.plan.durationSeconds), 1e9) * 1e9)
        let load = 0..<max(1, min(planned > 0 ? planned : outcome.duration, outcome.duration))
        let isRamp = context.plan.stages != nil
        let hasSteadyState = !isRamp && !isInTurns && load.upperBound < Self.longestSearched
        let inFlight = PerSecond.inFlight(observations, window: 0..<min(load.upperBound, Self.longestSearched))

        var full = WindowFigures(observations, window: whole)
        var window: SteadyWindow?
        if hasSteadyState {
            let columns = LatencyColumns(observations, window: load)
            window = SteadyWindow(
                meanLogLatency: PerSecond.meanLogLatency(columns), inFlight: inFlight,
                p99: (full.latency.first { $0.p == 0.99 }?.figure.value ?? 0) / 1e3,
                duration: Double(load.upperBound) / 1e9, warmUp: warmUp)
        }
        let span = window.flatMap { window -> Range<Int64>? in
            let (from, to) = (Int64(window.from * 1e9), Int64(window.to * 1e9))
            return from < to ? from..<to : nil
        }
        var overload: Overload?
        if let window, let span, context.plannedArrivals != nil {
            // To the end of the load: requests in flight need not end to be counted.
            let series = Array(inFlight.dropFirst(Int(window.from)))
            let due = load.upperBound - span.lowerBound
            var requests = 0
            observations.forEach { if $0.scheduled >= span.lowerBound { requests += observations.weight } }
            if due > 0 { overload = Overload(inFlight: series, requests: requests) }
        }
        if overload != nil { full = full.withheld(.overloaded) }
        var steady: SteadyFigures?
        if let window, let span {
            let figures = WindowFigures(observations, window: span, withheld: overload == nil ? nil : .overloaded)
            if figures.requests > 0 {
                steady = SteadyFigures(figures: figures, start: window.start, end: window.end, isUnsettled: window.isUnsettled)
            }
        }
        self.init(
            warmUp: warmUp.text, full: full, steady: steady, overload: overload, firstRepeat: nil,
            stages: Self.stages(observations, context: context, until: load.upperBound), verdict: nil)
        if let window, context.corpus.nonce != true {
            firstRepeat = window.firstRepeat(
                prompts: context.corpus.prompts, requestsPerSecond: Double(run.started.total) / (Double(load.upperBound) / 1e9))
        }
        if run.keptUp.verdict != nil {
            verdict = RunVerdict(
                run, context: context, window: steady == nil ? load : span ?? load, inFlight: inFlight,
                lost: Self.lost(run, context: context, outcome: outcome, tasks: tasks))
        }
    }

    /// A value a second of a longer run would fill the memory: eleven days.
    private static let longestSearched: Int64 = 1_000_000_000_000_000

    private static func stages(
        _ observations: Observations, context: RunContext, until end: Int64
    ) -> [StageFigures] {
        guard let stages = context.plan.stages else { return [] }
        let unit = context.plannedArrivals == nil ? nil : context.plan.timeUnitSeconds
        var (from, height) = (Int64(0), context.plan.startTarget)
        return stages.compactMap { stage in
            let to = min(end, from + Int64(min(max(0, stage.durationSeconds), 1e9) * 1e9))
            defer { (from, height) = (max(from, to), stage.target) }
            guard to > from else { return nil }
            let (start, seconds) = (from, Double(to - from) / 1e9)
            var started = 0
            observations.forEach { if start <= $0.started, $0.started < to { started += observations.weight } }
            // A run that was cut short had only the beginning of the line.
            let reached = Double(height) + Double(stage.target - height) * min(1, seconds / max(stage.durationSeconds, 1e-9))
            return StageFigures(
                figures: WindowFigures(
                    observations, window: start..<to, withheld: height == stage.target ? nil : .changingLoad),
                startTarget: height, target: stage.target, offeredPerSecond: unit.map { (Double(height) + reached) / 2 / $0 },
                startedPerSecond: Double(started) / seconds)
        }
    }

    /// Requests of which nothing is left: records that could not be taken in, and the parts of lost tasks, as far as the plan
    /// tells or else like those of the others.
    private static func lost(_ run: RunStatistics, context: RunContext, outcome: RunOutcome, tasks: [TaskOutcome]) -> Double {
        var lost = Double(outcome.lostRecords)
        let missing = tasks.filter { $0.state != .complete }.count
        guard missing > 0 else { return lost }
        if let planned = context.plannedArrivals {
            lost += max(0, Double(planned) - Double(run.started.total) - Double(run.dropped.total))
        } else if missing < tasks.count {
            lost += Double(run.started.total) * Double(missing) / Double(tasks.count - missing)
        }
        return lost
    }
}

extension WindowFigures {
    /// Without any interval of its latencies.
    func withheld(_ reason: NoInterval) -> WindowFigures {
        var figures = self
        figures.latency = latency.map { PercentileFigure(p: $0.p, figure: Figure(value: $0.figure.value), missing: reason) }
        return figures
    }
}

extension WarmUp {
    /// As a scenario writes it.
    var text: String {
        switch self {
        case .automatic: "auto"
        case .none: "none"
        case .seconds(let seconds): "\(JSONText.javaScriptNumber(seconds))s"
        }
    }
}

extension PlanDescription {
    /// Those of a ramp; nil for a plan without.
    var stages: [Stage]? { if case .stages(let stages)? = parameters["stages"] { stages } else { nil } }

    /// What arrivals are counted by.
    var timeUnitSeconds: Double { if case .seconds(let seconds)? = parameters["timeUnitSeconds"], seconds > 0 { seconds } else { 1 } }

    /// Where a ramp begins.
    var startTarget: Int {
        for key in ["startRate", "startVUs"] { if case .whole(let number)? = parameters[key] { return number } }
        return 0
    }

    var warmUp: WarmUp {
        guard case .seconds(let seconds)? = parameters[Self.warmUpKey] else { return .automatic }
        return seconds > 0 ? .seconds(seconds) : .none
    }
}
