// Entries as CSV in a file. Event loops only append bytes to a buffer; full buffers are written
// by a queue of its own, because a write to a cluster's file system can take longer than any answer.

import Dispatch
import Glibc
import NIOCore
import Base
import Synchronization

/// Writes one CSV line per request, in order of departure, under ``RequestLogEntry/csvHeader``.
package final class RequestLogFile: RequestLog {
    /// About 2,500 lines.
    private static let batchBytes = 256 * 1024

    private struct State {
        var pending: ByteBuffer
        /// First error of a write, as errno.
        var error: Int32 = 0
    }

    private let path: String
    private let descriptor: Int32
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "endpoint.log")

    /// Creates or truncates the file.
    ///
    /// - Throws: ``EndpointUsageError`` naming the path and the system's reason.
    package init(path: String) throws(EndpointUsageError) {
        self.path = path
        do {
            descriptor = try NewFile.open(path)
        } catch {
            throw EndpointUsageError("--log \(path): cannot be written: \(error.message)")
        }
        state = Mutex(State(pending: ByteBuffer(string: RequestLogEntry.csvHeader + "\n")))
    }

    package func record(_ entry: RequestLogEntry) {
        let isFull = state.withLock { state in
            Self.append(entry, to: &state.pending)
            return state.pending.readableBytes >= Self.batchBytes
        }
        if isFull { flush() }
    }

    /// Hands what is buffered to the writing queue.
    package func flush() {
        queue.async { self.writePending() }
    }

    /// Writes everything and closes the file; call once, when the server has stopped.
    ///
    /// - Throws: ``EndpointUsageError`` when any line could not be written.
    package func close() throws(EndpointUsageError) {
        queue.sync {
            writePending()
            if Glibc.close(descriptor) != 0 { note(errno) }
        }
        let error = state.withLock { $0.error }
        if error != 0 {
            throw EndpointUsageError("--log \(path): is incomplete: \(String(cString: strerror(error)))")
        }
    }

    private func writePending() {
        let bytes = state.withLock { state in
            let full = state.pending
            state.pending = ByteBufferAllocator().buffer(capacity: Self.batchBytes + 4096)
            return full
        }
        if !bytes.withUnsafeReadableBytes({ writeAll($0, to: descriptor) }) { note(errno) }
    }

    private func note(_ error: Int32) {
        state.withLock { if $0.error == 0 { $0.error = error } }
    }

    private static func append(_ entry: RequestLogEntry, to buffer: inout ByteBuffer) {
        let comma = UInt8(ascii: ",")
        buffer.writeDecimal(entry.sequence, then: comma)
        buffer.writeDecimal(entry.arrival, then: comma)
        buffer.writeDecimal(entry.departure, then: comma)
        buffer.writeDecimal(entry.queued, then: comma)
        buffer.writeDecimal(entry.service, then: comma)
        buffer.writeDecimal(UInt64(entry.promptTokens), then: comma)
        buffer.writeDecimal(UInt64(entry.completionTokens), then: comma)
        buffer.writeDecimal(UInt64(entry.status), then: comma)
        buffer.writeString(entry.mode)
        buffer.writeInteger(comma)
        buffer.writeDecimal(entry.connection, then: comma)
        buffer.writeDecimal(entry.firstToken, then: comma)
        buffer.writeDecimal(entry.lastToken, then: comma)
        buffer.writeDecimal(UInt64(entry.chunks), then: UInt8(ascii: "\n"))
    }
}
