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

    /// Twice what a full spool amounts to.
    private static let maximumBytes = 128 << 20

    /// Reads a file of `save`. Throws `RemoteWriteFileError` naming the file and what is wrong with it.
    package static func load(from path: String) throws -> UndeliveredStates {
        do {
            guard let bytes = readFile(path, limit: maximumBytes) else { throw RemoteWriteFileError.system(errno) }
            guard bytes.count <= maximumBytes else { throw RemoteWriteFileError("is larger than \(maximumBytes) bytes") }
            return UndeliveredStates(try WriteRequestDecoder.decode(bytes))
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
