// Remote write around one run: switched on by a URL, fed while the run goes on, drained when it is over. What a signal
// means for the waiting is decided here too: SLURM kills 30 s after it asked.

import Generator
import Metrics
import RemoteWrite
import Base
import Series
import Synchronization

/// The series of a run on their way to a receiver.
package final class RunDelivery: Sendable {
    /// Waiting for the receiver after a run that was ended by a signal; leaves half of SLURM's 30 s.
    private static let drainAfterSignal = Duration.seconds(15)
    private static let urlVariable = "K6_PROMETHEUS_RW_SERVER_URL"

    private struct State {
        var isSignalled = false
        var waiting: Task<SeriesDelivery, Never>?
    }

    private let configuration: RemoteWriteConfiguration
    private let feed: SeriesFeed
    private let drain: Duration
    private let undeliveredPath: String
    /// The same file as who reads of it calls it.
    private let shownPath: String
    private let state = Mutex(State())

    /// The configuration when remote write is asked for, by option or by environment.
    ///
    /// - Throws: `RemoteWriteConfigurationError`.
    package static func configuration(
        url: String?, environment: [String: String]
    ) throws(RemoteWriteConfigurationError) -> RemoteWriteConfiguration? {
        guard url != nil || environment[urlVariable].map({ !$0.isEmpty }) == true else { return nil }
        var configuration = try RemoteWriteConfiguration(environment: environment, serverURL: url) {
            DurationGrammar.parse($0)?.duration
        }
        configuration.userAgent = Product.userAgent
        try configuration.checkFiles()
        if configuration.tls.skipVerification {
            StandardError.write(
                "sml-loadgen: warning: the certificate of the remote-write receiver is not verified "
                    + "(K6_PROMETHEUS_RW_INSECURE_SKIP_TLS_VERIFY)\n")
        }
        return configuration
    }

    /// Starts feeding at once; `snapshots` is called on a queue of its own.
    ///
    /// - Parameters:
    ///   - arms: the numbers of the run's lanes, each of which has series of its own, with a label `arm` where it has a name.
    ///   - snapshots: one for each of them.
    /// - Throws: `RemoteWriteConfigurationError`.
    init(
        _ configuration: RemoteWriteConfiguration, drain: Duration, undeliveredPath: String, shownPath: String, context: RunContext,
        arms: [UInt16], tags: [SeriesTags.Tag], redactor: Redactor, snapshots: @escaping @Sendable (DeliveryReport) -> [RunSnapshot]
    ) throws(RemoteWriteConfigurationError) {
        self.configuration = configuration
        self.drain = drain
        self.undeliveredPath = undeliveredPath
        self.shownPath = shownPath
        feed = try SeriesFeed(
            configuration: configuration,
            registries: arms.map { arm in
                let own = context.laneName(arm).map { [SeriesTags.Tag(name: "arm", value: $0)] } ?? []
                return SeriesRegistry(
                    tags: SeriesTags(context.ofLane(arm), further: tags + own), form: TrendForm(configuration),
                    startedUnixNanoseconds: context.startedUnixNanoseconds, interval: configuration.pushInterval,
                    redactor: redactor, isProbe: arm == context.probe?.arm)
            },
            snapshots: snapshots,
            onWarning: { StandardError.write("sml-loadgen: warning: \($0)\n") })
    }

    /// A signal during the run shortens the waiting at its end; one during the waiting ends it.
    func signalled() {
        state.withLock { state in
            state.isSignalled = true
            state.waiting?.cancel()
        }
    }

    /// What the summary says until delivery has ended, should the process be killed meanwhile.
    func provisionalSection() -> RemoteWriteResult {
        section(feed.report, folded: [:], undelivered: nil)
    }

    /// Delivers the final states, waiting as long as allowed, and keeps what could not be delivered in a file.
    func finish() async -> (section: RemoteWriteResult, isComplete: Bool) {
        let waiting = state.withLock { state in
            let limit = state.isSignalled ? min(drain, Self.drainAfterSignal) : drain
            let task = Task { [feed] in await feed.finish(drain: limit) }
            state.waiting = task
            return task
        }
        let delivery = await waiting.value
        let undelivered = keep(delivery.result.undelivered)
        let report = delivery.result.report
        return (section(report, folded: delivery.folded, undelivered: undelivered), report.isComplete)
    }

    private func section(_ report: DeliveryReport, folded: [String: Int], undelivered: UndeliveredFile?) -> RemoteWriteResult {
        RemoteWriteResult(
            receiver: configuration.receiver, isVerified: !configuration.tls.skipVerification, report: report,
            folded: folded, undelivered: undelivered)
    }

    private func keep(_ states: UndeliveredStates) -> UndeliveredFile? {
        guard !states.isEmpty else { return nil }
        do {
            try states.save(to: undeliveredPath)
        } catch {
            StandardError.write("sml-loadgen: remote write: the undelivered series are lost: \(error)\n")
            return nil
        }
        let file = UndeliveredFile(path: shownPath, receiver: configuration.receiver)
        StandardError.write(
            "sml-loadgen: remote write: \(states.updates.count) series could not be delivered; push them later with\n"
                + "  \(file.command)\n")
        return file
    }
}
