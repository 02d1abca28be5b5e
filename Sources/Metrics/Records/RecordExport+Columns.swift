// The columns of an export and where each comes from. Scripts of people read them by name and by place, so new ones go
// to the end of their list.

import Generator

extension RecordExport {
    /// A record's texts.
    struct Names {
        var label: String
        var error: String
        var url: String
        var finish: String
        var words: String
    }

    static let recordColumns: [(name: String, cell: @Sendable (RunRecord, Names) -> Cell)] = [
        ("scheduled_ns", { record, _ in .number(record.scheduled) }),
        ("started_ns", { record, _ in .number(record.started) }),
        ("sent_ns", { record, _ in reached(record.sent) }),
        ("first_byte_ns", { record, _ in reached(record.firstByte) }),
        ("end_ns", { record, _ in .number(record.end) }),
        ("lookup_us", { record, _ in .number(Int64(record.lookupMicroseconds)) }),
        ("connect_us", { record, _ in .number(Int64(record.connectMicroseconds)) }),
        ("tls_us", { record, _ in .number(Int64(record.tlsMicroseconds)) }),
        ("iteration", { record, _ in .number(Int64(record.iteration)) }),
        ("prompt", { record, _ in .number(Int64(record.prompt)) }),
        ("virtual_user", { record, _ in .number(Int64(record.virtualUser)) }),
        ("prompt_tokens", { record, _ in reached(Int64(record.promptTokens)) }),
        ("completion_tokens", { record, _ in reached(Int64(record.completionTokens)) }),
        ("bytes_sent", { record, _ in .number(Int64(record.bytesSent)) }),
        ("bytes_received", { record, _ in .number(Int64(record.bytesReceived)) }),
        ("label", { _, names in .text(names.label) }),
        ("status", { record, _ in .number(Int64(record.status)) }),
        ("error_code", { record, _ in .number(Int64(record.errorCode)) }),
        ("error", { _, names in .text(names.error) }),
        ("method", { record, _ in .text(record.flags.contains(.methodGet) ? "GET" : "POST") }),
        ("url", { _, names in .text(names.url) }),
        ("hop", { record, _ in .number(Int64(record.hop)) }),
        ("http_version", { record, _ in .number(Int64(record.httpVersion)) }),
        ("tls_version", { record, _ in .number(Int64(record.tlsVersion)) }),
        ("finish_reason", { record, _ in .text(record.finishReason.name) }),
        ("phase", { record, _ in .text(record.phase.name) }),
        ("shard", { record, _ in .number(Int64(record.shard)) }),
        ("connection_reused", { record, _ in .yesNo(record.flags.contains(.connectionReused)) }),
        ("parsed", { record, _ in .yesNo(record.flags.contains(.parsed)) }),
        ("has_choices", { record, _ in .yesNo(record.flags.contains(.hasChoices)) }),
        ("final", { record, _ in .yesNo(record.flags.contains(.final)) }),
        ("ends_iteration", { record, _ in .yesNo(record.flags.contains(.endsIteration)) }),
        ("interrupted", { record, _ in .yesNo(record.flags.contains(.interrupted)) }),
        ("retried_by_transport", { record, _ in .yesNo(record.flags.contains(.retriedByTransport)) }),
        ("resends", { record, _ in .number(Int64(record.resends)) }),
        (
            "retry_after_s",
            { record, _ in reached(record.retryAfterSeconds == 0 || record.firstToken >= 0 ? -1 : Int64(record.retryAfterSeconds)) }
        ),
        ("without_content", { record, _ in .yesNo(record.flags.contains(.withoutContent)) }),
        ("other_model", { record, _ in .yesNo(record.flags.contains(.otherModel)) }),
        ("tokens_not_as_asked", { record, _ in .yesNo(record.flags.contains(.tokensNotAsAsked)) }),
        ("cut_short", { record, _ in .yesNo(record.flags.contains(.cutShort)) }),
        ("empty_body", { record, _ in .yesNo(record.flags.contains(.emptyBody)) }),
        ("paused", { record, _ in .yesNo(record.kind == .dropped && record.flags.contains(.paused)) }),
        ("reports_failure", { record, _ in .yesNo(record.flags.contains(.reportsFailure)) }),
        ("sending_us", { record, _ in .number(record.sending / 1000) }),
        ("first_token_ns", { record, _ in reached(record.firstToken) }),
        ("last_token_ns", { record, _ in reached(record.lastToken) }),
        ("cached_tokens", { record, _ in reached(Int64(record.cachedTokens)) }),
        ("reasoning_tokens", { record, _ in reached(Int64(record.reasoningTokens)) }),
        ("finish_reason_text", { record, names in record.finishText == 0 ? .none : .text(names.finish) }),
        ("arm", { record, _ in .number(Int64(record.arm)) }),
        ("turn", { record, _ in .number(Int64(record.turn)) }),
        ("words", { record, names in record.words == 0 ? .none : .text(names.words) }),
        ("next_address", { record, _ in .yesNo(record.kind == .request && record.flags.contains(.nextAddress)) }),
        ("chunks", { record, _ in reached(record.firstToken < 0 ? -1 : Int64(record.chunks)) }),
        ("answered_whole", { record, _ in .yesNo(record.flags.contains(.answeredWhole)) }),
    ]

    static let sampleColumns: [(name: String, value: @Sendable (GeneratorSample) -> Int64)] = [
        ("sample_ns", { $0.time }),
        ("cpu_ns", { $0.cpuTime }),
        ("resident_bytes", { $0.residentBytes }),
        ("loop_delay_ns", { $0.loopDelay }),
        ("beats", { Int64($0.beats) }),
        ("late_beats", { Int64($0.lateBeats) }),
        ("connections_given_up", { Int64($0.strayConnections) }),
        ("in_flight", { Int64($0.inFlight) }),
        ("vus", { Int64($0.virtualUsers) }),
        ("vus_max", { Int64($0.maxVirtualUsers) }),
        ("read_delay", { $0.readDelay }),
        ("run_queue_wait_ns", { $0.runQueueWait }),
        ("throttled_ns", { $0.throttled }),
        ("stolen_ns", { $0.stolen }),
        ("without_descriptors", { Int64($0.withoutDescriptors) }),
    ]

    private static func reached(_ value: Int64) -> Cell { value < 0 ? .none : .number(value) }
}
