// What a search for a server's capacity came to: the highest load that was confirmed to meet the objectives, the lowest that was
// refused, and every probe on the way, which together are the server's curve. Complete after each probe, so that a search that is
// killed says what it knows (docs/CAPACITY.md).

import Base
import Generator
import Scenarios
import Statistics

package struct CapacityResult: Sendable, Equatable {
    /// What is searched for. Raw values stand in documents.
    package enum Load: String, Sendable {
        /// Arrivals per second of an open loop.
        case rate = "requests_per_second"
        /// Users of a closed loop.
        case users

        /// `18.4/s`, `64 users`.
        package func text(_ value: Double) -> String {
            self == .rate ? "\(JSONText.javaScriptNumber(value))/s" : "\(JSONText.javaScriptNumber(value)) users"
        }
    }

    /// How the search stands. Raw values stand in documents.
    package enum State: String, Sendable, CaseIterable {
        /// A probe is going on, or the process was killed during one.
        case searching
        case confirmed
        /// Confirmed at the highest load that was allowed: the capacity is this or more.
        case confirmedAtMaximum = "confirmed_at_maximum"
        /// Not one load could be confirmed.
        case noneConfirmed = "none_confirmed"
        /// The generator and not the server was the limit: nothing can be said of more.
        case generatorLimited = "generator_limited"
        /// The time allowed was over before a load was confirmed.
        case outOfTime = "out_of_time"
        /// Ended by a signal, or by the time limit of the job.
        case stopped
        /// The server did not answer any more, or a file could not be written.
        case failed

        package var isConfirmed: Bool { self == .confirmed || self == .confirmedAtMaximum }
    }

    package var scenario, executor, model: String
    package var server: ServerSize?
    package var runLabel: String
    /// Wall clock of the first probe's start, RFC 3339.
    package var started: String
    package var load: Load
    package var objectives: [CapacityObjective]
    /// With this probability no load is confirmed that does not meet the objectives, over all looks and tries.
    package var confidence: Double
    /// Of the order of prompts, the same for all probes: each goes on in it where the one before ended.
    package var promptSeed: Int64
    package var state: State
    /// Why it ended so; nil where `state` says all.
    package var reason: String?
    /// The highest load that was confirmed.
    package var confirmed: Double?
    /// The lowest that was refused, by a probe or by a confirmation.
    package var lowestRefused: Double?
    /// The objective that the lowest refused load did not meet (`e2e_latency_ms: p(95)<2000`), or what else refused it.
    package var limitedBy: String?
    /// From the start of the first probe to the end of the last.
    package var minutes: Double
    /// In the order in which they were run.
    package var probes: [CapacityProbe]

    package init(
        scenario: String, executor: String, model: String, server: ServerSize? = nil, runLabel: String, started: String = "", load: Load,
        objectives: [CapacityObjective], confidence: Double, promptSeed: Int64, state: State = .searching, reason: String? = nil,
        confirmed: Double? = nil, lowestRefused: Double? = nil, limitedBy: String? = nil, minutes: Double = 0, probes: [CapacityProbe] = []
    ) {
        self.scenario = scenario
        self.executor = executor
        self.model = model
        self.server = server
        self.runLabel = runLabel
        self.started = started
        self.load = load
        self.objectives = objectives
        self.confidence = confidence
        self.promptSeed = promptSeed
        self.state = state
        self.reason = reason
        self.confirmed = confirmed
        self.lowestRefused = lowestRefused
        self.limitedBy = limitedBy
        self.minutes = minutes
        self.probes = probes
    }

    /// The probe whose look confirmed ``confirmed``.
    package var confirmation: CapacityProbe? {
        confirmed.flatMap { rate in probes.last { $0.phase == .confirm && $0.asked == rate && $0.decision == .met } }
    }

    /// The highest load that a probe of the search met by its point estimate, which proves nothing.
    package var highestMet: Double? { probes.filter { $0.decision == .met }.map(\.asked).max() }
}

/// What a load must meet.
package struct CapacityObjective: Sendable, Equatable {
    /// Metric and label as a threshold has them.
    package var selector: String
    /// `p(95)<2000`.
    package var condition: String
    /// Nobody asked for it: a server that fails quickly must not count as a fast one. It is judged by its value alone.
    package var isImplied: Bool

    package init(selector: String, condition: String, isImplied: Bool = false) {
        self.selector = selector
        self.condition = condition
        self.isImplied = isImplied
    }

    /// `e2e_latency_ms: p(95)<2000`.
    package var text: String { "\(selector): \(condition)" }
}

