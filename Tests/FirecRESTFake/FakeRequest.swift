// A request taken apart, with the checks every operation makes: exact query parameters, exact members of the body.

import Foundation
import TestSupport

/// What the contract does not allow; ends in `FakeFirecREST.violations`.
struct Violation: Error { var text: String }

struct FakeRequest {
    let method: String
    /// Decoded, without the base.
    let segments: [String]
    let query: [String: String]
    let raw: ReceivedRequest

    init(_ raw: ReceivedRequest, base: String) throws {
        self.raw = raw
        let words = raw.requestLine.split(separator: " ")
        guard words.count == 3, words[2] == "HTTP/1.1" else { throw Violation(text: "request line \(raw.requestLine)") }
        method = String(words[0])
        let target = words[1]
        guard target.hasPrefix(base + "/") else { throw Violation(text: "\(target) is not below \(base)") }
        let parts = target.dropFirst(base.count + 1).split(separator: "?", maxSplits: 1)
        segments = parts[0].split(separator: "/").map { $0.removingPercentEncoding ?? "" }
        var query: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = halves[0].removingPercentEncoding ?? ""
            guard query[name] == nil else { throw Violation(text: "query parameter \(name) twice") }
            query[name] = halves.count > 1 ? halves[1].removingPercentEncoding ?? "" : ""
        }
        self.query = query
    }

    var call: String { "\(method) /\(segments.joined(separator: "/"))" }

    /// The query must have these, may have those, and nothing else.
    func requireQuery(_ required: [String] = [], optional: [String] = []) throws {
        for name in required where query[name] == nil { throw Violation(text: "\(call): query without \(name)") }
        for name in query.keys where !(required + optional).contains(name) {
            throw Violation(text: "\(call): query parameter \(name)")
        }
        if method == "GET" || method == "DELETE", !raw.body.isEmpty { throw Violation(text: "\(call): with a body") }
    }

    /// The JSON body, with these members and perhaps those. Aliases are separated by `|`.
    func json(_ required: [String], optional: [String] = [], in object: Any? = nil) throws -> [String: Any] {
        if object == nil, raw["content-type"] != "application/json" {
            throw Violation(text: "\(call): content type \(raw["content-type"] ?? "missing")")
        }
        let value = try object ?? JSONSerialization.jsonObject(with: Data(raw.body))
        guard let members = value as? [String: Any] else { throw Violation(text: "\(call): body is no object") }
        var result: [String: Any] = [:]
        var left = Set(members.keys)
        for group in required + optional {
            let names = group.split(separator: "|").map(String.init)
            let present = names.filter { members[$0] != nil }
            if present.isEmpty, optional.contains(group) { continue }
            guard present.count == 1 else { throw Violation(text: "\(call): body without \(group)") }
            result[names[0]] = members[present[0]]
            left.remove(present[0])
        }
        guard left.isEmpty else { throw Violation(text: "\(call): body members \(left.sorted())") }
        return result
    }

    /// The one file of a multipart form.
    func file() throws -> (name: String, content: [UInt8]) {
        let type = raw["content-type"] ?? ""
        guard type.hasPrefix("multipart/form-data; boundary=") else { throw Violation(text: "\(call): content type \(type)") }
        let boundary = type.split(separator: "=", maxSplits: 1)[1]
        let data = Data(raw.body)
        let start = Data("--\(boundary)\r\n".utf8)
        let end = Data("\r\n--\(boundary)--\r\n".utf8)
        guard data.starts(with: start), data.suffix(end.count) == end,
            let separator = data.range(of: Data("\r\n\r\n".utf8))
        else { throw Violation(text: "\(call): malformed form") }
        let head = String(decoding: data[start.count..<separator.lowerBound], as: UTF8.self)
        guard let name = head.firstMatch(of: /^Content-Disposition: form-data; name="file"; filename="([^"]+)"/)?.1 else {
            throw Violation(text: "\(call): form head \(head)")
        }
        return (String(name), [UInt8](data[separator.upperBound..<(data.count - end.count)]))
    }
}
