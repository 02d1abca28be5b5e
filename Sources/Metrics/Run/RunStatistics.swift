// Everything a run measured, built up from its records. One value confined to the queue that consumes records; a copy
// is a consistent snapshot for progress, series or summary on another queue (arrays are shared until changed).
// Consuming costs 0.22 µs a record on one core (release, 2 million records), and memory stops growing with the run.

import Generator
import Base
import Scenarios
import Statistics

/// Statistics of a run; formulas in docs/METRICS.md. Feed it batches with ``consume(_:)``; read the members, or copy
/// the whole.
///
/// Interrupted records count in no k6 metric but the bytes (k6 §4.7); they are counted apart, with their ages.
package struct RunStatistics: Sendable {
    /// HTTP exchanges by everything that labels k6's http_req series.
    package internal(set) var exchanges: [ExchangeStatistics] = []
    /// By the index of the label table; labels without a request are empty.
    package internal(set) var labels: [LabelStatistics]
    /// Failed requests by status, code, text, content and phase.
    package internal(set) var failures: [FailureStatistics] = []

    /// iterations: those not interrupted.
    package internal(set) var iterations = Counter()
    /// iteration_duration, milliseconds: think time and stagger included.
    package internal(set) var iterationDuration = Trend()
    /// checks, `status 200` and `has choices`: one sample each per finished request.
    package internal(set) var statusCheck = Rate()
    package internal(set) var choicesCheck = Rate()
    /// success_rate: both checks held, and the answer does not say that it failed.
    package internal(set) var success = Rate()
    /// data_sent and data_received, bytes of interrupted requests included.
    package internal(set) var bytesSent = Counter()
    package internal(set) var bytesReceived = Counter()
    /// dropped_iterations.
    package internal(set) var dropped = Counter()

    /// Requests handed to libcurl (first hops, interrupted ones included).
    package internal(set) var started = Counter()
    /// Requests that ran to their end, good or failed.
    package internal(set) var finished = Counter()
    /// Requests cut off by the end of the run.
    package internal(set) var interrupted = Counter()
    /// Iterations cut off: those of interrupted requests, and those cut off while thinking.
    package internal(set) var interruptedIterations = Counter()
    /// Ages of interrupted requests when they were cut off (end − started), milliseconds.
    package internal(set) var interruptedAge = Trend()
    /// How far interrupted requests had got.
    package internal(set) var interruptedPhases: [TransferPhase: UInt64] = [:]
    /// Started − scheduled of first hops, milliseconds: the generator's own lateness.
    package internal(set) var startLateness = Trend()
    /// Sent − scheduled of first hops, milliseconds: with connecting on top.
    package internal(set) var sendLateness = Trend()
    /// Exchanges that opened a connection, and those that used an open one.
    package internal(set) var connectionsOpened = Counter()
    /// End − started of successes that opened their connection.
    package internal(set) var newConnectionLatency = Trend()
    /// Exchanges for which a second address of the server's was tried.
    package internal(set) var nextAddresses = Counter()
    package internal(set) var connectionsReused = Counter()
    /// Those of the opened ones that the first second needed.
    package internal(set) var connectionsOpenedAtOnce = Counter()
    /// How often a request was sent again, because a reused connection died before any answer.
    package internal(set) var transportRetries = Counter()
    /// Of good answers.
    package internal(set) var finishReasons: [FinishReason: UInt64] = [:]
    /// Those that are none of the known ones, by their text.
    package internal(set) var otherFinishReasons: [UInt16: UInt64] = [:]
    package internal(set) var answers = AnswerStatistics()
    package internal(set) var generator = GeneratorStatistics()
    /// Whether the generator was on time.
    package internal(set) var keptUp = KeptUp()
    package internal(set) var timeline = Timeline()
    /// What happened within the plan's time.
    package internal(set) var plan: PlanStatistics
    package internal(set) var prompts: PromptStatistics
    /// What certainty is made of: requests one by one, and the generator's samples.
    package internal(set) var observations = Observations()
    package internal(set) var vitals = Vitals()
    /// What the run is judged by.
    package internal(set) var objectives: ObjectiveStatistics
    /// Counters that entries of the catalogue feed.
    var fed = FedCounters()
    /// Records consumed, of any kind.
    package internal(set) var records = Counter()
    /// End of the newest sample of those metrics that have no label, nanoseconds since the run's start.
    package internal(set) var lastIteration: Int64 = 0
    package internal(set) var lastFinished: Int64 = 0
    package internal(set) var lastData: Int64 = 0
    package internal(set) var lastDropped: Int64 = 0

    /// Texts of the run; errors and redirect targets are resolved through it.
    package let texts: TextTable
    /// The plan's URL, credentials masked.
    package let mainURL: String

    private var exchangeIndices: [ExchangeKey: Int] = [:]
    /// The group of each label's last exchange: nearly always the next one's too, and cheaper than hashing.
    private var lastExchange: [Int]
    private var failureIndices: [FailureStatistics.Key: Int] = [:]
    /// First hops of requests that are being redirected, by lane and iteration.
    private var redirected: [UInt64: (scheduled: Int64, started: Int64)] = [:]
    private let hasSchedule: Bool
    /// Nanoseconds.
    private static let firstSecond: Int64 = 1_000_000_000
    private let streams: Bool

    /// - Parameters:
    ///   - labels: the label table that records index.
    ///   - mainURL: the plan's URL; credentials in it are masked here.
    ///   - hasSchedule: an open loop, whose arrivals are due whatever the server does. In a closed loop a request is due
    ///     when the one before it is answered, and a latency from there hides every stall of the server: there is none.
    ///   - planEnd: where the plan's time ends, nanoseconds since the run's start.
    ///   - prompts: entries of the corpus.
    ///   - promptsAreNew: none of them is the same when it is sent again.
    ///   - streams: answers were asked for as streams.
    ///   - objectives: what the run is to be judged by.
    package init(
        labels: [String], texts: TextTable, mainURL: String, hasSchedule: Bool = true, planEnd: Int64 = .max, prompts: Int = 1 << 16,
        promptsAreNew: Bool = false, streams: Bool = false, objectives: Objectives = Objectives()
    ) {
        self.hasSchedule = hasSchedule
        self.streams = streams
        plan = PlanStatistics(end: planEnd)
        self.objectives = ObjectiveStatistics(objectives, labels: labels)
        self.prompts = PromptStatistics(prompts: prompts, areNew: promptsAreNew)
        self.labels = labels.map(LabelStatistics.init)
        self.texts = texts
        self.mainURL = Redactor.maskingCredentials(in: mainURL)
        lastExchange = [Int](repeating: -1, count: labels.count)
    }

    /// Takes in a batch of records, in any order except that hops of one request must come in theirs.
    package mutating func consume(_ batch: UnsafeBufferPointer<RunRecord>) {
        for index in batch.indices { consume(batch[index]) }
    }

    /// Takes in one record. Records of unknown kinds and unknown labels are counted and otherwise skipped.
    package mutating func consume(_ record: RunRecord) {
        records.add()
        switch record.kind {
        case .request where Int(record.label) < labels.count: consume(request: record)
        case .iterationEnd: endIteration(record, started: record.started)
        case .dropped:
            dropped.add(record.droppedArrivals)
            answers.addDropped(record)
            keptUp.addDropped(record)
            lastDropped = max(lastDropped, record.end, record.scheduled)
            timeline.update(record.scheduled) {
                $0.dropped += record.droppedArrivals
                $0.asked += record.droppedArrivals
            }
        case .request, nil: break
        }
    }

    /// Takes in a sample, which counts as a record; those of one process in their order.
    package mutating func consume(_ sample: GeneratorSample) {
        records.add()
        generator.add(sample)
        fed.add(sample)
        keptUp.add(sample)
        vitals.add(sample)
        timeline.add(sample)
    }

    /// Takes in what was counted of streams; of a label that there is not, nothing.
    package mutating func consume(_ counts: [StreamCount]) {
        for count in counts where Int(count.label) < labels.count { labels[Int(count.label)].add(count) }
    }

    private mutating func consume(request record: RunRecord) {
        bytesSent.add(UInt64(record.bytesSent))
        bytesReceived.add(UInt64(record.bytesReceived))
        lastData = max(lastData, record.end)
        if record.flags.contains(.retriedByTransport) { transportRetries.add(UInt64(max(1, record.resends))) }
        if record.flags.contains(.nextAddress) { nextAddresses.add() }
        if record.flags.contains(.connectionReused) {
            connectionsReused.add()
        } else if record.sent >= 0 {
            connectionsOpened.add()
            timeline.update(record.started) { $0.connectionsOpened += 1 }
            if record.isSuccess, record.hop == 0 { newConnectionLatency.add(milliseconds(record.end - record.started)) }
            if record.sent < Self.firstSecond { connectionsOpenedAtOnce.add() }
        }
        if record.hop == 0 {
            started.add()
            plan.addStarted(record)
            prompts.add(record)
            startLateness.add(milliseconds(record.started - record.scheduled))
            keptUp.add(record)
            if record.sent >= 0 { sendLateness.add(milliseconds(record.sent - record.scheduled)) }
            let late = UInt64(max(0, record.started - record.scheduled) / 1_000)
            timeline.update(record.started) {
                $0.started += 1
                $0.lateness &+= late
                $0.mostLateness = max($0.mostLateness, late)
            }
            if hasSchedule { timeline.update(record.scheduled) { $0.asked += 1 } }
        }
        guard !record.flags.contains(.interrupted) else { return interrupt(record) }
        exchanges[exchangeIndex(of: record)].add(record)
        fed.add(record)
        if record.flags.contains(.final) {
            finish(record)
        } else if record.hop == 0 {
            redirected[Self.request(record)] = (record.scheduled, record.started)
        }
    }

    private mutating func finish(_ record: RunRecord) {
        let start = firstHop(of: record)
        let succeeded = record.isSuccess
        observe(record, start, succeeded ? .succeeded : .failed)
        finished.add()
        statusCheck.add(record.status == 200)
        choicesCheck.add(record.flags.contains(.hasChoices))
        success.add(succeeded)
        lastFinished = max(lastFinished, record.end)
        labels[Int(record.label)].add(
            record, started: start.started, scheduled: hasSchedule ? start.scheduled : nil, succeeded: succeeded)
        if !objectives.isEmpty {
            objectives.add(
                FinishedRequest(
                    record: record, started: start.started, scheduled: hasSchedule ? start.scheduled : nil, succeeded: succeeded),
                planEnd: plan.end)
        }
        timeline.update(record.end) {
            $0.finished += 1
            if !succeeded { $0.failed += 1 } else { $0.outputTokens += UInt64(max(0, record.completionTokens)) }
        }
        if succeeded {
            timeline.update(start.scheduled) { $0.addSuccess(record, started: start.started) }
            timeline.recent.add(milliseconds: milliseconds(record.end - start.started), endedAt: record.end)
            plan.addSuccess(record, started: start.started)
            finishReasons[record.finishReason, default: 0] += 1
            if record.finishText != 0 { otherFinishReasons[record.finishText, default: 0] += 1 }
            answers.addSuccess(record)
        } else {
            answers.addFailure(record)
            addFailure(record)
        }
        if record.flags.contains(.endsIteration) { endIteration(record, started: start.started) }
    }

    private mutating func interrupt(_ record: RunRecord) {
        let start = firstHop(of: record)
        interrupted.add()
        interruptedIterations.add()
        observe(record, start, .interrupted)
        if !objectives.isEmpty { objectives.addInterrupted(record, started: start.started) }
        timeline.update(record.end) { $0.interrupted += 1 }
        interruptedAge.add(milliseconds(record.end - start.started))
        interruptedPhases[record.phase, default: 0] += 1
        labels[Int(record.label)].addInterrupted()
    }

    @inline(__always)
    private mutating func observe(_ record: RunRecord, _ start: (scheduled: Int64, started: Int64), _ outcome: Observation.Outcome) {
        observations.append(
            Observation(
                scheduled: start.scheduled, started: start.started, ended: record.end, tokens: record.completionTokens, outcome: outcome))
    }

    private mutating func endIteration(_ record: RunRecord, started: Int64) {
        guard !record.flags.contains(.interrupted) else { return interruptedIterations.add() }
        iterations.add()
        iterationDuration.add(milliseconds(record.end - started))
        lastIteration = max(lastIteration, record.end)
    }

    /// Where the request of `record` began: its own start unless it was redirected.
    private mutating func firstHop(of record: RunRecord) -> (scheduled: Int64, started: Int64) {
        guard record.hop > 0, let first = redirected.removeValue(forKey: Self.request(record)) else {
            return (record.scheduled, record.started)
        }
        return first
    }

    private static func request(_ record: RunRecord) -> UInt64 { UInt64(record.arm) << 32 | UInt64(record.iteration) }

    @inline(__always)
    private mutating func exchangeIndex(of record: RunRecord) -> Int {
        let key = ExchangeKey(record)
        let label = Int(record.label)
        let last = lastExchange[label]
        if last >= 0 && exchanges[last].key == key { return last }
        let index = exchangeIndices[key] ?? openExchange(key)
        lastExchange[label] = index
        return index
    }

    private mutating func openExchange(_ key: ExchangeKey) -> Int {
        let url = key.url == 0 ? mainURL : Redactor.maskingCredentials(in: texts[key.url])
        let names = key.seriesLabels(label: labels[Int(key.label)].label, url: url, error: texts[key.errorText], streams: streams)
        exchanges.append(ExchangeStatistics(key: key, seriesLabels: names))
        exchangeIndices[key] = exchanges.count - 1
        return exchanges.count - 1
    }

    private mutating func addFailure(_ record: RunRecord) {
        let key = FailureStatistics.key(of: record)
        let index = failureIndices[key] ?? failures.count
        if index == failures.count {
            failures.append(FailureStatistics(key: key, first: FailureStatistics.First(record)))
            failureIndices[key] = index
        }
        failures[index].add(record)
        timeline.addFailure(kind: index, at: record.end)
    }
}