/// One load that was tried: a whole run, with the figures of its window.
package struct CapacityProbe: Sendable, Equatable {
    /// Raw values stand in documents.
    package enum Phase: String, Sendable {
        /// Judged by point estimates.
        case search
        /// Judged by bounds, on data of its own.
        case confirm
    }

    /// Raw values stand in documents.
    package enum Decision: String, Sendable {
        case met, missed
        /// The queue grew beyond doubt.
        case overloaded
        /// The generator was late, or the probe was cut short: it counts for nothing.
        case void
    }

    /// A look of a confirmation, or the only one of a probe.
    package struct Look: Sendable, Equatable {
        /// Of the window that was looked at, seconds.
        package var seconds: Double
        /// What each bound may fail with; nil of a probe.
        package var level: Double?
        package var objectives: [CapacityFinding]
        package var isMet: Bool

        package init(seconds: Double, level: Double? = nil, objectives: [CapacityFinding], isMet: Bool) {
            self.seconds = seconds
            self.level = level
            self.objectives = objectives
            self.isMet = isMet
        }
    }

    /// The end of a probe whose queue grew.
    package struct Guard: Sendable, Equatable {
        /// When it was decided, seconds since the probe's start.
        package var at: Double
        /// Requests in flight in the first and in the last quarter of what decided it, on average.
        package var first, last: Double
        /// From the decision until nothing was in flight any more, seconds.
        package var leftAfter: Double

        package init(at: Double, first: Double, last: Double, leftAfter: Double) {
            self.at = at
            self.first = first
            self.last = last
            self.leftAfter = leftAfter
        }
    }

    /// From 1.
    package var number: Int
    package var phase: Phase
    /// Arrivals per second, or users.
    package var asked: Double
    /// Where its summary is, as seen from the document; its records lie beside it.
    package var summary: String
    package var runLabel: String
    /// RFC 3339.
    package var started: String
    /// Of the whole run, draining included.
    package var seconds: Double
    /// What the figures are of: seconds since the probe's start.
    package var from, to: Double
    /// Requests that were due in the window and ended.
    package var requests: Int
    /// Requests that started in the window, per second.
    package var achieved: Double
    /// Mean over the window, and the most at once.
    package var inFlight: InFlight
    /// p50, p95 and p99 of succeeded requests, with their 95 % intervals where there are.
    package var latency: [PercentileFigure]
    /// Of answers that ended in the window.
    package var outputTokensPerSecond: Figure?
    /// In the order of ``CapacityResult/objectives``, as the last look found them.
    package var objectives: [CapacityFinding]
    package var decision: Decision
    /// In words, for what is not met or counts for nothing.
    package var reason: String?
    package var looks: [Look]
    package var overload: Guard?
    /// Of the prompts' tokens, 0…1; nil where the server does not say.
    package var cachedShare: Double?
    /// Of its prompts, those that an earlier probe or this one had sent already, 0…1.
    package var repeatedShare: Double
    /// Requests that the end of the probe cut off.
    package var cutOff: Int
    /// VALID, SUSPECT or INVALID; nil where there was nothing to judge by.
    package var generator: GeneratorVerdict.Level?

    package init(
        number: Int, phase: Phase, asked: Double, summary: String, runLabel: String = "", started: String = "", seconds: Double = 0,
        from: Double = 0, to: Double = 0, requests: Int = 0, achieved: Double = 0, inFlight: InFlight = InFlight(mean: 0, most: 0),
        latency: [PercentileFigure] = [], outputTokensPerSecond: Figure? = nil, objectives: [CapacityFinding] = [],
        decision: Decision = .void, reason: String? = nil, looks: [Look] = [], overload: Guard? = nil, cachedShare: Double? = nil,
        repeatedShare: Double = 0, cutOff: Int = 0, generator: GeneratorVerdict.Level? = nil
    ) {
        self.number = number
        self.phase = phase
        self.asked = asked
        self.summary = summary
        self.runLabel = runLabel
        self.started = started
        self.seconds = seconds
        self.from = from
        self.to = to
        self.requests = requests
        self.achieved = achieved
        self.inFlight = inFlight
        self.latency = latency
        self.outputTokensPerSecond = outputTokensPerSecond
        self.objectives = objectives
        self.decision = decision
        self.reason = reason
        self.looks = looks
        self.overload = overload
        self.cachedShare = cachedShare
        self.repeatedShare = repeatedShare
        self.cutOff = cutOff
        self.generator = generator
    }
}

/// An objective in a window.
package struct CapacityFinding: Sendable, Equatable {
    package var selector: String
    package var condition: String
    /// In the metric's unit, with the usual 95 % interval where there is one; nil without a sample.
    package var figure: Figure?
    /// The bound on the side of the limit that decides a confirmation; nil in the search, and where nothing can be bounded yet.
    package var bound: Double?
    /// Whether the value (of a probe), or the bound (of a confirmation), meets the condition.
    package var isMet: Bool
    /// Why there is no bound.
    package var missing: String?

    package init(
        selector: String, condition: String, figure: Figure? = nil, bound: Double? = nil, isMet: Bool = false, missing: String? = nil
    ) {
        self.selector = selector
        self.condition = condition
        self.figure = figure
        self.bound = bound
        self.isMet = isMet
        self.missing = missing
    }
}
