// A server's words from records to the summary and the block: of the first of a kind, also over several tasks' files.

import Base
import Generator
import TestSupport
import Testing

@testable import Metrics

@Suite struct ServerWordsTests {
    private func failed(_ status: UInt16, at: Double, words: UInt16 = 0, iteration: UInt32 = 0) -> RunRecord {
        var record = Samples.request(at: at, status: status)
        record.flags = [.final, .parsed]
        record.errorCode = ErrorCode.status(status)
        record.words = words
        record.iteration = iteration
        return record
    }

    private func result(_ records: [RunRecord], _ texts: TextTable, redactor: Redactor = Redactor()) -> RunResult {
        var run = RunStatistics(labels: ["a"], texts: texts, mainURL: Samples.url)
        for record in records { run.consume(record) }
        return RunResult(statistics: run, context: Samples.context(), outcome: Samples.outcome, redactor: redactor)
    }

    @Test func theEarliestWordsOfAKindExplainIt() throws {
        let texts = TextTable()
        let later = texts.index(of: "later")
        let model = texts.index(of: #"{"error":{"message":"no model sk-canary-4711","code":1}}"#)
        // Another shard saw one before, but kept no words of this kind any more.
        let records = [failed(400, at: 300, words: later), failed(400, at: 100, iteration: 7), failed(400, at: 200, words: model)]
        let error = try #require(result(records, texts, redactor: Redactor(secrets: ["sk-canary-4711"])).errors.first)
        #expect(error.count == 3 && error.first.iteration == 7)
        #expect(error.first.words == #"{"error":{"message":"no model ****","code":1}}"#)
        #expect(error.hint.isEmpty)
        #expect(result([failed(400, at: 1)], texts).errors.first?.hint.isEmpty == false)
    }

    @Test func theBlockHasTheMessageAndNoHint() {
        let texts = TextTable()
        let words = texts.index(of: #"{"error":{"message":"Invalid model name\u001b[2J","code":"400"}}"#)
        let block = result([failed(400, at: 1, words: words)], texts).textBlock(color: false)
        #expect(block.contains("      Invalid model name\\u{1b}[2J\n"))
        #expect(!block.contains("→"))
    }

    @Test func aRedirectThatMadeAGetIsNamed() throws {
        let texts = TextTable()
        var record = failed(405, at: 1)
        record.url = texts.index(of: "http://b/v1/chat/completions")
        record.hop = 1
        record.flags.insert(.methodGet)
        let result = result([record], texts)
        let error = try #require(result.errors.first)
        #expect(error.first.method == "GET" && error.first.url == "http://b/v1/chat/completions")
        #expect(error.hint.contains("redirect"))
        #expect(
            result.textBlock(color: false).contains("HTTP 405, code 1405, redirected to http://b/v1/chat/completions, the POST as a GET\n"))
        let back = try #require(try RunResult(document: SummaryWriter.document(result)))
        #expect(back.errors == result.errors)
    }

    @Test func otherModelsAreCountedByName() throws {
        let texts = TextTable()
        let names = ["small", "large"].map { texts.index(of: $0) }
        let records = (0..<5).map { index in
            var record = Samples.request(at: Double(index))
            record.flags.insert(.otherModel)
            record.words = names[index % 2]
            return record
        }
        let result = result(records, texts)
        #expect(result.otherModels == ["small": 3, "large": 2])
        #expect(result.textBlock(color: false).contains("answered by small 3, large 2\n"))
        #expect(try RunResult(document: SummaryWriter.document(result))?.otherModels == result.otherModels)
    }

    /// Each file has a text table of its own.
    @Test func severalTasksAgree() throws {
        let directory = try ScratchDirectory()
        let paths = try (0..<2).map { task in
            let texts = TextTable()
            for filler in 0...task { _ = texts.index(of: "filler \(filler)") }
            let words = texts.index(of: "words of task \(task)")
            var context = Samples.context(plannedArrivals: 1)
            context.task = TaskDescription(TaskShare(index: task, count: 2), plannedArrivals: 2)
            let path = directory.file("records.\(task).smlrec")
            let writer = try RecordFileWriter(path: path, context: context, texts: texts)
            [failed(404, at: Double(200 - 100 * task), words: words)].withUnsafeBufferPointer { writer.append($0) }
            try writer.finish(Samples.outcome)
            return path
        }
        let summary = try SummaryBuilder.rebuild(fromRecords: paths).document
        let errors = summary[path: "sml", "errors"]?.elements ?? []
        #expect(errors.count == 1 && errors.first?[path: "first", "words"]?.text == "words of task 1")
    }

    @Test(arguments: [
        (#"{"error":{"message":"no"}}"#, "no"), (#"{"error":"no"}"#, "no"), (#"{"detail":"Not Found"}"#, "Not Found"),
        (#"{"object":"error","message":"m"}"#, "m"), (#"{"error":{"message":"cut…"#, #"{"error":{"message":"cut…"#), ("{}", "{}"),
        ("plain", "plain"), ("<>", "<>"),
        (
            "<html> <head><title>413 Request Entity Too Large</title></head> <body> <center><h1>413 Request Entity Too Large</h1></center> "
                + "<hr><center>nginx/1.22.1</center> </body> </html>", "413 Request Entity Too Large | nginx/1.22.1"
        ),
    ])
    func theEssenceIsTheMessage(words: String, essence: String) { #expect(ServerMessage.essence(of: words) == essence) }
}
