// Runs a plan against a server and hands back every record: what a test of the engine needs, and nothing else.

import Foundation
import Scenarios
import Synchronization

@testable import Generator

/// A finished run.
struct FinishedRun {
    var end: RunEnd
    var records: [RunRecord]
    var samples: [GeneratorSample]
    var counts: [StreamCount]
    var texts: TextTable
    var live: LiveCounters
    var clock: RunClock
    var connections: [ConnectionCount] = []

    func of(_ kind: RecordKind) -> [RunRecord] { records.filter { $0.kind == kind } }
    var requests: [RunRecord] { of(.request) }
}

enum RunHarness {
    static func plan(
        _ executor: Executor, url: String, gracefulStop: Duration = .seconds(5), think: Duration = .zero,
        stagger: Bool = false, timeout: Duration = .seconds(10), apiKey: String? = nil,
        headers: [RequestTarget.Header] = [], responseLimit: Int = 64 << 20, streams: Bool = false, faults: FaultPolicy = FaultPolicy(),
        connections: ConnectionRule = ConnectionRule()
    ) -> Plan {
        Plan(
            scenario: "test", executor: executor, gracefulStop: gracefulStop, thinkTime: think,
            initialStagger: stagger,
            target: RequestTarget(
                url: url, apiKey: apiKey, headers: headers, timeout: timeout, responseLimit: responseLimit,
                streams: streams, connections: connections),
            faults: faults)
    }

    /// Runs `plan` to its end; `whileRunning` gets the run as soon as it has begun.
    static func run(
        _ plan: Plan, content: String = "hello", workers: Int = 1, environment: [String: String] = [:],
        whileRunning: (@Sendable (LoadRun) async throws -> Void)? = nil, options change: (inout RunOptions) -> Void = { _ in }
    ) async throws -> FinishedRun {
        let texts = TextTable()
        let corpus = try testCorpus(content: content)
        var options = RunOptions(workers: workers, userAgent: "sml-loadgen/test", environment: environment)
        change(&options)
        let run = try LoadRun(
            plan: plan, corpus: corpus, order: PromptOrder(count: corpus.count, seed: plan.promptSeed),
            texts: texts, options: options)
        let collected = Mutex<(records: [RunRecord], samples: [GeneratorSample], counts: [StreamCount])>(([], [], []))
        let side = Task { try await whileRunning?(run) }
        let end = try await run.run { batch in
            collected.withLock {
                switch batch {
                case .records(let records): $0.records += records
                case .sample(let sample): $0.samples.append(sample)
                case .counts(let counts): $0.counts += counts
                }
            }
        }
        try await side.value
        let (records, samples, counts) = collected.withLock { $0 }
        return FinishedRun(
            end: end, records: records, samples: samples, counts: counts, texts: texts, live: run.lanes[0].live, clock: run.clock,
            connections: run.lanes[0].connections)
    }
}
