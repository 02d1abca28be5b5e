// An answer in chunks as it is on the wire: the pieces, how it ended and nothing interpreted. Events are made of it apart.

import FoundationEssentials
import Glibc

@testable import Endpoint

struct RawStream {
    var head = ""
    /// The chunks of HTTP/1.1, without their sizes.
    var chunks: [[UInt8]] = []
    /// The chunk that ends the body came.
    var isComplete = false
    /// How the connection ended before that.
    var error: RawClientError?

    /// The texts after `data: `, one an event.
    var events: [String] {
        let texts = String(decoding: chunks.joined(), as: UTF8.self).split(separator: "\n\n")
        return texts.map { $0.hasPrefix("data: ") ? String($0.dropFirst(6)) : "?" }
    }

    /// Those that are chunks of a completion.
    func parsed() throws -> [StreamedChunk] {
        try events.filter { $0 != "[DONE]" }.map { try JSONDecoder().decode(StreamedChunk.self, from: Data($0.utf8)) }
    }
}

/// A `chat.completion.chunk` as a client reads it.
struct StreamedChunk: Decodable {
    struct Choice: Decodable {
        struct Delta: Decodable { let role, content, reasoning_content: String? }
        let delta: Delta
        let finish_reason: String?
    }
    struct Usage: Decodable {
        struct Details: Decodable { let cached_tokens, reasoning_tokens: Int? }
        let prompt_tokens, completion_tokens, total_tokens: Int
        let prompt_tokens_details, completion_tokens_details: Details?
    }
    let id, object, model: String
    let created: Int
    let choices: [Choice]
    let usage: Usage?

    var content: String? { choices.first?.delta.content }
    var reasoning: String? { choices.first?.delta.reasoning_content }
}

extension RawClient {
    /// Reads until the body ends, or the connection.
    func stream() -> RawStream {
        var stream = RawStream()
        do {
            var end = Self.endOfHead(unread)
            while end == nil {
                try fill()
                end = Self.endOfHead(unread)
            }
            stream.head = String(decoding: unread[..<(end ?? 0)], as: UTF8.self)
            unread.removeFirst(end ?? 0)
            while true {
                let size = try chunkSize()
                while unread.count < size + 2 { try fill() }
                let chunk = Array(unread[..<size])
                unread.removeFirst(size + 2)
                if size == 0 { break }
                stream.chunks.append(chunk)
            }
            stream.isComplete = true
        } catch {
            stream.error = error as? RawClientError
        }
        return stream
    }

    private func chunkSize() throws -> Int {
        while true {
            if let end = unread.firstIndex(of: 10) {
                let line = String(decoding: unread[..<(end - 1)], as: UTF8.self)
                unread.removeFirst(end + 1)
                guard let size = Int(line, radix: 16), line == String(size, radix: 16) else { throw RawClientError.system(EBADMSG) }
                return size
            }
            try fill()
        }
    }
}

extension Harness {
    static func streaming(_ prompt: String = "hello", _ more: String = "") -> String {
        post(body(prompt, #","stream":true\#(more)"#))
    }
}
