// `probe` of a scenario: a few short streams a second beside a load that does not stream, to see when the first token comes under that
// load. It is a plan of its own, made out of the load's: the same server, requests and time, another schedule, and streamed. Thin,
// because what it asks of the server is no longer only looked at.

import Base

/// What looks at a server while a load is on it.
package struct Probe: Sendable, Equatable {
    /// Requests per second.
    package var rate: Double
    /// Longest answer, tokens.
    package var maxTokens: Int

    static let key = "probe"
    /// The lane's name wherever figures of it stand.
    package static let name = "probe"
    static let rates = 0.01...100.0
    static let tokens = 1...4096

    package init(rate: Double = 1, maxTokens: Int = 16) {
        self.rate = rate
        self.maxTokens = maxTokens
    }

    init(_ field: Field) throws(ConfigurationError) {
        self.init()
        let group = try field.group("{rate: 1, max_tokens: 16}")
        try group.requireKeys(["rate", "max_tokens"])
        if let field = group["rate"] {
            let rate: Double? =
                switch field.value {
                case .number(let text): Double(text)
                case .string(let text) where text.utf8.allSatisfy { 0x30...0x39 ~= $0 || $0 == 0x2E }: Double(text)
                default: nil
                }
            guard let rate, Self.rates.contains(rate) else { throw field.rejected("requests per second from 0.01 to 100") }
            self.rate = rate
        }
        if let field = group["max_tokens"] {
            let (least, most) = (Self.tokens.lowerBound, Self.tokens.upperBound)
            maxTokens = try field.integer(Self.tokens, "a whole number from \(least) to \(most)")
        }
    }

    /// As a scenario writes it.
    var json: JSON {
        .object([
            .init("rate", .number(JSONText.javaScriptNumber(rate))), .init("max_tokens", .int(maxTokens)),
        ])
    }
}

extension ResolvedRun {
    /// The probe as a run of its own; nil for a run without one.
    package var probing: ResolvedRun? {
        guard let probe else { return nil }
        var run = self
        run.probe = nil
        run.warnings = []
        run.description = nil
        // None is ever late for want of a user: there are as many as can be open at once.
        let users = Int((probe.rate * plan.target.timeout.inSeconds).rounded(.up)) + 1
        run.plan.executor = .constantArrivalRate(
            rate: 1, timeUnit: .seconds(1) / probe.rate, duration: .nanoseconds(plan.executor.regularEnd), preAllocatedVUs: min(users, 10),
            // Each task of a run needs one.
            maxVUs: min(max(users, 128), 100_000))
        run.plan.thinkTime = .zero
        run.plan.initialStagger = false
        // In the load's order it would ask for each prompt just after the load, and find it in the server's cache.
        run.plan.promptSeed = plan.promptSeed == .max ? 1 : plan.promptSeed + 1
        run.seeds.prompt = run.plan.promptSeed
        run.plan.target.streams = true
        // What the load does about a server that fails is not decided by what only looks at it.
        run.plan.faults = FaultPolicy()
        run.plan.objectives = Objectives()
        run.maxTokens = .fixed(probe.maxTokens)
        run.corpusOptions.maxTokens = run.maxTokens
        run.corpusOptions.streams = true
        run.corpusOptions.bodyPatch = corpusOptions.bodyPatch.map { probe.changed($0) }
        return run
    }
}

extension Probe {
    /// A change of the load's bodies, as the probe's have it: it may repeat that they do not stream, and set their limit.
    func changed(_ patch: JSON) -> JSON {
        guard case .object(var members) = patch else { return patch }
        members.removeAll { $0.key == "stream" }
        for index in members.indices where ["max_tokens", "max_completion_tokens"].contains(members[index].key) {
            if case .number = members[index].value { members[index].value = .int(maxTokens) }
        }
        return .object(members)
    }
}
