// Answers to requests for streams: what goes wrong inside one whose status line was good, and what is odd but no fault. Beside the
// outcome each row says what the record has of the tokens, against what the server sent.

import Foundation
import Generator
import TestSupport

extension FaultRow {
    private static let streaming = FaultBench.Settings(scenario: #", "stream": true"#)

    private static func chunk(_ delta: String, finish: String = "null", rest: String = "") -> String {
        #"{"model":"m","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]\#(rest)}"#
    }
    private static let role = chunk(#"{"role":"assistant","content":""}"#)
    private static let text = chunk(#"{"content":"hi"}"#)
    private static let end = chunk("{}", finish: #""stop""#)
    private static let usage = #"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#
    private static let done = "[DONE]"
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func framed(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n\(text)\r\n" }

    private static func events(_ data: [String], ends: Bool = true) -> ServerAction {
        .send(head + data.map { framed("data: \($0)\n\n") }.joined() + (ends ? "0\r\n\r\n" : ""))
    }

    /// How many chunks each record has, and whether first and last token have an instant, in order.
    private static func tokens(_ results: Results) -> String {
        let seen = Set(
            results.requests.map { record in
                guard record.firstToken >= 0 else { return record.flags.contains(.answeredWhole) ? "no stream" : "no token" }
                let isOrdered =
                    record.firstByte <= record.firstToken && record.firstToken <= record.lastToken && record.lastToken <= record.end
                return "\(record.chunks) chunk\(record.chunks == 1 ? "" : "s")" + (isOrdered ? "" : ", instants out of order")
            })
        return seen.sorted().joined(separator: " or ")
    }

    private static func streamed(_ name: String, _ expected: FaultView, seconds: Double? = nil, _ actions: ServerAction...) -> FaultRow {
        FaultRow(name: name, expected: expected, seconds: seconds, check: { results, _ in tokens(results) }) { bench in
            try await bench.scripted(actions, settings: streaming)
        }
    }

    private static func good(_ content: String = "", chunks: Int) -> FaultView {
        .answered(200, choices: true, content: content, note: chunks == 1 ? "1 chunk" : "\(chunks) chunks")
    }

    static let streams: [FaultRow] = [
        streamed("good stream", good(chunks: 2), events([role, text, text, end, usage, done])),
        streamed(
            "lines that end in CR LF, comments, an event in pieces", good(chunks: 2),
            .send(head + framed(": hello\r\n\r\ndata: \(role)\r\n") + framed("\r\ndata: ") + framed(text + "\r")),
            .pause(milliseconds: 20), .send(framed("\n\r\ndata: \(text)\r\n\r\ndata: \(end)\r\n\r\ndata: \(usage)\r\n\r\n") + "0\r\n\r\n")),
        streamed("no usage", good("without_prompt_tokens, without_usage", chunks: 2), events([role, text, text, end, done])),
        streamed("finish reason, no `[DONE]`", good(chunks: 1), events([role, text, end, usage])),
        streamed("`[DONE]`, no finish reason", good(chunks: 1), events([role, text, usage, done])),
        streamed(
            "no output at all", .answered(200, choices: true, content: "without_content", note: "no token"),
            events([role, end, usage, done])),
        streamed(
            "one document instead of a stream", .answered(200, choices: true, content: "not_streamed", note: "no stream"), .answer(good)),
        streamed(
            "neither finish reason nor `[DONE]`", .answered(200, content: "stream cut short", note: "2 chunks"), events([role, text, text])),
        streamed(
            "`error` in the middle, then `[DONE]`", .answered(200, choices: true, content: "failure reported", note: "1 chunk"),
            events([role, text, #"{"error":{"message":"boom","code":500}}"#, done])),
        streamed(
            "`error` instead of a stream", .answered(200, content: "failure reported", note: "no token"),
            events([#"{"error":{"message":"boom","code":500}}"#])),
        streamed(
            "finish reason `abort`", .answered(200, choices: true, content: "failure reported", note: "1 chunk"),
            events([role, text, chunk("{}", finish: #""abort""#), done])),
        streamed(
            "an event that is no JSON", .answered(200, content: "not JSON", note: "2 chunks"),
            events([role, text, #"{"choices":[{"del"#, text, end, done])),
        streamed(
            "bytes that are no event", good(chunks: 1),
            .send(
                head + framed("data: \(text)\n\n") + framed("\u{0}{]\rgarbage\n\n") + framed("data: \(end)\n\ndata: \(usage)\n\n")
                    + "0\r\n\r\n")),
        streamed("no choices in any event", .answered(200, content: "no choices", note: "no token"), events([usage, done])),
        streamed("HTML", .answered(200, content: "not JSON", note: "no token"), .answer("<html>gateway</html>")),
        streamed(
            "cut off without the last chunk of HTTP", .broken(1000, "unexpected EOF", .receive, note: "2 chunks"),
            events([role, text, text], ends: false), .close),
        streamed(
            "cut off behind `[DONE]`", .broken(1000, "unexpected EOF", .receive, note: "1 chunk"),
            events([role, text, end, done], ends: false), .close),
        streamed(
            "reset", .broken(1220, "read: connection reset by peer", .receive, note: "1 chunk"), events([role, text], ends: false),
            .pause(milliseconds: 200), .reset),
        streamed(
            "stalls", .broken(1050, "request timeout", .receive, note: "1 chunk"), seconds: 2, events([role, text], ends: false),
            .pause(milliseconds: 6_000)),
        streamed("503 with JSON", .answered(503, note: "no token"), .answer(status: "503 Service Unavailable", #"{"error":"busy"}"#)),
    ]
}
