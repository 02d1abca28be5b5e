// Ctrl-Z for a run on this machine. The children are in process groups of their own, which the terminal does not stop:
// they are stopped with us and go on with us, so that nothing loads a server while its user believes it paused.

// Dispatch's source protocols are not marked Sendable on Linux; this one is kept and never touched again.
@preconcurrency import Dispatch
import Glibc
import Synchronization

/// The groups of our children, and what becomes of them when we are stopped.
final class JobControl: Sendable {
    static let shared = JobControl()

    private let groups = Mutex<Set<Int32>>([])
    private let source: (any DispatchSourceSignal)?

    private init() {
        var action = sigaction()
        // A shell without job control may have it ignored.
        let isIgnored =
            sigaction(SIGTSTP, nil, &action) == 0 && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
        guard !isIgnored else {
            source = nil
            return
        }
        signal(SIGTSTP, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTSTP, queue: DispatchQueue(label: "sml.job-control"))
        self.source = source
        source.setEventHandler { [self] in pause() }
        source.resume()
    }

    func add(_ group: Int32) { groups.withLock { _ = $0.insert(group) } }
    func remove(_ group: Int32) { groups.withLock { _ = $0.remove(group) } }

    /// Returns when we are continued. In a group that nobody could continue the kernel does not stop us, and the children
    /// go on at once.
    private func pause() {
        for group in groups.withLock({ $0 }) { kill(-group, SIGSTOP) }
        signal(SIGTSTP, SIG_DFL)
        // Dispatch's threads block signals, and it must be this one that stops here.
        var stop = sigset_t()
        sigemptyset(&stop)
        sigaddset(&stop, SIGTSTP)
        pthread_kill(pthread_self(), SIGTSTP)
        pthread_sigmask(SIG_UNBLOCK, &stop, nil)
        pthread_sigmask(SIG_BLOCK, &stop, nil)
        signal(SIGTSTP, SIG_IGN)
        for group in groups.withLock({ $0 }) { kill(-group, SIGCONT) }
    }
}
