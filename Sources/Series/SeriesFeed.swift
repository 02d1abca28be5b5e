// Feeds remote write while a run goes on: on a queue of its own, shortly before each push, it takes a snapshot and
// hands over what changed. Neither the engine nor the consumer of records ever waits for it, and it never waits for
// the network.

// Dispatch's source protocols are not marked Sendable on Linux; a source may be cancelled from any thread.
@preconcurrency import Dispatch
import RemoteWrite
import Synchronization

/// What came of remote write.
package struct SeriesDelivery: Sendable {
    package let result: DeliveryResult
    /// How many values of each label name were folded into `other`.
    package let folded: [String: Int]
}

/// Registries, one for each lane of a run, and a writer, brought together by a timer.
package final class SeriesFeed: Sendable {
    /// The snapshot precedes the push by a tenth of the interval, at most by this: 5,000 series take 0.2 s to compute.
    private static let longestLead = 0.5

    private let registries: Mutex<[SeriesRegistry]>
    private let writer: RemoteWriter
    private let snapshots: @Sendable (DeliveryReport) -> [RunSnapshot]
    private let onWarning: @Sendable (String) -> Void
    private let timer: any DispatchSourceTimer

    /// Starts at once. `snapshots` and `onWarning` are called on the feed's queue.
    ///
    /// - Parameter snapshots: one for each of `registries`.
    /// - Throws: `RemoteWriteConfigurationError` if libcurl refuses a setting.
    package init(
        configuration: RemoteWriteConfiguration, registries: [SeriesRegistry],
        snapshots: @escaping @Sendable (DeliveryReport) -> [RunSnapshot],
        onWarning: @escaping @Sendable (String) -> Void
    ) throws(RemoteWriteConfigurationError) {
        writer = try RemoteWriter(configuration: configuration) { onWarning($0.description) }
        self.registries = Mutex(registries)
        self.snapshots = snapshots
        self.onWarning = onWarning
        let interval = configuration.pushInterval / .seconds(1)
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "sml.series", qos: .utility))
        timer.schedule(
            deadline: .now() + (interval - min(interval / 10, Self.longestLead)), repeating: interval,
            leeway: .milliseconds(1))
        timer.setEventHandler { [weak self] in self?.feed() }
        timer.activate()
    }

    deinit { timer.cancel() }

    /// What was delivered so far.
    package var report: DeliveryReport { writer.report }

    private func feed() {
        let report = writer.report
        let warnings = registries.withLock { registries in
            var updates: [SeriesUpdate] = []
            for (index, snapshot) in snapshots(report).enumerated() { updates += registries[index].updates(snapshot) }
            writer.submit(updates)
            return registries.indices.flatMap { registries[$0].takeWarnings() }
        }
        for warning in warnings { onWarning(warning) }
    }

    /// Hands over the final state and waits for up to `drain` until it is delivered; cancelling the task cuts that
    /// short. Call it after the last record was consumed.
    package func finish(drain: Duration) async -> SeriesDelivery {
        timer.cancel()
        feed()
        let result = await writer.finish(drain: drain)
        return SeriesDelivery(
            result: result,
            folded: registries.withLock { registries in
                registries.reduce(into: [:]) { $0.merge($1.folded, uniquingKeysWith: +) }
            })
    }
}
