// Names of raw values in exports and summaries. Written out because a name taken from the case at run time costs a
// microsecond of reflection, and because these names are read by people's scripts.

import Generator

extension RecordKind {
    package var name: String {
        switch self {
        case .request: "request"
        case .dropped: "dropped"
        case .iterationEnd: "iteration_end"
        }
    }
}

extension TransferPhase {
    package var name: String {
        switch self {
        case .resolve: "resolve"
        case .connect: "connect"
        case .tls: "tls"
        case .send: "send"
        case .wait: "wait"
        case .receive: "receive"
        case .complete: "complete"
        }
    }
}

extension FinishReason {
    /// As in the OpenAI API and its servers; `absent` when the answer had none.
    package var name: String {
        switch self {
        case .absent: "absent"
        case .stop: "stop"
        case .length: "length"
        case .toolCalls: "tool_calls"
        case .contentFilter: "content_filter"
        case .other: "other"
        case .error: "error"
        case .abort: "abort"
        }
    }
}
