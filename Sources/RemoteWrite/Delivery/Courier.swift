// Executes what the delivery machine decides: it owns the clock, the timer and the connection, and nothing else.

import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// `@unchecked Sendable`: `machine`, `timer`, `completions` and `result` are used on `decisions` only: `handle` checks
/// that it is called there, nobody else calls `execute`, and `start` and `finish` touch them in blocks on it; `deinit`
/// runs when no block is left. `sender` is used in one place, a block on `transport`. The rest is constant and Sendable.
final class Courier: @unchecked Sendable {
    let report = Mutex(DeliveryReport())
    private let decisions = DispatchQueue(label: "sml.remote-write", qos: .utility)
    private let transport = DispatchQueue(label: "sml.remote-write.transport", qos: .utility)
    private let timer: any DispatchSourceTimer
    private let sender: Sender
    private let onNotice: @Sendable (DeliveryNotice) -> Void
    private let epoch = ContinuousClock.now
    private let cutoff: PushCutoff
    private var machine: DeliveryMachine
    private var completions: [@Sendable (DeliveryResult) -> Void] = []
    private var result: DeliveryResult?

    init(
        _ configuration: RemoteWriteConfiguration, connection: sending ReceiverConnection,
        onNotice: @escaping @Sendable (DeliveryNotice) -> Void
    ) {
        self.onNotice = onNotice
        cutoff = connection.cutoff
        sender = Sender(connection)
        machine = DeliveryMachine(
            policy: configuration.delivery, interval: configuration.pushInterval,
            staleMarkers: configuration.staleMarkers)
        timer = DispatchSource.makeTimerSource(queue: decisions)
    }

    deinit { timer.cancel() }

    func start() {
        decisions.async {
            self.timer.setEventHandler { [weak self] in self?.handle(.woke) }
            self.timer.activate()
            self.handle(.woke)
        }
    }

    func take(_ event: DeliveryMachine.Event) { decisions.async { self.handle(event) } }

    func finish(drain: Duration, then completion: @escaping @Sendable (DeliveryResult) -> Void) {
        decisions.async {
            if let result = self.result { return completion(result) }
            self.completions.append(completion)
            self.handle(.finish(drain: drain))
        }
    }

    private func handle(_ event: DeliveryMachine.Event) {
        dispatchPrecondition(condition: .onQueue(decisions))
        let actions = machine.handle(
            event, now: ContinuousClock.now - epoch, wallMilliseconds: Self.wallMilliseconds)
        let current = machine.report
        report.withLock { $0 = current }
        for action in actions { execute(action) }
    }

    private func execute(_ action: DeliveryMachine.Action) {
        switch action {
        case .push(let updates, let timeout):
            cutoff.lift()
            transport.async {
                let outcome = self.sender.send(updates, timeout: timeout)
                self.take(.pushEnded(outcome))
            }
        case .cut(let time): cutoff.set(in: time - (ContinuousClock.now - epoch))
        case .wake(let time):
            let wait = max(0, (time - (ContinuousClock.now - epoch)).seconds)
            timer.schedule(deadline: .now() + wait, leeway: .milliseconds(1))
        case .notify(let notice): onNotice(notice)
        case .finished(let undelivered):
            timer.cancel()
            let result = DeliveryResult(report: machine.report, undelivered: UndeliveredStates(undelivered))
            report.withLock { $0 = machine.report }
            self.result = result
            for completion in completions { completion(result) }
            completions = []
        }
    }

    private static var wallMilliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// Encoder and connection of the transport queue.
private final class Sender {
    private let connection: ReceiverConnection
    private var encoder = WriteRequestEncoder()

    init(_ connection: ReceiverConnection) { self.connection = connection }

    func send(_ updates: [SeriesUpdate], timeout: Duration) -> PushOutcome {
        guard let (body, uncompressedBytes) = try? encoder.encode(updates) else {
            return PushOutcome(verdict: .refused(.other), message: "\(updates.count) series cannot be encoded")
        }
        var outcome = connection.push(body, timeout: timeout)
        outcome.compressedBytes = body.count
        outcome.uncompressedBytes = uncompressedBytes
        return outcome
    }
}
