// What k6 does not tell: how many arrivals the plan wanted and what became of them, how late the generator was, errors
// by cause, what the generator and remote write themselves are doing. Counters here are sampled at the time of the
// push and sent with each, so that they do not fade from a dashboard while nothing happens.

import Generator
import Metrics
import RemoteWrite

/// The `sml_` series that have no prompt label.
struct OwnSeries: Sendable {
    private var scalars: ScalarTable
    private var startLateness: QuantileSeries
    private var sendLateness: QuantileSeries

    init(_ labels: [SeriesLabel]) {
        scalars = ScalarTable(labels)
        startLateness = QuantileSeries("sml_start_lateness_seconds", labels)
        sendLateness = QuantileSeries("sml_send_lateness_seconds", labels)
    }

    mutating func update(_ snapshot: RunSnapshot, _ look: Look, into updates: inout [SeriesUpdate]) {
        let run = snapshot.statistics
        scalars.look = look
        startLateness.update(run.startLateness, at: look.now, look, into: &updates)
        sendLateness.update(run.sendLateness, at: look.now, look, into: &updates)

        if let scheduled = snapshot.scheduledArrivals { scalars.send("sml_arrivals_scheduled_total", Double(scheduled)) }
        scalars.send("sml_arrivals_dropped_total", Double(snapshot.droppedArrivals))
        scalars.send("sml_iterations_started_total", Double(snapshot.startedIterations))
        scalars.send("sml_iterations_interrupted_total", run.interruptedIterations.total)
        scalars.send("sml_requests_sent_total", UInt64(run.sendLateness.count))
        scalars.send("sml_requests_finished_total", run.finished.total)
        scalars.send("sml_requests_interrupted_total", run.interrupted.total)
        scalars.send("sml_requests_resent_total", run.transportRetries.total)
        scalars.send("sml_connections_opened_total", run.connectionsOpened.total)
        scalars.send("sml_connections_reused_total", run.connectionsReused.total)
        scalars.send("sml_arrivals_paused_total", run.answers.pausedArrivals.total)
        sendAnswers(run)
        sendErrors(run)
        sendGenerator(run.generator)
        sendDelivery(snapshot.delivery)
        updates += scalars.takeUpdates()
    }

    private mutating func sendAnswers(_ run: RunStatistics) {
        for oddity in run.answers.oddities {
            scalars.send("sml_odd_answers_total", oddity.count.total, SeriesLabel("oddity", oddity.name))
        }
        for reason in FinishReason.allCases {
            guard let total = run.finishReasons[reason] else { continue }
            scalars.send("sml_finish_reasons_total", total, SeriesLabel("reason", reason.name))
        }
    }

    private mutating func sendErrors(_ run: RunStatistics) {
        var totals: [FailureCategory: [TransferPhase: UInt64]] = [:]
        for failure in run.failures {
            totals[FailureCategory(failure.key), default: [:]][failure.key.phase, default: 0] += failure.count.total
        }
        for category in FailureCategory.allCases {
            for phase in TransferPhase.allCases {
                guard let total = totals[category]?[phase] else { continue }
                scalars.send(
                    "sml_errors_total", total, SeriesLabel("category", category.rawValue),
                    SeriesLabel("phase", phase.name))
            }
        }
    }

    private mutating func sendGenerator(_ generator: GeneratorStatistics) {
        guard let sample = generator.last else { return }
        scalars.send("sml_generator_cpu_seconds_total", Double(sample.cpuTime) / 1e9)
        scalars.send("sml_generator_resident_memory_bytes", Double(sample.residentBytes))
        scalars.send("sml_generator_loop_delay_seconds", Double(sample.loopDelay) / 1e9)
    }

    private mutating func sendDelivery(_ report: DeliveryReport) {
        scalars.send("sml_remote_write_pushes_total", UInt64(report.pushesAttempted))
        for (reason, count) in report.pushesFailed.sorted(by: { $0.key < $1.key }) {
            scalars.send("sml_remote_write_failed_pushes_total", UInt64(count), SeriesLabel("reason", reason))
        }
        scalars.send("sml_remote_write_retries_total", UInt64(report.retries))
        scalars.send("sml_remote_write_samples_total", UInt64(report.samplesSent))
        scalars.send("sml_remote_write_sent_bytes_total", UInt64(report.compressedBytesSent))
        scalars.send("sml_remote_write_pending_series", UInt64(report.seriesUndelivered))
        scalars.send("sml_remote_write_refused_series", UInt64(report.seriesRefused))
        scalars.send("sml_remote_write_rejected_series", UInt64(report.seriesRejected))
        scalars.send("sml_remote_write_longest_outage_seconds", report.longestOutageSeconds)
    }
}

/// Series looked up by name and extra labels, rendered when they first appear.
private struct ScalarTable: Sendable {
    private let labels: [SeriesLabel]
    private var series: [String: ScalarSeries] = [:]
    private var updates: [SeriesUpdate] = []
    var look = Look(origin: 0, elapsed: 0, previous: 0, interval: .zero)

    init(_ labels: [SeriesLabel]) { self.labels = labels }

    mutating func send(_ name: String, _ value: UInt64, _ extra: SeriesLabel...) { send(name, Double(value), extra) }

    mutating func send(_ name: String, _ value: Double, _ extra: SeriesLabel...) { send(name, value, extra) }

    private mutating func send(_ name: String, _ value: Double, _ extra: [SeriesLabel]) {
        let key = ([name] + extra.map(\.value)).joined(separator: "\n")
        series[key, default: ScalarSeries(name, labels + extra)].update(value, at: look.now, look, into: &updates)
    }

    mutating func takeUpdates() -> [SeriesUpdate] {
        defer { updates.removeAll(keepingCapacity: true) }
        return updates
    }
}
