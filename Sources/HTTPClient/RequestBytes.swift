// The bytes of a request's body at one address for as long as libcurl reads them.

import Glibc

final class RequestBytes {
    let bytes: UnsafeRawBufferPointer
    private let mapping: UnsafeMutableRawBufferPointer?

    init(_ body: HTTPRequest.Body) throws(HTTPFailure) {
        switch body {
        case .none:
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            mapping = nil
        case .bytes(let array):
            // At least one byte: libcurl takes a null pointer for "read the body from a callback".
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, array.count), alignment: 1)
            copy.copyBytes(from: array)
            bytes = UnsafeRawBufferPointer(rebasing: copy[..<array.count])
            mapping = nil
        case .file(let path, let offset, let count):
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Self.failure(path) }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
            guard offset >= 0, count > 0, offset + count <= Int(status.st_size) else {
                throw HTTPFailure(.other, "\(path): has changed while it was sent")
            }
            let start = offset & ~(Int(getpagesize()) - 1)
            let length = offset - start + count
            guard let address = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, off_t(start)),
                address != MAP_FAILED
            else { throw Self.failure(path) }
            mapping = UnsafeMutableRawBufferPointer(start: address, count: length)
            bytes = UnsafeRawBufferPointer(start: address + (offset - start), count: count)
        }
    }

    deinit {
        if let mapping {
            munmap(mapping.baseAddress, mapping.count)
        } else {
            bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) }?.deallocate()
        }
    }

    private static func failure(_ path: String) -> HTTPFailure {
        HTTPFailure(.other, "\(path): \(String(cString: strerror(errno)))")
    }
}
