// Answers that arrive: error statuses, redirects, and bodies that are not what they should be.

import TestSupport

extension FaultRow {
    static let good =
        #"{"model":"m","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#

    private static func body(
        _ choices: String, usage: String = #","usage":{"prompt_tokens":3,"completion_tokens":4}"#, model: String = "m"
    ) -> ServerAction {
        .answer(#"{"model":"\#(model)","choices":[\#(choices)]\#(usage)}"#)
    }
    private static let choice = #"{"message":{"content":"hi"},"finish_reason":"stop"}"#

    static let answers: [FaultRow] = [
        .scripted("good answer", golden: "L_ok", .answered(200, choices: true), body(choice)),
        .scripted(
            "429 with Retry-After", golden: "L_429", .answered(429, note: "Retry-After 7 s read"),
            .answer(status: "429 Too Many Requests", headers: ["Retry-After: 7"], "{}")
        ) { results, _ in
            results.requests.allSatisfy { $0.retryAfterSeconds == 7 } ? "Retry-After 7 s read" : "Retry-After lost"
        },
        .scripted("500", golden: "L_500", .answered(500), .answer(status: "500 Internal Server Error", #"{"error":"x"}"#)),
        .scripted("503 with HTML", golden: "L_503html", .answered(503), .answer(status: "503 Service Unavailable", "<html></html>")),
        .scripted("401", .answered(401), .answer(status: "401 Unauthorized", "{}")),
        .scripted("500 with choices", .answered(500, choices: true), .answer(status: "500 Internal Server Error", good)),
        .scripted("204", golden: "L_204", .answered(204, content: "not 200"), .send("HTTP/1.1 204 No Content\r\n\r\n")),
        .scripted(
            "200, JSON that ends too early", golden: "L_badjson", .answered(200, content: "JSON cut short"), .answer(#"{"choices":[{"mess"#)
        ),
        .scripted("200, HTML", .answered(200, content: "not JSON"), .answer("<html>gateway</html>")),
        .scripted(
            "200, invalid UTF-8", k6: "read with replacement characters: checks 1/1", .answered(200, content: "not JSON"),
            .answerBytes(Array(#"{"choices":[""#.utf8) + [0xFF] + Array(#""]}"#.utf8))),
        .scripted("200, empty body", golden: "L_empty200", .answered(200, content: "empty body"), .answer("")),
        .scripted("200, `choices: []`", golden: "L_nochoices", .answered(200, content: "no choices"), body("")),
        .scripted(
            "200 without usage", golden: "L_nousage", .answered(200, choices: true, content: "without_prompt_tokens, without_usage"),
            body(choice, usage: "")),
        .scripted(
            "200, negative usage", golden: "L_negusage", .answered(200, choices: true, content: "without_prompt_tokens, without_usage"),
            body(choice, usage: #","usage":{"prompt_tokens":-1,"completion_tokens":-4}"#)),
        .scripted(
            "200, no completion tokens", golden: "L_zerocompl",
            .answered(200, choices: true, content: "tokens_not_as_asked, without_content"),
            body(#"{"message":{"content":""},"finish_reason":"stop"}"#, usage: #","usage":{"prompt_tokens":3,"completion_tokens":0}"#)),
        .scripted(
            "200, empty completion", k6: "a success", .answered(200, choices: true, content: "without_content"),
            body(#"{"message":{"content":null},"finish_reason":"stop"}"#)),
        .scripted(
            "200 from another model", k6: "a success", .answered(200, choices: true, content: "other_model"), body(choice, model: "another")
        ),
        .scripted(
            "200, other than `max_tokens` tokens under `ignore_eos`", k6: "a success",
            .answered(200, choices: true, content: "tokens_not_as_asked, without_prompt_tokens"),
            body(choice, usage: #","usage":{"completion_tokens":3}"#)),
        .scripted(
            "200, cut at the token limit", k6: "a success", .answered(200, choices: true, note: "finish_reason length counted"),
            body(#"{"message":{"content":"hi"},"finish_reason":"length"}"#)
        ) { results, _ in
            results.count("sml", "finish_reasons", "length") == results.requests.count ? "finish_reason length counted" : "?"
        },
        .scripted(
            "200, finish_reason `error`", k6: "a success", .answered(200, choices: true, content: "failure reported"),
            body(#"{"message":{"content":"par"},"finish_reason":"error"}"#)),
        .scripted(
            "200, finish_reason `abort`", k6: "a success", .answered(200, choices: true, content: "failure reported"),
            body(#"{"message":{"content":"par"},"finish_reason":"abort"}"#)),
        .scripted(
            "200, an `error` beside choices", k6: "a success", .answered(200, choices: true, content: "failure reported"),
            body(choice, usage: #","error":{"message":"out of memory","code":500}"#)),
        .scripted(
            "200, an `error` and `choices: []`", .answered(200, content: "failure reported"),
            body("", usage: #","error":{"message":"overloaded"}"#)),
        .scripted(
            "200, keys written with escapes", .answered(200, choices: true),
            .answer(good.replacing("choices", with: #"ch\u006fices"#).replacing("content", with: #"c\u006Fntent"#))),
        .scripted("`Content-Encoding: utf-8`", .answered(200, choices: true), .answer(headers: ["Content-Encoding: utf-8"], good)),
        .scripted(
            "`Content-Encoding: aws-chunked`", .answered(200, choices: true), .answer(headers: ["Content-Encoding: aws-chunked"], good)),
        .scripted("cookie set", golden: "L_cookie", .answered(200, choices: true), .answer(headers: ["Set-Cookie: a=b"], good)),
        .scripted(
            "`Connection: close`", golden: "L_connclose", .answered(200, choices: true, note: "a connection each"),
            .answer(headers: ["Connection: close"], good), .close
        ) { results, _ in
            results.count("sml", "connections", "opened") == results.requests.count ? "a connection each" : "connections reused"
        },
        .scripted(
            "gzip", golden: "L_gzip", .answered(200, choices: true, content: "without_content, without_prompt_tokens, without_usage"),
            zipped(gzip)),
        .scripted(
            "undecodable gzip", golden: "L_badgzip", k6: "the text names the decoder's complaint too",
            .broken(1701, "error decompressing response body", .receive),
            .answer(headers: ["Content-Encoding: gzip"], "this is not gzip at all")),
        .scripted(
            "gzip of two members", .answered(200, choices: true, content: "without_content, without_prompt_tokens, without_usage"),
            zipped(gzip + emptyMember)),
        .scripted("gzip without its trailer", .broken(1000, "unexpected EOF", .receive), zipped(Array(gzip.dropLast(8)))),
        .scripted("gzip cut in its trailer", .broken(1000, "unexpected EOF", .receive), zipped(Array(gzip.dropLast(3)))),
        .scripted(
            "`Transfer-Encoding: gzip, chunked`", k6: "the text quotes the header",
            .broken(1000, "unsupported transfer encoding", .receive),
            .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n\(String(gzip.count, radix: 16))\r\n"), .sendBytes(gzip),
            .send("\r\n0\r\n\r\n")),
        redirect(
            "redirect 302, followed", golden: "L_302", "302 Found",
            .answered(200, choices: true, note: "2 exchanges, 302 then 200, the last a GET")),
        redirect(
            "redirect 308, followed", golden: "L_308x", "308 Permanent Redirect",
            .answered(200, choices: true, note: "2 exchanges, 308 then 200, the last a POST")),
        .scripted(
            "ten redirects, used up", golden: "L_307", .answered(307, content: "not 200", note: "11 exchanges"), requests: 1,
            .answer(status: "307 Temporary Redirect", headers: ["Location: /v1/chat/completions"], "")
        ) { results, _ in "\(results.requests.count) exchanges" },
    ]

    /// `gzip -9` of `{"choices":[{}]}`.
    private static let gzip: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x4a, 0xce, 0xc8, 0xcf, 0x4c, 0x4e,
        0x2d, 0x56, 0xb2, 0x8a, 0xae, 0xae, 0x8d, 0xad, 0x05, 0x00, 0xb2, 0x49, 0x1b, 0xe1, 0x10, 0x00, 0x00, 0x00,
    ]

    /// `gzip` of nothing.
    private static let emptyMember: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]

    private static func zipped(_ body: [UInt8]) -> ServerAction {
        .sendBytes(Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
    }

    private static func redirect(_ name: String, golden: String, _ status: String, _ expected: FaultView) -> FaultRow {
        FaultRow(
            name: name, golden: golden, expected: expected,
            check: { results, _ in
                let hops = results.requests.prefix(2)
                return "2 exchanges, \(hops.map { String($0.status) }.joined(separator: " then ")), the last a "
                    + (hops.last?.flags.contains(.methodGet) == true ? "GET" : "POST")
            },
            run: { bench in
                let server = try ScriptedServer { request in
                    request.line.contains("/other")
                        ? [.answer(good)] : [.answer(status: status, headers: ["Location: /other"], "")]
                }
                defer { server.stop() }
                return try await bench.load(server.base)
            })
    }
}
