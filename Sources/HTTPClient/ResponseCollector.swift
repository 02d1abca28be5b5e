// Takes an answer as libcurl delivers it: headers, then bytes for memory or for a file.

import Base
import Glibc

/// Filled by libcurl through an unretained pointer; the transfer that owns the handle keeps it alive.
final class ResponseCollector {
    private(set) var headers: [HTTPRequest.Header] = []
    private(set) var body: [UInt8] = []
    private(set) var failure: HTTPFailure?
    private let destination: HTTPRequest.Destination
    private let limit: Int
    private var status = 0

    init(destination: HTTPRequest.Destination, limit: Int) {
        self.destination = destination
        self.limit = limit
    }

    var opaque: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static let write: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
        data, size, count, context in
        guard let data, let context else { return 0 }
        let reader = Unmanaged<ResponseCollector>.fromOpaque(context).takeUnretainedValue()
        return reader.append(UnsafeRawBufferPointer(start: data, count: size * count)) ? size * count : 0
    }

    static let header: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
        data, size, count, context in
        guard let data, let context else { return 0 }
        let line = UnsafeRawBufferPointer(start: data, count: size * count)
        Unmanaged<ResponseCollector>.fromOpaque(context).takeUnretainedValue().line(String(decoding: line, as: UTF8.self))
        return size * count
    }

    private func line(_ text: String) {
        if text.hasPrefix("HTTP/") {
            // Interim answers (100, a proxy's 200) come before the real one.
            headers = []
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].trimmingBlanks
            headers.append(.init(text[..<colon].lowercased(), String(value)))
        }
    }

    private func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if case .descriptor(let descriptor) = destination, (200..<300).contains(status) {
            return write(bytes, to: descriptor)
        }
        guard body.count + bytes.count <= limit else {
            failure = HTTPFailure(.tooLong, "the answer is longer than \(limit) bytes")
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        guard writeAll(bytes, to: descriptor) else {
            failure = HTTPFailure(.notWritten, "cannot write the answer: \(String(cString: strerror(errno)))")
            return false
        }
        return true
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var text = self
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text.drop { $0.isWhitespace }
    }
}
