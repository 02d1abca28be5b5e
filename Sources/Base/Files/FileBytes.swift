// A file's bytes for one pass from front to back: mapped if it is a regular file, so that what was read can be given
// back to the kernel and a corpus needs its size in memory once (as bodies), not twice; read if it is a pipe. A pipe may
// have no end (`yes |`, /dev/zero), so there is a limit to what is read of it, and it ends at what cannot be JSON.

import Glibc

package struct FileBytes {
    package struct Failure: Error {
        package let reason: String
        init(_ what: String, _ code: Int32) { reason = "\(what): \(String(cString: strerror(code)))" }
        init(_ reason: String) { self.reason = reason }
    }

    package let buffer: UnsafeRawBufferPointer
    private let isMapped: Bool

    /// What a pipe may hold, bytes: a corpus a hundred times larger than any we have seen. It is in memory as a whole.
    package static let pipeLimit = 1 << 30

    /// - Parameters:
    ///   - path: `-` reads standard input.
    ///   - limit: bytes a file may have.
    ///   - pipeLimit: bytes that are read of what is no regular file.
    package init(path: String, limit: Int = .max, pipeLimit: Int = FileBytes.pipeLimit) throws(Failure) {
        let isStandardInput = path == "-"
        let descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("cannot be opened", errno) }
        defer { if !isStandardInput { close(descriptor) } }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure("cannot be examined", errno) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: throw Failure("is a directory")
        case S_IFREG where !isStandardInput:
            isMapped = true
            let size = Int(status.st_size)
            guard size <= limit else { throw Self.tooLarge(limit) }
            if size == 0 {
                buffer = UnsafeRawBufferPointer(start: nil, count: 0)
                return
            }
            guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
                throw Failure("cannot be mapped", errno)
            }
            madvise(base, size, MADV_SEQUENTIAL)
            buffer = UnsafeRawBufferPointer(start: base, count: size)
        default:
            isMapped = false
            buffer = try Self.readAll(descriptor, limit: min(limit, pipeLimit))
        }
    }

    /// Gives pages that were read back to the kernel. They are read from the file again if somebody looks.
    package func discard(_ range: Range<Int>) {
        guard isMapped, let base = buffer.baseAddress, !range.isEmpty else { return }
        madvise(UnsafeMutableRawPointer(mutating: base + range.lowerBound), range.count, MADV_DONTNEED)
    }

    package func release() {
        guard let base = buffer.baseAddress else { return }
        if isMapped { munmap(UnsafeMutableRawPointer(mutating: base), buffer.count) } else { base.deallocate() }
    }

    private static func tooLarge(_ limit: Int) -> Failure { Failure("is larger than \(limit >> 20) MiB") }

    /// Whether a JSON text, or one a line, can begin with `bytes`. What cannot is not read to its end: the parser names
    /// what is wrong with it from what is there.
    private static func canBeJSON(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // The blanks of JSON, a byte order mark, and what an object or array begins with.
        let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        return first.map { [UInt8(ascii: "{"), UInt8(ascii: "[")].contains($0) } ?? true
    }

    private static func readAll(_ descriptor: Int32, limit: Int) throws(Failure) -> UnsafeRawBufferPointer {
        var capacity = 1 << 20
        var count = 0
        var base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        while true {
            if count == capacity {
                let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity * 2, alignment: 16)
                larger.copyMemory(from: base, byteCount: count)
                base.deallocate()
                base = larger
                capacity *= 2
            }
            let got = readSome(descriptor, into: UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count))
            guard got >= 0 else {
                let code = errno
                base.deallocate()
                throw Failure("cannot be read", code)
            }
            let isFirst = count == 0
            count += got
            guard count <= limit else {
                base.deallocate()
                throw tooLarge(limit)
            }
            let read = UnsafeRawBufferPointer(start: base, count: count)
            if got == 0 || isFirst && !canBeJSON(read) { return read }
        }
    }
}
