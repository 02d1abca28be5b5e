// What will be in a stream, decided once at its admission: the model's times and lengths, the client's wishes about usage, and how it
// fails. The failures that whole answers have are given the meaning here that they have for streams.

/// The whole of one stream, before its first byte.
struct StreamPlan {
    enum Usage {
        case none
        case last
        case every
    }

    var schedule: ChunkSchedule
    var tokens: Int
    /// Those at the beginning that are reasoning.
    var reasoningTokens: Int
    var usage: Usage
    /// What strikes at the schedule's fault.
    var fault: StreamFault.Kind?
    var hasRole = true
    var hasFinish = true
    var hasDone = true
    /// Every chunk has `"choices": []`.
    var isWithoutChoices = false

    init(_ admission: Admission, _ request: ChatRequest, arrival: UInt64, _ configuration: EndpointConfiguration) {
        let start = arrival.saturating(adding: admission.queued)
        let firstToken = min(start.saturating(adding: admission.timeToFirstToken), admission.departure)
        var timePerToken = admission.timePerToken
        var departure = admission.departure
        var faultPlace: Int?
        tokens = admission.completionTokens
        reasoningTokens = admission.reasoningTokens ?? 0
        switch admission.failure {
        case .stream(let streamFault): (fault, faultPlace) = (streamFault.kind, streamFault.tokens)
        case .truncated: fault = .cut
        case .badJSON: fault = .badJSON
        case .reset: (fault, faultPlace) = (.reset, 0)
        case .close: (fault, faultPlace) = (.cut, 0)
        case .emptyBody: (tokens, hasRole, hasFinish, hasDone) = (0, false, false, false)
        case .emptyChoices: isWithoutChoices = true
        case .slowBody(let duration):
            departure = firstToken.saturating(adding: duration)
            timePerToken = Double(duration) / Double(max(1, tokens))
        case .status, .hang, nil: break
        }
        switch (configuration.streams.usage, request.streamUsage) {
        case (.every, _), (.asked, .every): usage = .every
        case (.last, _), (.asked, .last): usage = .last
        case (.never, _), (.asked, .unasked): usage = .none
        }
        if admission.failure == .emptyBody { (usage, departure) = (.none, firstToken) }
        if fault == .noDone { (fault, hasDone) = (nil, false) }
        if fault == .noFinish { (fault, hasFinish) = (nil, false) }
        let place = fault == nil ? nil : faultPlace ?? tokens / 2
        schedule = ChunkSchedule(
            firstToken: firstToken, timePerToken: timePerToken, departure: departure, tokens: tokens, boundary: reasoningTokens,
            fault: place, behaviour: configuration.streams, seed: configuration.seed,
            sequence: admission.sequence)
    }
}
