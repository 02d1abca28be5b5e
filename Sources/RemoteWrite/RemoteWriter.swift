// Remote write as the run sees it: hand over snapshots, at the end wait for the report. Two serial queues stand
// behind it, one that decides and one that encodes and blocks in libcurl, so that neither a slow receiver nor a large
// push ever holds up the caller, let alone the engine.

import Dispatch
import Synchronization

/// Pushes the newest state of every series to a Prometheus remote write receiver.
package final class RemoteWriter: Sendable {
    private let courier: Courier

    /// The first push is due one push interval from now. `onNotice` is called on a private queue and should return
    /// soon; its texts are fit for a log. Throws `RemoteWriteConfigurationError` if libcurl refuses a setting.
    package init(
        configuration: RemoteWriteConfiguration, onNotice: @escaping @Sendable (DeliveryNotice) -> Void = { _ in }
    ) throws(RemoteWriteConfigurationError) {
        courier = Courier(configuration, connection: try ReceiverConnection(configuration), onNotice: onNotice)
        courier.start()
    }

    /// Takes the current state of series; never waits. Series that are left out keep the state they had, and a series
    /// without a newer sample costs nothing to include (k6 §7.2).
    package func submit(_ snapshot: [SeriesUpdate]) { courier.take(.submitted(snapshot)) }

    /// What happened so far.
    package var report: DeliveryReport { courier.report.withLock { $0 } }

    /// Sends the final state of every series, retrying for up to `drain`, then stale markers if they are on. At least
    /// one attempt is made, for which there is the policy's time limit even if `drain` is shorter, and as much for a push
    /// that is under way. Cancelling the task cuts the waiting
    /// short. What is submitted afterwards is not sent.
    package func finish(drain: Duration = .seconds(60)) async -> DeliveryResult {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                courier.finish(drain: drain) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            courier.take(.finish(drain: .zero))
        }
    }
}

/// The end of a run's remote write.
package struct DeliveryResult: Sendable {
    package let report: DeliveryReport
    /// Final states the receiver does not have; write them to a file with `UndeliveredStates.save`.
    package let undelivered: UndeliveredStates
}
