// The thread that waits for what comes from outside: signals, the end of the program that started this one, and the
// moment at which an orderly end has been waited for long enough. It needs nobody: whatever hangs, it does not.

import CProcessStart
import Generator
import Glibc

enum ProcessWatch {
    /// Reads `signals` and follows process `starter`, telling `stop`, until the process ends.
    ///
    /// - Throws: ``GeneratorError/unavailable(_:)`` when there is no thread for it.
    static func start(signals: Int32, starter: Int32?, stop: RunStop) throws(GeneratorError) {
        try OwnThread.start("sml.signals") {
            var starter = starter.map(Starter.init)
            while true {
                let hasEnded = wait(signals, starter, for: stop.timeLeft)
                var number: UInt8 = 0
                while read(signals, &number, 1) == 1 { stop.receive(Int32(number)) }
                if hasEnded {
                    starter = nil
                    stop.starterEnded()
                }
                stop.actOnDeadline()
            }
        }
    }

    /// Returns whether `starter` has ended.
    private static func wait(_ signals: Int32, _ starter: Starter?, for time: Duration?) -> Bool {
        var watched = [
            pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
            pollfd(fd: starter?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        var limit = time.map { max(0, Int32(clamping: Int(($0 / .milliseconds(1)).rounded(.up)))) } ?? -1
        if let starter, starter.descriptor < 0 { limit = limit < 0 ? 1000 : min(limit, 1000) }
        poll(&watched, nfds_t(watched.count), limit)
        return watched[1].revents != 0 || starter.map { $0.descriptor < 0 && kill($0.id, 0) != 0 } ?? false
    }

    private struct Starter {
        let id: Int32
        /// -1 when it is gone, or the kernel is older than 5.3.
        let descriptor: Int32

        init(_ id: Int32) {
            self.id = id
            descriptor = sml_process_descriptor(id)
        }
    }
}
