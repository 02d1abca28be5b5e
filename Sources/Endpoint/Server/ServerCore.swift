// What all connections share: the simulated model, the log and the answers' fixed parts. The lock is taken once a
// request; with one event loop nobody else wants it.

import NIOCore
import Synchronization

/// Shared state of one running endpoint.
final class ServerCore: Sendable {
    let configuration: EndpointConfiguration
    let answers: AnswerWriter
    let log: any RequestLog
    /// The complete `Authorization` value, rendered once.
    let authorization: String?
    private let model: Mutex<SimulatedModel>
    private let pacers = Mutex<[ObjectIdentifier: NIOLoopBound<StreamPacer>]>([:])
    let bodies: BodyBudget
    /// Connections at once.
    let maximumConnections: Int
    private let open = Atomic<Int>(0)
    private let connections = Atomic<UInt64>(0)
    private let ended = Atomic<UInt64>(0)
    private let stopping = Atomic<Bool>(false)

    init(_ configuration: EndpointConfiguration, log: any RequestLog) {
        self.configuration = configuration
        self.log = log
        answers = AnswerWriter(configuration)
        authorization = configuration.apiKey.map { "Bearer " + $0 }
        model = Mutex(SimulatedModel(configuration))
        bodies = BodyBudget(bytes: configuration.maximumBuffered)
        maximumConnections = configuration.maximumConnections ?? max(16, Int(clamping: DescriptorLimit.current) - 64)
    }

    func admit(_ request: ChatRequest, prompt: UInt64?, at arrival: UInt64) -> Admission {
        model.withLock { $0.admit(request, prompt: prompt, at: arrival) }
    }

    /// The pacer of an event loop; call on it.
    func pacer(of loop: any EventLoop) -> StreamPacer {
        pacers.withLock { pacers in
            if let known = pacers[ObjectIdentifier(loop)] { return known }
            let new = NIOLoopBound(StreamPacer(loop: loop), eventLoop: loop)
            pacers[ObjectIdentifier(loop)] = new
            return new
        }.value
    }

    func skipSequence() -> UInt64 {
        model.withLock { $0.skip() }
    }

    func nextConnection() -> UInt64 {
        connections.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// Whether one more connection may be served.
    var hasRoom: Bool { open.load(ordering: .relaxed) < maximumConnections }
    func countOpen(_ change: Int) { open.wrappingAdd(change, ordering: .relaxed) }

    func countEndedConnection() { ended.wrappingAdd(1, ordering: .relaxed) }
    var endedConnections: UInt64 { ended.load(ordering: .relaxed) }

    /// From here on, a connection that ends was ended by the endpoint, not by its client.
    func markStopping() { stopping.store(true, ordering: .relaxed) }
    var isStopping: Bool { stopping.load(ordering: .relaxed) }
}
