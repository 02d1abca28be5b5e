// Final values that could not be delivered, kept beside the summary so that they can be pushed later. The file is
// nothing but a remote write body (one snappy block of one protobuf WriteRequest), so it holds no credentials and any
// tool can deliver it:
//
//     curl --data-binary @FILE -H 'Content-Type: application/x-protobuf' -H 'Content-Encoding: snappy' \
//         -H 'X-Prometheus-Remote-Write-Version: 0.1.0' URL

import Glibc
import Base

/// The newest states of series that the receiver does not have.
package struct UndeliveredStates: Sendable, Equatable {
    package let updates: [SeriesUpdate]

    package init(_ updates: [SeriesUpdate]) { self.updates = updates }

    package var isEmpty: Bool { updates.isEmpty }

    /// The same values at another time, in milliseconds since 1970. A Prometheus that has moved on by more than an hour
    /// refuses the true times as out of bounds; this is the way to have the values there at all.
    package func restamped(atMilliseconds time: Int64) -> UndeliveredStates {
        UndeliveredStates(
            updates.map { update in
                SeriesUpdate(
                    labels: update.labels, value: update.value, timestampMilliseconds: time,
                    zeroMilliseconds: update.zeroMilliseconds.map { time - (update.timestampMilliseconds - $0) })
            })
    }

    /// Writes the file, replacing an older one only when the new one is complete. Throws `RemoteWriteFileError`.
    package func save(to path: String) throws {
        var encoder = WriteRequestEncoder()
        let body = try encoder.encode(updates).body
        do {
            try WholeFile.write(body, to: path)
        } catch {
            throw RemoteWriteFileError(error.description)
        }
    }

    /// Reads a file of `save`. Throws `RemoteWriteFileError` naming the file and what is wrong with it.
    package static func load(from path: String) throws -> UndeliveredStates {
        do {
            return UndeliveredStates(try WriteRequestDecoder.decode(try File.read(path)))
        } catch let error as RemoteWriteFileError {
            throw error.about(path)
        }
    }
}

/// A file of undelivered states that cannot be read or written.
package struct RemoteWriteFileError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    static func system(_ code: Int32) -> Self { Self(String(cString: strerror(code))) }

    func about(_ path: String) -> Self { Self("\(path): \(description)") }
}

private enum File {
    /// Twice what a full spool amounts to.
    static let maximumBytes = 128 << 20

    static func read(_ path: String) throws(RemoteWriteFileError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .system(errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= maximumBytes else { throw .init("is larger than \(maximumBytes) bytes") }
        }
    }
}
