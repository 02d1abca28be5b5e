// One request before the plan, sent as the plan would send it: a run of its own with one arrival, so that URL, key, proxy,
// TLS and the reading of the answer are the run's. Nothing of it reaches the run's figures.

import Base
import Generator
import Metrics
import Scenarios
import Synchronization

struct TestRequest {
    let plan: Plan
    let corpus: Corpus
    let order: PromptOrder
    let environment: [String: String]
    let stop: RunStop

    /// How long it can take: its tries, each of which may come to the time limit, and the pauses between them.
    static func longest(_ plan: Plan) -> Duration {
        min(.seconds(86_400), plan.target.timeout * (TestRequestRules.pauses.count + TestRequestRules.mostPrompts) + .seconds(60))
    }

    /// Sends it, again where that may help.
    ///
    /// - Returns: what became of it, when the plan may begin.
    /// - Throws: ``TestRequestError`` when it may not; ``GeneratorError``.
    func send() async throws -> TestRequestDescription {
        let clock = ContinuousClock()
        let started = clock.now
        let prompts = Self.distinctPrompts(order)
        var rules = TestRequestRules(
            url: Redactor.maskingCredentials(in: plan.target.url), prompts: prompts.count,
            assumesHTTP2: plan.target.connections.needsHTTP2 && HTTPURL(plan.target.url)?.scheme == .http)
        var prompt = 0
        var tries = 0
        while true {
            let single = corpus.ofTestRequest(at: prompts[prompt])
            let answer = try await answer(single.corpus)
            tries += 1
            switch rules.decide(answer) {
            case .end(let error): throw error
            case .otherPrompt: prompt += 1
            case .again(let pause):
                try await wait(pause)
            case .begin(let warning):
                return TestRequestDescription(
                    tries: tries, status: Int(answer.record.status), milliseconds: (clock.now - started) / .milliseconds(1),
                    maxTokens: single.tokens, warning: warning)
            }
        }
    }

    /// The first prompts of the plan.
    private static func distinctPrompts(_ order: PromptOrder) -> [Int] {
        (0..<min(order.count, TestRequestRules.mostPrompts)).map { order.prompt(forIteration: $0) }
    }

    private func answer(_ corpus: Corpus) async throws -> TestAnswer {
        let texts = TextTable()
        let run = try LoadRun(
            plan: plan.ofTestRequest, corpus: corpus, order: PromptOrder(count: 1, seed: 1), texts: texts,
            options: RunOptions(workers: 1, userAgent: Product.userAgent, environment: environment))
        let last = Mutex<RunRecord?>(nil)
        let watcher = Task {
            while stop.first == nil, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(100)) }
            if stop.first != nil { run.stop(reason: "", drain: .zero) }
        }
        defer { watcher.cancel() }
        _ = try await run.run { batch in
            guard case .records(let records) = batch, let record = records.last(where: { $0.kind == .request && $0.flags.contains(.final) })
            else { return }
            last.withLock { $0 = record }
            run.stop(reason: "", drain: .zero)
        }
        try requireNoSignal()
        guard let record = last.withLock({ $0 }) else { throw TestRequestError(.unavailable, "the test request was not sent") }
        let redactor = Redactor(hiding: plan.target)
        func text(_ index: UInt16) -> String { index == 0 ? "" : redactor.redact(texts[index]) }
        return TestAnswer(
            record: record, error: text(record.errorText), words: ServerMessage.essence(of: text(record.words)),
            redirectedTo: text(record.url))
    }

    private func wait(_ pause: Duration) async throws {
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end {
            try requireNoSignal()
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func requireNoSignal() throws(TestRequestError) {
        if let first = stop.first {
            throw TestRequestError(.interrupted, "stopped by \(first.reason) before the run began; there is no summary")
        }
    }
}
