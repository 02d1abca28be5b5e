// Make an actor, or a task, run on a thread of ours: a shard's state is then confined by the compiler's rules and its
// loop may block there, and a run's own steps wait for no thread of Dispatch. (DispatchSerialQueue is such an executor
// on Apple's systems; Linux has no such type in Swift 6.3.)

/// The serial executor of an actor that has a thread to itself.
final class ThreadExecutor: SerialExecutor {
    private let thread: SerialThread

    init(_ thread: SerialThread) { self.thread = thread }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        thread.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

/// Runs a program's asynchronous main on the thread that the process begins with.
package final class MainThread: TaskExecutor {
    private let thread = SerialThread()

    private init() {}

    /// Carries out `body`, which must end the process.
    package static func run(_ body: @escaping @Sendable () async -> Never) -> Never {
        let executor = MainThread()
        Task(executorPreference: executor) { await body() }
        executor.thread.serve()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        thread.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
