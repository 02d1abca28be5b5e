// A file's bytes for one pass from front to back: mapped if it is a regular file, so that what was read can be given
// back to the kernel and a corpus needs its size in memory once (as bodies), not twice; read if it is a pipe.

import Glibc

struct FileBytes {
    struct Failure: Error {
        let reason: String
        init(_ what: String, _ code: Int32) { reason = "\(what): \(String(cString: strerror(code)))" }
        init(_ reason: String) { self.reason = reason }
    }

    let buffer: UnsafeRawBufferPointer
    private let isMapped: Bool

    /// - Parameter path: `-` reads standard input.
    init(path: String) throws(Failure) {
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
            buffer = try Self.readAll(descriptor)
        }
    }

    /// Gives pages that were read back to the kernel. They are read from the file again if somebody looks.
    func discard(_ range: Range<Int>) {
        guard isMapped, let base = buffer.baseAddress, !range.isEmpty else { return }
        madvise(UnsafeMutableRawPointer(mutating: base + range.lowerBound), range.count, MADV_DONTNEED)
    }

    func release() {
        guard let base = buffer.baseAddress else { return }
        if isMapped { munmap(UnsafeMutableRawPointer(mutating: base), buffer.count) } else { base.deallocate() }
    }

    private static func readAll(_ descriptor: Int32) throws(Failure) -> UnsafeRawBufferPointer {
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
            let got = read(descriptor, base + count, capacity - count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                let code = errno
                base.deallocate()
                throw Failure("cannot be read", code)
            }
            if got == 0 { return UnsafeRawBufferPointer(start: base, count: count) }
            count += got
        }
    }
}
