// What an answer to the test request leads to: an end with the server's words, another try, or the plan.

import Generator
import Testing

@testable import Run

@Suite struct TestRequestRulesTests {
    private static let url = "http://s/v1/chat/completions"

    private static func answer(_ status: UInt16, words: String = "", flags: RecordFlags = [.final, .parsed]) -> TestAnswer {
        var record = RunRecord()
        record.status = status
        record.errorCode = ErrorCode.status(status)
        record.flags = flags
        return TestAnswer(record: record, words: words)
    }

    private static func broken(_ code: UInt16, _ error: String) -> TestAnswer {
        var record = RunRecord()
        record.errorCode = code
        record.flags = .final
        return TestAnswer(record: record, error: error)
    }

    private static let good = answer(200, flags: [.final, .parsed, .hasChoices])

    /// Feeds the same answer until it is decided; the number of answers, and what came of it.
    private func outcome(_ answer: TestAnswer, prompts: Int = 1) -> (tries: Int, step: TestRequestRules.Step) {
        var rules = TestRequestRules(url: Self.url, prompts: prompts)
        for tries in 1...10 {
            switch rules.decide(answer) {
            case .again, .otherPrompt: continue
            case let step: return (tries, step)
            }
        }
        return (10, .again(after: .zero))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var answer: TestAnswer
        var tries = 1
        /// The exit code; nil when the plan begins.
        var code: Int32?
        var says: String
        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "no such path", answer: answer(404, words: "Not Found"), code: 69,
            says: "HTTP 404 from http://s/v1/chat/completions: Not Found"),
        Row(name: "no key", answer: answer(401, words: "no key"), code: 77, says: "HTTP 401"),
        Row(name: "not this key", answer: answer(403), code: 77, says: "HTTP 403"),
        Row(name: "unknown model", answer: answer(400, words: "no model x"), code: 69, says: "no model x"),
        Row(
            name: "a page", answer: answer(200, words: "Welcome", flags: .final), code: 69,
            says: "with an answer that is no completion: Welcome"),
        Row(
            name: "an error with 200", answer: answer(200, flags: [.final, .parsed, .hasChoices, .reportsFailure]), code: 69,
            says: "no completion"),
        Row(name: "a redirect to nowhere", answer: answer(302, words: "redirects to x"), code: 69, says: "redirects to x"),
        Row(name: "no such name", answer: broken(1101, "lookup: no such host"), tries: 3, code: 69, says: "lookup: no such host"),
        Row(name: "nobody listens", answer: broken(1212, "dial: connection refused"), tries: 3, code: 69, says: "dial: connection refused"),
        Row(name: "a certificate", answer: broken(1310, "x509: unknown authority"), code: 69, says: "x509: unknown authority"),
        Row(
            name: "a client certificate", answer: broken(1010, "remote error: tls: certificate required"), code: 69,
            says: "certificate required"),
        Row(name: "a proxy", answer: broken(1000, "proxy: CONNECT answered with status 407"), tries: 3, code: 69, says: "407"),
        Row(
            name: "no HTTP/2", answer: broken(1650, "http2: the server does not speak it"), code: 69,
            says: "the server does not speak it"),
        Row(name: "no HTTP", answer: broken(1000, "malformed HTTP response"), code: 69, says: "malformed"),
        Row(name: "busy", answer: answer(503, words: "loading"), tries: 3, says: "HTTP 503 from http://s/v1/chat/completions: loading"),
        Row(name: "limited", answer: answer(429), tries: 3, says: "HTTP 429"),
        Row(name: "a bad gateway", answer: answer(502), tries: 3, says: "HTTP 502"),
        Row(name: "closed", answer: broken(1000, "EOF"), tries: 3, says: "EOF"),
        Row(name: "too slow", answer: broken(1050, "request timeout"), says: "request timeout"),
    ]

    @Test(arguments: rows) func leadsToItsEnd(row: Row) {
        let seen = outcome(row.answer)
        #expect(seen.tries == row.tries)
        switch seen.step {
        case .end(let error):
            #expect(error.exitCode == row.code)
            #expect(error.description.contains(row.says) && error.description.hasSuffix("(--no-test-request leaves it out)"), "\(error)")
        case .begin(let warning):
            #expect(row.code == nil && warning?.contains(row.says) == true, "\(warning ?? "none")")
        default: Issue.record("undecided")
        }
    }

    @Test func aGoodAnswerIsNoWord() {
        #expect(outcome(Self.good).step == .begin(warning: nil))
        var other = Self.good
        other.record.flags.insert(.otherModel)
        other.words = "y"
        #expect(outcome(other).step == .begin(warning: "the test request was answered by another model: y"))
    }

    @Test func aPromptThatIsTooLongIsNotTheEnd() {
        var rules = TestRequestRules(url: Self.url, prompts: 2)
        #expect(rules.decide(Self.answer(400, words: "too long")) == .otherPrompt)
        guard case .begin(let warning?) = rules.decide(Self.good) else { Issue.record("not begun"); return }
        #expect(warning.contains("too long"))
        #expect(outcome(Self.answer(413), prompts: 9).tries == 3)
    }

    /// Over plain http nobody says that HTTP/2 is not spoken: the connection breaks, each time.
    @Test func whatBreaksAtHTTP2WithoutAskingIsTheEnd() {
        for answer in [Self.broken(1000, "EOF"), Self.broken(1220, "read: connection reset by peer")] {
            var rules = TestRequestRules(url: Self.url, prompts: 1, assumesHTTP2: true)
            #expect(rules.decide(answer) == .again(after: .seconds(1)))
            #expect(rules.decide(answer) == .again(after: .seconds(2)))
            guard case .end(let error) = rules.decide(answer) else { Issue.record("begun"); return }
            #expect(
                error.exitCode == 69 && error.description.contains("3 times; http_version: 2 speaks HTTP/2 over plain http without asking"))
        }
        // Who answers speaks it, whatever is said.
        var rules = TestRequestRules(url: Self.url, prompts: 1, assumesHTTP2: true)
        for _ in 0..<2 { _ = rules.decide(Self.answer(503)) }
        guard case .begin = rules.decide(Self.answer(503)) else { Issue.record("not begun"); return }
    }

    @Test func aServerThatComesBackIsWaitedFor() {
        var rules = TestRequestRules(url: Self.url, prompts: 1)
        #expect(rules.decide(Self.broken(1212, "dial: connection refused")) == .again(after: .seconds(1)))
        #expect(rules.decide(Self.answer(503)) == .again(after: .seconds(2)))
        #expect(rules.decide(Self.good) == .begin(warning: nil))
    }
}
