// Pairs of runs whose truth is made up: the same instants and prompts, what each server adds is up to a closure.

import Base
import Generator
import Scenarios
import Statistics

@testable import Metrics

struct PairedRuns {
    var seconds = 300.0
    var rate = 20.0
    /// Milliseconds, tokens and milliseconds to the first token by the number of the request: of a server whose latencies share
    /// the prompt's and the moment's fate with those of any other.
    var latency: (Int, inout SeededRandomness) -> (Double, Int32) = { index, random in
        (Self.shared(index) * (0.99 + 0.02 * random.next()), 64)
    }
    var isStreamed = false
    var failing: (Int) -> Bool = { _ in false }
    /// Milliseconds late, by the number of the request.
    var lateness: (Int) -> Double = { _ in 0.05 }
    var hasSchedule = true
    var scenario: JSON = .object([("rate", .int(20)), ("max_tokens", .int(64)), ("prompt_seed", .int(42))])
    var model = "org/m"
    /// Of its prompts.
    var digest: String? = "fnv1a:34531ca7168b8f38"
    var started: Int64 = 1_700_000_000_000_000_000
    var dropped = 0

    /// What the prompt and the moment cost on any server.
    static func shared(_ index: Int) -> Double {
        var random = SeededRandomness(seed: UInt64(index / 40) + 1)
        var prompt = SeededRandomness(seed: UInt64(index) &* 7919 + 3)
        return 200 * (0.8 + 0.4 * random.next()) * (0.5 + prompt.next())
    }

    var records: [RunRecord] {
        (0..<Int(seconds * rate)).map { index in
            var random = SeededRandomness(seed: seed &+ UInt64(index) &* 104_729)
            let due = Double(index) / rate * 1000
            let (latency, tokens) = latency(index, &random)
            var record = Samples.request(at: due + lateness(index), latency: latency, label: UInt16(index % 2))
            record.scheduled = Samples.nanoseconds(due)
            record.iteration = UInt32(index)
            record.prompt = UInt32(index % 12)
            record.completionTokens = tokens
            if isStreamed {
                record.firstToken = record.started + Samples.nanoseconds(latency / 4)
                record.lastToken = record.end
                record.chunks = 20
            }
            if failing(index) {
                record.status = 503
                record.flags = [.final, .endsIteration, .parsed]
            }
            return record
        }
    }
    var seed: UInt64 = 1

    var context: RunContext {
        var context = Samples.context(plannedArrivals: hasSchedule ? Int(seconds * rate) : nil)
        context.plan = PlanDescription(
            Plan(
                scenario: "demo",
                executor: .constantArrivalRate(
                    rate: Int(rate), timeUnit: .seconds(1), duration: .milliseconds(Int64(seconds * 1000)), preAllocatedVUs: 50,
                    maxVUs: 1000),
                target: RequestTarget(url: Samples.url), warmUp: .fixed(.seconds(10))))
        context.resolvedScenario = scenario.canonical
        context.model = model
        context.corpus.digest = digest
        context.startedUnixNanoseconds = started
        return context
    }

    var drops: [RunRecord] {
        (0..<dropped).map { index in
            var record = RunRecord(kind: .dropped)
            record.scheduled = Samples.nanoseconds(1000 * Double(index) / 10)
            record.end = record.scheduled
            return record
        }
    }

    func run(_ name: String) -> ComparedRun {
        var requests = ComparedRequests()
        let records = records
        for record in records { requests.consume(record) }
        let quiet = (1...Int(seconds)).map { CertaintyTests.sample($0) }
        let result = RunResult(
            statistics: RunStatisticsTests.statistics(records + drops, samples: quiet, context: context), context: context,
            outcome: RunOutcome(.completed, duration: Int64((seconds + 2) * 1e9), endedUnixNanoseconds: 0))
        return ComparedRun(name: name, result: result, requests: requests)
    }
}

extension PairedRuns {
    /// The same load on a server that takes `factor` times as long.
    func slower(_ factor: Double, seed: UInt64 = 2) -> PairedRuns {
        var other = self
        other.seed = seed
        let own = latency
        other.latency = { index, random in
            let (milliseconds, tokens) = own(index, &random)
            return (milliseconds * factor, tokens)
        }
        return other
    }
}
