// Makes an actor run on a Dispatch serial queue of its own, so that a shard's state is confined by the compiler's
// rules and its loop may block there: the queue's thread is nobody else's. (DispatchSerialQueue is such an executor on
// Apple's systems; Linux has no such type in Swift 6.3.)

import Dispatch

/// A serial executor that is one Dispatch queue.
final class QueueExecutor: SerialExecutor {
    let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label, qos: .userInteractive)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// What `assumeIsolated` asks when called from a source handler.
    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
