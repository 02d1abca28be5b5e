// The resolved scenario as a scenario definition: every default written out, no secret in it. The summary stores it and
// `scenarios show` prints it; read again it resolves to the same plan.

import Base

extension ResolvedRun {
    /// Headers whose names suggest a credential have their value replaced.
    package var resolvedScenario: JSON {
        var members: [JSON.Member] = [.init("name", .string(plan.scenario))]
        if let description { members.append(.init("description", .string(description))) }
        members.append(.init("executor", .string(plan.executor.name)))
        members += plan.executor.parameters.map(\.member)
        members.append(.init("gracefulStop", duration(plan.gracefulStop)))
        members.append(.init("think_time", .string(Self.seconds(plan.thinkTime))))
        switch maxTokens {
        case .perPrompt: members.append(.init("max_tokens", .string("prompt")))
        case .fixed(let count): members.append(.init("max_tokens", .int(count)))
        }
        members += [
            .init("prompt_labels", .array(corpusOptions.promptLabels.map { .string($0) })),
            .init("request_timeout", duration(plan.target.timeout)),
            .init("ignore_eos", .bool(corpusOptions.ignoreEOS)),
            .init("stream", .bool(corpusOptions.streams)),
            .init("initial_stagger", .bool(plan.initialStagger)),
            .init("prompt_seed", .int(plan.promptSeed)),
            .init("think_seed", .int(plan.thinkSeed)),
            .init("warmup", .string(plan.warmUp.text)),
            .init("on_429", .string(plan.faults.onTooManyRequests.rawValue)),
            .init("response_limit", .int(plan.target.responseLimit)),
        ]
        members += plan.target.connections.members
        if let limit = plan.faults.errorLimit {
            members.append(.init("stop_on", .object([.init("errors", .string(limit.text))])))
        }
        members += plan.objectives.members
        if let probe { members.append(.init(Probe.key, probe.json)) }
        if let request { members.append(.init("request", request)) }
        return .object(members)
    }

    private func duration(_ value: Duration) -> JSON { .string(DurationGrammar.format(value)) }

    /// `2`, `0.5`: as SML writes think times.
    static func seconds(_ duration: Duration) -> String {
        JSONText.javaScriptNumber(duration.inSeconds)
    }

    private var request: JSON? {
        var members: [JSON.Member] = []
        if requestPath != RequestCustomization.standardPath {
            members.append(.init("path", .string(requestPath)))
        }
        if !plan.target.headers.isEmpty {
            members.append(
                .init("headers", .object(plan.target.headers.map { .init($0.name, .string(Self.shown($0))) })))
        }
        if let patch = corpusOptions.bodyPatch { members.append(.init("body", patch)) }
        return members.isEmpty ? nil : .object(members)
    }

    private static func shown(_ header: RequestTarget.Header) -> String {
        HeaderTrust.isCredential(header.name) ? "<redacted>" : header.value
    }
}
