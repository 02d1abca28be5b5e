// A search for a server's capacity, by one process: each probe is a whole run of its own (connections, clock, records, summary) and
// begins when nothing of the one before is in flight any more. What is tried next is the search's decision; what it came to is
// written after each probe.

import Base
import Generator
import Glibc
import Metrics
import Scenarios
import Statistics

struct CapacityRunning {
    private let request: RunRequest
    private let environment: [String: String]
    private let stop: RunStop
    private let plan: Plan
    private let settings: CapacitySettings
    private let judge: CapacityJudge
    private var search: CapacitySearch
    private var result: CapacityResult
    /// Prompts that were sent so far.
    private var sent = 0
    /// Whether the last probe left requests behind that the server may still be busy with.
    private var isBusy = false
    /// The exit code of what the last probe could not do: write a file, or deliver all series.
    private var trouble: Int32 = 0

    /// Nil where the configuration asks for a plain run. It is read here once for all: `request` has it parsed from then on.
    ///
    /// - Throws: ``ConfigurationError``, ``OutputError``.
    init?(_ request: inout RunRequest, environment: [String: String], stop: RunStop) throws {
        if case .file(let path) = request.configuration { request.configuration = .parsed(try RunConfiguration.read(path: path)) }
        guard case .parsed(let configuration) = request.configuration, let settings = try configuration.capacity() else { return nil }
        guard request.repeats == 1 else {
            throw ConfigurationError(.usage, "--repeat: a search for a capacity is run once; start it again for another")
        }
        guard request.task == nil else {
            throw ConfigurationError(.usage, "--task: a search for a capacity needs one task, which decides what comes next; use one node")
        }
        guard request.duration == nil else {
            throw ConfigurationError(
                .usage, "--duration: a search for a capacity chooses its own lengths (capacity.probe, capacity.confirm)")
        }
        self.request = request
        self.environment = environment
        self.stop = stop
        self.settings = settings
        let resolved = try configuration.resolve(environment: request.environment)
        plan = resolved.plan
        judge = try CapacityJudge(plan, labels: nil)
        search = CapacitySearch(settings.rules(of: plan, judge: judge))
        result = CapacityResult(
            scenario: plan.scenario, executor: plan.executor.name, model: resolved.model ?? "",
            server: resolved.serverSize == ServerSize() ? nil : resolved.serverSize, runLabel: resolved.runLabel ?? "",
            load: plan.executor.arrivals == nil ? .users : .rate, objectives: judge.objectives, confidence: settings.confidence,
            promptSeed: plan.promptSeed)
        if FileLook.isThere(path) { throw OutputError(description: "\(path): already exists; choose another") }
    }

    private var path: String { PathText.joined(request.directory, CapacityFile.result) }

    /// Runs the search to its end and returns the exit code.
    mutating func run() async throws -> Int32 {
        let isNew = !FileLook.isThere(request.directory)
        var code: Int32?
        while code == nil, result.state == .searching {
            if let stopped = stop.first {
                end(.stopped, stopped.reason)
                break
            }
            do {
                try await step()
            } catch {
                guard !result.probes.isEmpty else {
                    // Empty, if it was made for this.
                    if isNew { rmdir(request.directory) }
                    throw error
                }
                code = SignalledRun.exitCode(error)
                if let stopped = stop.first { end(.stopped, stopped.reason) } else { end(.failed, "\(error)") }
            }
        }
        try result.write(to: path)
        let final = result.state == .failed ? code ?? ExitStatus.temporary.rawValue : result.state.exitCode(trouble)
        stop.finished(final)
        return show(final)
    }

    /// Ends it before it is done. What was confirmed by then is, and what was tried above it says no more.
    private mutating func end(_ state: CapacityResult.State, _ reason: String) {
        (result.state, result.reason) = (search.confirmed == nil ? state : .confirmed, reason)
    }

