// A result out of the statistics of records. Percentiles over all groups are merged once here, as each costs a sort of
// all values.

import Base
import Generator

extension RunResult {
    /// Of the whole, with what each lane came to.
    package init(
        tally: RunTally, context: RunContext, outcome: RunOutcome, redactor: Redactor = Redactor(), remoteWrite: RemoteWriteResult? = nil,
        tasks: [TaskOutcome] = []
    ) {
        self.init(
            statistics: tally.whole, context: context, outcome: outcome, redactor: redactor, remoteWrite: remoteWrite, tasks: tasks)
        func result(_ lane: LaneDescription) -> RunResult {
            RunResult(
                statistics: tally[lane.arm], context: context.ofLane(lane.arm), outcome: outcome.ofLane(lane.arm), redactor: redactor,
                tasks: tasks)
        }
        lanes = (context.lanes ?? []).map { LaneResult(name: $0.name, result: result($0)) }
        probes = [context.probe].compactMap { $0.map(result) }
        comparison = tally.requests?.comparison(self, turns: outcome.turns)
    }

    /// - Parameters:
    ///   - redactor: hides secrets in error texts and the outcome's reason.
    ///   - tasks: of a run of several.
    package init(
        statistics: RunStatistics, context: RunContext, outcome: RunOutcome, redactor: Redactor = Redactor(),
        remoteWrite: RemoteWriteResult? = nil, tasks: [TaskOutcome] = []
    ) {
        let certainty = Certainty(statistics, context: context, outcome: outcome, tasks: tasks)
        self.init(
            formulas: Summary.formulas, scenario: context.scenario,
            outcome: Outcome(
                kind: outcome.kind, reason: outcome.reason.map { redactor.redact($0) },
                durationSeconds: Double(outcome.duration) / 1e9,
                started: WallClock.text(unixNanoseconds: context.startedUnixNanoseconds),
                ended: WallClock.text(unixNanoseconds: outcome.endedUnixNanoseconds), lostRecords: outcome.lostRecords),
            run: context, metrics: MetricValues(RunConclusion(statistics: statistics, context: context, outcome: outcome)),
            checks: statistics.statusCheck.total == 0
                ? []
                : [
                    Check(name: Check.status, rate: statistics.statusCheck),
                    Check(name: Check.choices, rate: statistics.choicesCheck),
                ],
            labels: LabelResult.all(statistics), punctuality: Punctuality(statistics.keptUp, verdict: certainty?.verdict),
            interruptedPhases: Dictionary(statistics.interruptedPhases.map { ($0.key.name, $0.value) }, uniquingKeysWith: +),
            finishReasons: Self.finishReasons(statistics, redactor),
            errors: ErrorResult.all(statistics, context: context, redactor: redactor),
            connections: outcome.connections ?? [], remoteWrite: remoteWrite, tasks: tasks.map(TaskResult.init),
            certainty: certainty)
        thresholds = ThresholdResult.all(
            RunConclusion(statistics: statistics, context: context, outcome: outcome), isOverloaded: certainty?.overload != nil)
        otherModels = Dictionary(
            statistics.answers.otherModels.map { (redactor.redact(statistics.texts[$0.key]), $0.value) }, uniquingKeysWith: +)
        timeline = statistics.timeline.kept(failuresInOrder: ErrorResult.order(statistics))
        distributions = Distributions(statistics)
    }

    /// Unknown ones under the server's own word.
    private static func finishReasons(_ run: RunStatistics, _ redactor: Redactor) -> [String: UInt64] {
        var found = Dictionary(run.finishReasons.map { ($0.key.name, $0.value) }, uniquingKeysWith: +)
        for (text, count) in run.otherFinishReasons {
            let word = redactor.redact(run.texts[text])
            let left = found[FinishReason.other.name, default: 0]
            found[FinishReason.other.name] = left > count ? left - count : nil
            found[word, default: 0] += count
        }
        return found
    }
}

extension MetricValues {
    /// Of the run as a whole. Series that show the run as it is now are no result.
    init(_ run: RunConclusion) {
        self.init()
        let isStarted = run.statistics.started.total > 0
        for metric in Catalog.all where metric.isResult {
            guard metric.presence == .whenItHasASample || isStarted || metric.kind == .counter else { continue }
            self[metric.name] = metric.value(run)
        }
    }

    /// - Parameter exchanges: the groups of this label.
    init(_ label: LabelStatistics, exchanges: [ExchangeStatistics]) {
        self.init()
        for metric in Catalog.byLabel { self[metric.name] = metric.value(label, exchanges: exchanges) }
    }
}

extension LabelResult {
    /// Labels without a request are left out.
    static func all(_ run: RunStatistics) -> [LabelResult] {
        // Once for all labels: a search per label was 4,000 times 4,000 looks for a corpus of so many.
        let exchanges = Dictionary(grouping: run.exchanges) { Int($0.key.label) }
        return run.labels.enumerated().filter { $1.success.total > 0 || $1.interrupted.total > 0 }.map { index, label in
            LabelResult(
                name: label.label, metrics: MetricValues(label, exchanges: exchanges[index] ?? []),
                errorsByStatus: Dictionary(label.errors.map { (Int($0.status), $0.counter.total) }, uniquingKeysWith: +))
        }
    }
}
