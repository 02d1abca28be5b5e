// The one place where the members of a request's record get their values: what the plan says when it starts, what the
// exchange measured, what the answer said, and how the iteration went on.

extension RunRecord {
    /// A request that is about to be sent at `started`.
    init(iteration: UInt32, of user: Int, scheduled: Int64, started: Int64, prompt: Int, label: Int, shard: Int, arm: UInt16 = 0) {
        self.init()
        self.scheduled = scheduled
        self.started = started
        self.iteration = iteration
        self.prompt = UInt32(prompt)
        virtualUser = UInt32(user)
        self.label = UInt16(label)
        self.shard = UInt8(truncatingIfNeeded: shard)
        self.arm = arm
    }

    /// The exchange at `started` with which the request of `previous` follows a redirect.
    ///
    /// - Parameters:
    ///   - url: index of its URL in the run's text table.
    ///   - keepsBody: it stays a POST, if it was one.
    init(following previous: RunRecord, to url: UInt16, keepsBody: Bool, started: Int64) {
        self.init()
        scheduled = previous.scheduled
        self.started = started
        iteration = previous.iteration
        prompt = previous.prompt
        virtualUser = previous.virtualUser
        label = previous.label
        shard = previous.shard
        arm = previous.arm
        turn = previous.turn
        hop = previous.hop + 1
        self.url = url
        if !keepsBody || previous.flags.contains(.methodGet) { flags.insert(.methodGet) }
    }

    /// The end of an iteration that had a sleep in it, or was cut off in one.
    init(
        iterationEnd iteration: UInt32, of user: Int, started: Int64, end: Int64, shard: Int, arm: UInt16 = 0, interrupted: Bool
    ) {
        self.init(kind: .iterationEnd)
        self.iteration = iteration
        virtualUser = UInt32(user)
        scheduled = started
        self.started = started
        self.end = end
        self.shard = UInt8(truncatingIfNeeded: shard)
        self.arm = arm
        if interrupted { flags.insert(.interrupted) }
    }

    /// `count` arrivals of one second, the last of them due at `due`, that were dropped at `now`.
    init(dropped count: Int, due: Int64, at now: Int64, shard: UInt8, arm: UInt16 = 0, flags: RecordFlags) {
        self.init(kind: .dropped)
        scheduled = due
        started = now
        end = now
        iteration = UInt32(count - 1)
        self.shard = shard
        self.arm = arm
        self.flags = flags
    }

    /// What the exchange measured, however it ended.
    mutating func fill(_ figures: ExchangeFigures) {
        sent = figures.sent
        firstByte = figures.firstByte
        end = figures.end
        sending = figures.sending
        lookupMicroseconds = figures.lookupMicroseconds
        connectMicroseconds = figures.connectMicroseconds
        tlsMicroseconds = figures.tlsMicroseconds
        bytesSent = figures.bytesSent
        bytesReceived = figures.bytesReceived
        status = figures.status
        errorCode = figures.errorCode
        errorText = figures.errorText
        retryAfterSeconds = UInt16(clamping: (max(0, figures.retryAfter) + 999_999_999) / 1_000_000_000)
        httpVersion = figures.httpVersion
        tlsVersion = figures.tlsVersion
        phaseRaw = figures.phase.rawValue
        resends = figures.resends
        flags.formUnion(figures.flags)
    }

    /// What the answer of a complete exchange said, which must have `tokensAsked` completion tokens (-1: any number).
    mutating func fill(_ answer: AnswerFacts, tokensAsked: Int32) {
        if answer.parsed { flags.insert(.parsed) }
        if answer.hasChoices {
            flags.insert(.hasChoices)
            if !answer.hasContent { flags.insert(.withoutContent) }
            if tokensAsked >= 0, answer.completionTokens >= 0, answer.completionTokens != tokensAsked {
                flags.insert(.tokensNotAsAsked)
            }
        }
        if answer.hasError || answer.hasFailedChoice { flags.insert(.reportsFailure) }
        if answer.isOtherModel {
            flags.insert(.otherModel)
            words = answer.modelText
        }
        if answer.isEmpty { flags.insert(.emptyBody) }
        if answer.isCutShort { flags.insert(.cutShort) }
        finishReasonRaw = answer.finishReason.rawValue
        finishText = answer.finishText
        promptTokens = answer.promptTokens
        completionTokens = answer.completionTokens
        cachedTokens = answer.cachedTokens != -1 ? answer.cachedTokens : answer.timedCachedTokens
        reasoningTokens = answer.reasoningTokens
    }

    /// When the tokens of a streamed answer came, however it ended: not before the last of them, though libcurl's own figure
    /// of a failed transfer's end is some microseconds early, and a driver's now may be.
    mutating func fill(_ times: TokenTimes) {
        // An error is no answer, whatever its form, and has a Retry-After.
        guard status < 400 else { return }
        end = max(end, times.lastToken)
        firstToken = times.firstToken
        lastToken = times.lastToken
        chunks = Int(times.chunks)
    }

    /// The request ends with this exchange, and its iteration too unless the user thinks.
    mutating func finish(endsIteration: Bool) {
        flags.insert(.final)
        if endsIteration { flags.insert(.endsIteration) }
    }
}
