// Puts the document together from its three parts. Percentiles over all groups are merged once here, as each costs a
// sort of all values.

/// Builds summaries.
public enum SummaryBuilder {
    /// - Parameters:
    ///   - redactor: hides secrets in error texts and URLs.
    ///   - remoteWrite: the member `sml.remote_write`; without it there is none.
    public static func build(
        statistics: RunStatistics, context: RunContext, outcome: RunOutcome, redactor: Redactor = Redactor(),
        remoteWrite: JSON? = nil
    ) -> Summary {
        let inputs = SummaryInputs(statistics: statistics, context: context, outcome: outcome, redactor: redactor)
        let own = SMLSection.members(inputs) + (remoteWrite.map { [("remote_write", $0)] } ?? [])
        return Summary(
            document: .object(
                HandleSummarySection.members(inputs) + ExportSection.members(inputs)
                    + [("sml", .object(own))]))
    }

    /// The document a finished run wrote, computed again from its records file.
    ///
    /// A file without an end (killed job, full disk) gives an interrupted run that lasted until its last record.
    ///
    /// - Throws: ``RecordFileError``.
    public static func rebuild(fromRecords path: String, redactor: Redactor = Redactor()) throws -> Summary {
        let reader = try RecordFileReader(path: path)
        var statistics = RunStatistics(labels: reader.context.labels, texts: reader.texts, mainURL: reader.context.url)
        try reader.forEachBatch { statistics.consume($0) }
        let outcome = reader.outcome ?? missingEnd(statistics, reader.context)
        return build(statistics: statistics, context: reader.context, outcome: outcome, redactor: redactor)
    }

    private static func missingEnd(_ statistics: RunStatistics, _ context: RunContext) -> RunOutcome {
        let last = max(statistics.lastData, statistics.lastIteration, statistics.generator.last?.time ?? 0)
        return RunOutcome(
            .interrupted, reason: "the records file has no end", duration: last,
            endedUnixNanoseconds: context.startedUnixNanoseconds + last)
    }
}

/// What every part of the document reads.
struct SummaryInputs {
    let statistics: RunStatistics
    let context: RunContext
    let outcome: RunOutcome
    let redactor: Redactor
    /// Over all labels.
    let latency: Trend
    let tokensPerSecond: Trend
    let completionTokens: Trend
    let promptTokens: Trend
    let seconds: Double

    init(statistics: RunStatistics, context: RunContext, outcome: RunOutcome, redactor: Redactor) {
        self.statistics = statistics
        self.context = context
        self.outcome = outcome
        self.redactor = redactor
        latency = statistics.overall(\.latency)
        tokensPerSecond = statistics.overall(\.tokensPerSecond)
        completionTokens = statistics.overall(\.completionTokens)
        promptTokens = statistics.overall(\.promptTokens)
        seconds = Double(outcome.duration) / 1e9
    }
}
