// Everything that describes a run and is known when it starts. It travels in the head of the records file and is
// written into the summary as it is, so that either explains itself without the files it came from.

import Base
import Generator
import Scenarios

/// What was run, with which product, on which machine. Holds no secret: the plan's API key and header values are left
/// out when it is made from a ``Plan``.
package struct RunContext: Codable, Sendable, Equatable {
    /// Version of this product.
    package var version: String
    /// Which build of it; absent in records of before it was known.
    package var build: Build?
    /// As libcurl names itself, e.g. `libcurl/7.88.1 OpenSSL/3.0.11`.
    package var libcurlVersion: String
    /// SML's run label; empty if none was given.
    package var runLabel: String
    /// SML's scenario name.
    package var scenario: String
    /// Model as sent in the requests; empty if none was given.
    package var model: String
    /// Prompt labels by the index records carry.
    package var labels: [String]
    /// Where requests went, credentials masked.
    package var url: String
    /// Wall clock at the run's zero, nanoseconds since 1970.
    package var startedUnixNanoseconds: Int64
    /// Arrivals of the plan, of a task's file this task's; absent for closed-loop executors, whose number of requests depends on the server.
    package var plannedArrivals: Int?
    package var plan: PlanDescription
    /// The scenario with every default written out; run again, it gives the same plan. Null if unknown.
    package var resolvedScenario: JSON
    package var corpus: CorpusDescription
    package var machine: MachineDescription
    /// Shards that generated load.
    package var workers: Int
    /// The request that went before the plan; absent without one, and for all tasks of a run but the first.
    package var testRequest: TestRequestDescription?
    /// Which part of the run this is; absent for a run of one process, and for a merged one.
    package var task: TaskDescription?
    /// What else decided the result; absent in records of before it was kept.
    package var conditions: RunConditions?
    /// Of a run that carries several loads at once; absent for others.
    package var lanes: [LaneDescription]?
    /// Of a run of two arms, how they are loaded and what is done about caches, as a configuration has it; absent for others.
    package var design: String?
    package var cache: String?
    /// Of lanes that take turns, how many blocks of each; the plan is then that of one block. Absent for others.
    package var pairs: Int?
    /// Of two arms the share up to which their comparison takes a difference for none; absent for none.
    package var tolerance: Double?
    /// How much of a machine serves the model; absent where nobody said.
    package var server: ServerSize?
    /// What was typed to run it, without secrets; absent where nobody said.
    package var command: [String]?
    /// What looks at the server beside the run's load, and is in none of its figures; absent for others.
    package var probe: LaneDescription?

    package init(
        version: String, build: Build? = nil, libcurlVersion: String = "", runLabel: String = "", scenario: String, model: String = "",
        labels: [String], url: String, startedUnixNanoseconds: Int64, plannedArrivals: Int? = nil,
        plan: PlanDescription, resolvedScenario: JSON = .null, corpus: CorpusDescription = CorpusDescription(),
        machine: MachineDescription = MachineDescription(), workers: Int = 1,
        task: TaskDescription? = nil, conditions: RunConditions? = nil
    ) {
        self.version = version
        self.build = build
        self.libcurlVersion = libcurlVersion
        self.runLabel = runLabel
        self.scenario = scenario
        self.model = model
        self.labels = labels
        self.url = Redactor.maskingCredentials(in: url)
        self.startedUnixNanoseconds = startedUnixNanoseconds
        self.plannedArrivals = plannedArrivals
        self.plan = plan
        self.resolvedScenario = resolvedScenario.canonical
        self.corpus = corpus
        self.machine = machine
        self.workers = workers
        self.task = task
        self.conditions = conditions
    }

    /// Where the plan's time ends, nanoseconds since the run's start: what is due is due before.
    package var planEnd: Int64 {
        // How long what is between blocks takes nobody knows before.
        if pairs != nil { return .max }
        let seconds = plan.durationSeconds
        return seconds > 0 && seconds < 0x1p32 ? Int64((seconds * 1e9).rounded()) : .max
    }
}

/// The corpus a run drew its prompts from.
package struct CorpusDescription: Codable, Sendable, Equatable {
    /// File name as given; empty for the packaged corpus.
    package var file: String
    /// Prompts left after the label filter.
    package var prompts: Int
    /// Different ones among them; absent in records of before it was counted.
    package var distinct: Int?
    /// True where every pass over it was new to the server; absent for others.
    package var nonce: Bool?
    /// Of their content and order; absent in records of before it was taken.
    package var digest: String?

    package init(file: String = "", prompts: Int = 0, distinct: Int? = nil, nonce: Bool? = nil, digest: String? = nil) {
        self.digest = digest
        self.file = file
        self.prompts = prompts
        self.distinct = distinct
        self.nonce = nonce
    }

    /// Whether some of them are there more than once.
    package var hasRepeats: Bool { distinct.map { $0 < prompts } ?? false }
}

/// How a run ended; written when it is over.
package struct RunOutcome: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        /// The plan was carried out, whatever the server answered.
        case completed
        /// Cut short, by a signal or an error of ours.
        case interrupted
        /// Ended by a rule of its own scenario: `stop_on`, `on_429: stop`.
        case stopped
    }

    package var kind: Kind
    /// Why it was cut short, e.g. `SIGTERM`; absent when completed.
    package var reason: String?
    /// From the run's zero to the end of the executor, its graceful stop included: what rates are divided by
    /// (k6 §6.2).
    package var duration: Int64
    /// Wall clock at that end, nanoseconds since 1970.
    package var endedUnixNanoseconds: Int64
    /// Records that the consumer could not take in time; 0 unless the machine was overwhelmed.
    package var lostRecords: UInt64
    /// When a run that was cut short stopped starting anything, nanoseconds since its zero; absent for others.
    package var planEnd: Int64?
    /// Arrivals of the plan that were due by then; absent for others and for closed loops.
    package var arrivalsDue: Int?
    /// What the connections were that it opened; absent in records of before it was kept.
    package var connections: [ConnectionCount]?
    /// What is particular to each lane; absent for a run without.
    package var lanes: [LaneOutcome]?
    /// Of lanes that took turns, in their order; absent for others.
    package var turns: [LaneTurn]?
    /// What is particular to a probe; in nothing that stands beside it.
    package var probe: LaneOutcome?

    package init(
        _ kind: Kind, reason: String? = nil, duration: Int64, endedUnixNanoseconds: Int64, lostRecords: UInt64 = 0,
        planEnd: Int64? = nil, arrivalsDue: Int? = nil, connections: [ConnectionCount]? = nil, lanes: [LaneOutcome]? = nil,
        probe: LaneOutcome? = nil
    ) {
        self.kind = kind
        self.reason = reason
        self.duration = duration
        self.endedUnixNanoseconds = endedUnixNanoseconds
        self.lostRecords = lostRecords
        self.planEnd = planEnd
        self.arrivalsDue = arrivalsDue
        self.connections = connections
        self.lanes = lanes
        self.probe = probe
    }
}
