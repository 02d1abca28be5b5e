// The document of a search for a server's capacity: what is written reads back as the same value, and the members that others read
// are where docs/CAPACITY.md says.

import Base
import Scenarios
import Statistics
import Testing

@testable import Metrics

@Suite struct CapacityDocumentTests {
    static let found = CapacityFinding(
        selector: "e2e_latency_ms", condition: "p(95)<2000", figure: Figure(value: 1800.5, low: 1700, high: 1900), bound: 1950, isMet: true)

    static let example: CapacityResult = {
        let met = CapacityProbe(
            number: 1, phase: .search, asked: 16, summary: "probe-1/summary.json", runLabel: "x_probe1",
            started: "2026-01-01T00:00:00.000Z", seconds: 101.5, from: 25, to: 98, requests: 1168, achieved: 15.9,
            inFlight: InFlight(mean: 14.25, most: 31),
            latency: [
                PercentileFigure(p: 0.5, figure: Figure(value: 900, low: 880, high: 921)),
                PercentileFigure(p: 0.95, figure: Figure(value: 1800.5, low: 1700, high: 1900), fewEvents: 6),
                PercentileFigure(
                    p: 0.99, figure: Figure(value: 2100), missing: .fewValuesBeyond(beyond: 12, needed: 30, moreSeconds: 110)),
            ], outputTokensPerSecond: Figure(value: 2048, low: 2000, high: 2100),
            objectives: [CapacityFinding(selector: "e2e_latency_ms", condition: "p(95)<2000", figure: Figure(value: 1800.5), isMet: true)],
            decision: .met, cachedShare: 0.25, repeatedShare: 0.5, generator: .valid)
        var over = CapacityProbe(number: 2, phase: .search, asked: 32, summary: "probe-2/summary.json")
        over.decision = .overloaded
        over.reason = "requests in flight grew from 20 to 160"
        over.overload = .init(at: 41.25, first: 20, last: 160, leftAfter: 0.2)
        over.cutOff = 170
        var confirmed = met
        (confirmed.number, confirmed.phase, confirmed.objectives) = (3, .confirm, [found])
        confirmed.looks = [.init(seconds: 300, level: 0.0017, objectives: [found], isMet: true)]
        return CapacityResult(
            scenario: "open_loop", executor: "poisson-arrival-rate", model: "org/m", server: ServerSize(replicas: 2, gpus: 8),
            runLabel: "open_loop_x", started: "2026-01-01T00:00:00.000Z", load: .rate,
            objectives: [
                CapacityObjective(selector: "e2e_latency_ms", condition: "p(95)<2000"),
                CapacityObjective(selector: "success_rate", condition: "rate>=0.99", isImplied: true),
            ], confidence: 0.95, promptSeed: 7, state: .confirmed, confirmed: 16, lowestRefused: 32,
            limitedBy: "e2e_latency_ms: p(95)<2000", minutes: 12.5, probes: [met, over, confirmed])
    }()

    @Test func whatIsWrittenReadsBack() throws {
        let document = try JSON.parse(Self.example.jsonData())
        #expect(CapacityResult(document: document) == Self.example)
        // Half-way: nothing confirmed, nothing refused.
        var early = Self.example
        (early.state, early.confirmed, early.lowestRefused, early.limitedBy, early.server) = (.searching, nil, nil, nil, nil)
        early.probes = []
        #expect(CapacityResult(document: try JSON.parse(early.jsonData())) == early)
        for state in CapacityResult.State.allCases {
            early.state = state
            #expect(CapacityResult(document: early.document)?.state == state)
        }
    }

    @Test func theMembersThatOthersRead() throws {
        let capacity = try #require(Self.example.document["capacity"])
        #expect(capacity["confirmed"] == .int(16) && capacity["lowest_refused"] == .int(32) && capacity["state"]?.text == "confirmed")
        #expect(capacity["load"]?.text == "requests_per_second" && capacity["limited_by"]?.text == "e2e_latency_ms: p(95)<2000")
        let probes = try #require(capacity["probes"]?.elements)
        #expect(probes[0][path: "latency_ms", "p95", "value"]?.number == 1800.5 && probes[0]["mean_in_flight"]?.number == 14.25)
        #expect(probes[1][path: "guard", "at_seconds"]?.number == 41.25 && probes[1]["cut_off"] == .int(170))
        #expect(probes[2]["looks"]?.elements.first?["objectives"]?.elements.first?["bound"]?.number == 1950)
    }

    @Test func otherDocumentsAreNone() throws {
        #expect(CapacityResult(document: try JSON.parse("{\"repeats\": {\"schema\": 1}}")) == nil)
        #expect(CapacityResult(document: try JSON.parse("{\"capacity\": {\"state\": \"odd\", \"load\": \"users\"}}")) == nil)
    }

    @Test func theConfirmationIsTheProbeThatMetIt() {
        #expect(Self.example.confirmation?.number == 3 && Self.example.highestMet == 16)
        var none = Self.example
        none.confirmed = nil
        #expect(none.confirmation == nil)
    }
}
