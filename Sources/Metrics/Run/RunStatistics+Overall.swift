// Views over all groups: merged when asked, so that consuming a record touches one group only.

import Generator
import Scenarios

extension RunStatistics {
    /// For the records of the run that `context` describes.
    package init(context: RunContext, texts: TextTable) {
        self.init(
            labels: context.labels, texts: texts, mainURL: context.url, hasSchedule: context.plannedArrivals != nil,
            planEnd: context.planEnd, prompts: context.corpus.prompts,
            promptsAreNew: context.corpus.nonce == true, streams: context.plan.streams,
            objectives: Objectives(resolvedScenario: context.resolvedScenario))
    }

    /// Of all labels.
    package var tokens: TokenStatistics { labels.reduce(into: TokenStatistics()) { $0.merge($1.tokens) } }

    /// http_reqs over all groups.
    package var requests: Counter {
        exchanges.reduce(into: Counter()) { $0.merge($1.requests) }
    }

    /// A timing over all groups, or over those with an expected answer (`{expected_response:true}`).
    package func timing(_ member: KeyPath<ExchangeStatistics, Trend>, expectedOnly: Bool = false) -> Trend {
        Trend.merged(exchanges.lazy.filter { !expectedOnly || $0.key.isExpected }.map { $0[keyPath: member] })
    }

    /// A measure over all labels.
    package func overall(_ member: KeyPath<LabelStatistics, Trend>) -> Trend {
        Trend.merged(labels.lazy.map { $0[keyPath: member] })
    }

    /// request_errors over all labels and statuses: finished requests that were no success.
    package var requestErrors: UInt64 { success.fails }
}