    /// One probe, or the end.
    private mutating func step() async throws {
        let trial: CapacityTrial
        switch search.next {
        case .finished(let outcome): return finish(outcome)
        case .probe(let load, let seconds): trial = self.trial(load, seconds: seconds, looks: [])
        case .confirm(let load, let looks): trial = self.trial(load, seconds: looks.last?.seconds ?? 0, looks: looks)
        }
        guard trial.load.number <= CapacityFile.mostProbes else {
            (result.state, result.reason) = (.failed, "\(CapacityFile.mostProbes) probes did not find it")
            return
        }
        say("\(trial.heading)\(trial.isConfirmation ? ", a confirmation" : ""); \(known)")
        let started = ContinuousClock.now
        let (probe, requests, code) = try await session(trial)
        stop.detach()
        take(probe, requests: requests, code: code, spent: (ContinuousClock.now - started).inSeconds)
        try result.write(to: path)
    }

    private func trial(_ load: Double, seconds: Double, looks: [CapacitySearch.Look]) -> CapacityTrial {
        let number = result.probes.count + 1
        let name = PathText.name(of: request.summaries.first ?? "summary.json")
        return CapacityTrial(
            load: CapacityLoad(
                number: number, load: load, warmUp: settings.warmUp(of: plan, stretched: search.probeStretch), measured: .seconds(seconds),
                promptsBefore: sent),
            judge: judge, looks: looks,
            guarding: result.load == .rate ? min(settings.probe / 4, .seconds(20)) : nil,
            probe: CapacityProbe(
                number: number, phase: looks.isEmpty ? .search : .confirm, asked: load,
                summary: "\(CapacityFile.directory(number))/\(name)"),
            heading: "probe \(number), \(result.load.text(load))")
    }

    /// A session ends with this call, so that its memory is free before the next one reads the corpus.
    private func session(_ trial: CapacityTrial) async throws -> (probe: CapacityProbe, requests: Int, code: Int32) {
        var one = request.probing(trial)
        // A server that was left with a full queue may work it off for nobody: its answer to one request says that it is done.
        if isBusy { one.sendsTestRequest = true }
        let session = try await RunSession(one, environment: environment, stop: stop)
        stop.attach(session)
        let (code, result) = try await session.run()
        guard let result, let (probe, requests) = session.probe(result) else { return (trial.probe, 0, code) }
        return (probe, requests, code)
    }

    private mutating func take(_ probe: CapacityProbe, requests: Int, code: Int32, spent: Double) {
        sent += requests
        isBusy = probe.cutOff > 0
        if result.started.isEmpty { result.started = probe.started }
        result.probes.append(probe)
        result.minutes += spent / 60
        if [ExitStatus.output.rawValue, ExitStatus.seriesMissing.rawValue].contains(code) { trouble = code }
        say(
            "probe \(probe.number), \(result.load.text(probe.asked)): \(probe.decision.rawValue)"
                + (probe.reason.map { " (\($0))" } ?? ""))
        let median = probe.latency.first { $0.p == 0.5 }.map { $0.figure.value / 1_000 }
        search.learn(requestsPerSecond: probe.achieved, medianSeconds: probe.decision == .met ? median : nil, at: probe.asked)
        // No later load is more than twice this one.
        let users = result.load == .users ? Int(probe.asked) * 2 : nil
        search.expect(overheadSeconds: settings.overheadSeconds(of: plan, users: users, stretched: search.probeStretch))
        switch probe.decision {
        case .met: search.report(.met, strain: strain(probe), spent: spent)
        case .missed: search.report(.missed, strain: strain(probe), spent: spent)
        case .overloaded: search.report(.missed, spent: spent)
        case .void: search.report(.void, spent: spent)
        }
        (result.confirmed, result.lowestRefused, result.limitedBy) = (search.confirmed, search.lowestRefused, nil)
        if let refused = search.lowestRefused {
            let last = result.probes.last { $0.asked == refused && ($0.decision == .missed || $0.decision == .overloaded) }
            result.limitedBy = last.flatMap { probe in
                probe.limiting.map { "\($0.selector): \($0.condition)" } ?? probe.reason
            }
        }
        // What a signal ended is no outcome of the search; what was confirmed before it came is.
        if case .finished(let outcome) = search.next, stop.first == nil || probe.decision == .met { finish(outcome) }
    }

