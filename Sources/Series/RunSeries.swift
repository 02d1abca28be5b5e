// k6's series that have no label of their own beyond the run's: iterations, bytes, checks, virtual users (k6 §7.4).

import Metrics
import RemoteWrite

/// One set of them.
struct RunSeries: Sendable {
    private var iterations, dataSent, dataReceived, dropped: ScalarSeries
    private var success, statusCheck, choicesCheck: ScalarSeries
    private var virtualUsers, maxVirtualUsers, activeRequests: ScalarSeries
    private var iterationDuration: TrendSeries

    init(_ labels: [SeriesLabel], _ form: TrendForm) {
        iterations = ScalarSeries("k6_iterations_total", labels)
        dataSent = ScalarSeries("k6_data_sent_total", labels)
        dataReceived = ScalarSeries("k6_data_received_total", labels)
        dropped = ScalarSeries("k6_dropped_iterations_total", labels)
        success = ScalarSeries("k6_success_rate_rate", labels)
        statusCheck = ScalarSeries("k6_checks_rate", labels + [SeriesLabel("check", "status 200")])
        choicesCheck = ScalarSeries("k6_checks_rate", labels + [SeriesLabel("check", "has choices")])
        virtualUsers = ScalarSeries("k6_vus", labels)
        maxVirtualUsers = ScalarSeries("k6_vus_max", labels)
        activeRequests = ScalarSeries("k6_active_requests", labels)
        iterationDuration = TrendSeries("k6_iteration_duration", .time, labels, form)
    }

    /// A metric without a sample has no series.
    mutating func update(_ run: RunStatistics, _ look: Look, into updates: inout [SeriesUpdate]) {
        if run.iterations.total > 0 {
            let newest = look.time(run.lastIteration)
            iterations.update(run.iterations.total, at: newest, look, into: &updates)
            iterationDuration.update(run.iterationDuration, at: newest, look, into: &updates)
        }
        if run.started.total > 0 {
            dataSent.update(run.bytesSent.total, at: look.time(run.lastData), look, into: &updates)
            dataReceived.update(run.bytesReceived.total, at: look.time(run.lastData), look, into: &updates)
        }
        if run.finished.total > 0 {
            let newest = look.time(run.lastFinished)
            success.update(run.success.value, at: newest, look, into: &updates)
            statusCheck.update(run.statusCheck.value, at: newest, look, into: &updates)
            choicesCheck.update(run.choicesCheck.value, at: newest, look, into: &updates)
        }
        if run.dropped.total > 0 {
            dropped.update(run.dropped.total, at: look.time(run.lastDropped), look, into: &updates)
        }
        if let sample = run.generator.last {
            let newest = look.time(sample.time)
            virtualUsers.update(UInt64(sample.virtualUsers), at: newest, look, into: &updates)
            maxVirtualUsers.update(UInt64(sample.maxVirtualUsers), at: newest, look, into: &updates)
            activeRequests.update(UInt64(sample.inFlight), at: newest, look, into: &updates)
        }
    }
}
