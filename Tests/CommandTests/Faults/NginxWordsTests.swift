// What nginx says when it refuses, and what becomes of it: the words in the block, the summary and the records; the place a
// redirect led to.

import Foundation
import Metrics
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct NginxWordsTests {
    private static let directives = """
        location /413/ { client_max_body_size 10; proxy_pass http://127.0.0.1:9; }
        location /429/ { return 429; }
        location /502/ { proxy_pass http://127.0.0.1:1; }
        location /301/ { return 301 /405/; }
        location /405/ { return 405; }
        """

    @Test func wordsAreKept() async throws {
        let front = try await NginxFront.start(directives: Self.directives)
        for (status, code, words) in [
            (413, 413, "413 Request Entity Too Large"), (429, 429, "429 Too Many Requests"), (502, 502, "502 Bad Gateway"),
            (301, 405, "405 Not Allowed"),
        ] {
            let results = try await front.load("https://localhost:\(front.http1)/\(status)")
            let errors = results.summary[path: "sml", "errors"]?.elements ?? []
            #expect(errors.count == 1 && errors.first?["status"]?.integer == Int64(code), "\(errors)")
            let first = errors.first?["first"]
            #expect(first?["words"]?.text?.contains("<h1>\(words)</h1>") == true, "\(first ?? .null)")
            #expect(first?["method"]?.text == (status == 301 ? "GET" : "POST"))
            #expect(first?["url"]?.text == (status == 301 ? "https://localhost:\(front.http1)/405/" : nil))
            let shown = try #require(RunResult(document: results.summary)).textBlock(color: false)
            #expect(shown.contains("      \(words) | nginx/"), "\(shown)")
        }
        _ = try await front.stop()
    }
}