    /// By the last look at it; nil where what was dropped or cut off speaks, and not what was answered.
    private func strain(_ probe: CapacityProbe) -> CapacityStrain? {
        guard let look = probe.looks.last, look.isMet || probe.generator != .invalid || look.level != nil else { return nil }
        return judge.strain(look.objectives, seconds: look.seconds, tail: look.level)
    }

    private mutating func finish(_ outcome: CapacitySearch.Outcome) {
        switch outcome {
        case .confirmed(let load, let isMost):
            (result.state, result.confirmed) = (isMost ? .confirmedAtMaximum : .confirmed, load)
        case .refused: result.state = .noneConfirmed
        case .outOfTime: result.state = .outOfTime
        case .generatorLimited(let load):
            (result.state, result.reason) = (
                .generatorLimited,
                "at \(result.load.text(load)) its own figures were not the server's: use more workers or a less busy machine"
            )
        }
    }

    /// What is decided so far, and how long it may still take.
    private var known: String {
        let met = result.highestMet.map { "met \(result.load.text($0))" }
        let refused = result.lowestRefused.map { "refused \(result.load.text($0))" }
        let parts = [met, refused].compactMap(\.self)
        return (parts.isEmpty ? "nothing is known yet" : parts.joined(separator: ", "))
            + "; at most \(Format.duration(seconds: search.secondsLeft)) more"
    }

    private func say(_ text: String) {
        if !request.quiet { StandardError.write("\(request.program): \(OneLine.escaped(text))\n") }
    }

    /// The exit code, with that of an output that cannot be written.
    private func show(_ code: Int32) -> Int32 {
        guard !request.quiet else { return code }
        var isShown = true
        let screen = request.details ? nil : TerminalScreen.ofBlock(STDOUT_FILENO)
        do {
            let text = result.textBlock(color: TerminalStyle.colorWanted(STDOUT_FILENO), screen: screen)
            try StandardOutput.draw(text, patience: StandardOutput.isTerminal ? nil : RunSession.readerPatience)
        } catch {
            if !error.isReaderGone { StandardError.write("\(request.program): \(error)\n") }
            isShown = error.isReaderGone || error.isReaderStuck
        }
        StandardError.write("capacity: \(path)\n")
        return code == 0 && !isShown ? OutputError.exitCode : code
    }
}

extension CapacitySettings {
    fileprivate func rules(of plan: Plan, judge: CapacityJudge) -> CapacitySearch.Rules {
        var rules = CapacitySearch.Rules(
            start: start ?? plan.executor.firstLoad, least: least, most: most, isWhole: plan.executor.arrivals == nil)
        rules.probeSeconds = probe.inSeconds
        rules.looks = CapacitySearch.looks(confirm.inSeconds)
        rules.overheadSeconds = overheadSeconds(of: plan)
        rules.budget = longest.inSeconds
        rules.confidence = confidence
        rules.neededRequests = judge.neededRequests(tail: rules.tail(look: 1, misses: 0, isAbove: false))
        return rules
    }

    /// What a probe of `plan` takes besides being judged, seconds: its connections if they come first, its warm-up, and a few to read
    /// the corpus and for the last answers.
    ///
    /// - Parameters:
    ///   - users: of the load; nil for those of the plan.
    ///   - stretch: ``CapacitySearch/probeStretch``, which the warm-up has too.
    fileprivate func overheadSeconds(of plan: Plan, users: Int? = nil, stretched stretch: Double = 1) -> Double {
        var plan = plan
        if let users { plan.executor = .constantVUs(vus: users, duration: probe) }
        return plan.lead().inSeconds + warmUp(of: plan, stretched: stretch).inSeconds + 5
    }
}

extension CapacityResult.State {
    /// Of a search that ended so, `trouble` with its files or series apart.
    func exitCode(_ trouble: Int32) -> Int32 {
        switch self {
        case .confirmed, .confirmedAtMaximum: trouble
        case .noneConfirmed, .outOfTime: ExitStatus.rule.rawValue
        case .generatorLimited: ExitStatus.invalid.rawValue
        case .stopped, .searching: ExitStatus.stopped.rawValue
        case .failed: ExitStatus.temporary.rawValue
        }
    }
}
