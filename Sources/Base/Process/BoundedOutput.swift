// Standard output or error, written to without waiting longer than is wanted. A paused terminal (Ctrl-S), a frozen ssh
// connection or a full pipe takes nothing for minutes, and a write would wait for it: the progress of a run, or a
// warning, must not hold the run. Non-blocking is a property of what all processes share that have the stream, so it is
// opened once more (/proc/self/fd) to be ours alone; what cannot be is asked first and written in small pieces.

import Glibc
import Synchronization

/// One of a process's streams.
package final class BoundedOutput: Sendable {
    /// What became of a text.
    package enum Outcome: Sendable, Equatable {
        case written
        /// Not all of it in time.
        case stuck
        /// The system refused, with this errno.
        case failed(Int32)
    }

    package static let standardOutput = BoundedOutput(STDOUT_FILENO)
    package static let standardError = BoundedOutput(STDERR_FILENO)

    private enum Kind {
        /// Never waits, or only for a disk.
        case plain
        case socket
        /// Opened again, non-blocking.
        case reopened
        /// A terminal or pipe of somebody else.
        case foreign
    }

    private struct State {
        /// Nobody took the last text in time: the next ones are not waited for.
        var isStuck = false
    }

    private let descriptor: Int32
    private let kind: Kind
    package let isTerminal: Bool
    private let state = Mutex(State())
    /// A terminal has room, or not, for single bytes; a pipe for a page.
    private static let smallPiece = 64

    /// - Parameter descriptor: stays open.
    init(_ descriptor: Int32) {
        var status = stat()
        isTerminal = isatty(descriptor) == 1
        let type = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
        if type == S_IFSOCK {
            (self.descriptor, kind) = (descriptor, .socket)
        } else if isTerminal || type == S_IFIFO {
            let own = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
            (self.descriptor, kind) = own >= 0 ? (own, .reopened) : (descriptor, .foreign)
        } else {
            (self.descriptor, kind) = (descriptor, .plain)
        }
    }

    /// Writes `text`, waiting for up to `patience` for somebody to take it; nil waits for ever.
    @discardableResult
    package func write(_ text: String, patience: Duration?) -> Outcome {
        write(Array(text.utf8)[...], patience: patience)
    }

    /// Writes `bytes`, likewise. One text at a time: what another thread writes waits behind it.
    package func write(_ bytes: ArraySlice<UInt8>, patience: Duration?) -> Outcome {
        state.withLock { state in
            let limit = state.isStuck && patience != nil ? .zero : patience
            let outcome = bytes.withUnsafeBytes { write($0, until: limit.map { ContinuousClock.now + $0 }) }
            state.isStuck = outcome == .stuck
            return outcome
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, until deadline: ContinuousClock.Instant?) -> Outcome {
        var rest = bytes[...]
        while !rest.isEmpty {
            if kind == .foreign, !isReady(until: deadline) { return .stuck }
            let count = put(UnsafeRawBufferPointer(rebasing: rest))
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            let error = errno
            if count < 0, error == EINTR { continue }
            guard count < 0, error == EAGAIN else { return .failed(count == 0 ? ENOSPC : error) }
            guard isReady(until: deadline) else { return .stuck }
        }
        return .written
    }

    private func put(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch kind {
        case .plain, .reopened: Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        case .socket: send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        case .foreign: Glibc.write(descriptor, bytes.baseAddress, min(bytes.count, Self.smallPiece))
        }
    }

    /// Whether something can be written before `deadline`. A reader that is gone counts: the write then says so.
    private func isReady(until deadline: ContinuousClock.Instant?) -> Bool {
        while true {
            var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let left = deadline.map { max(0, Int32(clamping: Int((($0 - ContinuousClock.now) / .milliseconds(1)).rounded(.up)))) }
            let count = poll(&watched, 1, left ?? -1)
            if count > 0 { return true }
            if count == 0 || errno != EINTR { return false }
        }
    }
}
