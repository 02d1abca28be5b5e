// The ways a request can go wrong, chosen by probability or by a marker in the prompt. They cover what clients meet in
// the field: an overloaded gateway, a killed worker, a proxy that cuts a body short, a server that never answers.

/// One way to fail a request. The text forms are those of `--fail` and of the `[[fail:...]]` marker.
package enum FailureMode: Sendable, Equatable {
    /// An error answer at once, without a place in the batch.
    case status(Int)
    /// TCP reset when the answer is due.
    case reset
    /// Orderly close, without a byte, when the answer is due.
    case close
    /// No answer, ever; takes no place in the batch.
    case hang
    /// Half of the body that Content-Length announces, then an orderly close.
    case truncated
    /// A complete answer whose body stops in the middle of a JSON object.
    case badJSON
    /// 200 with Content-Length: 0.
    case emptyBody
    /// The good answer, its body spread evenly over this many nanoseconds.
    case slowBody(UInt64)
    /// A good answer whose `choices` is `[]`.
    case emptyChoices
    /// Inside a stream.
    case stream(StreamFault)

    /// What is accepted, for errors and help.
    package static let accepted =
        "status=CODE (400 to 599), reset, close, hang, truncated, bad-json, empty-body, slow-body[=DURATION], "
        + "empty-choices, "
        + StreamFault.Kind.allCases.map { $0.rawValue + ($0.hasPlace ? "[=TOKENS]" : "") }.joined(separator: ", ")
    /// `slow-body` without a duration.
    package static let defaultSlowBody: UInt64 = 1_000_000_000

    /// Reads the text form; `nil` when it is none.
    package init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let argument = parts.count == 2 ? String(parts[1]) : nil
        switch (parts.first ?? "", argument) {
        case ("status", let code?):
            guard let code = Int(code), (400...599).contains(code) else { return nil }
            self = .status(code)
        case ("slow-body", nil): self = .slowBody(Self.defaultSlowBody)
        case ("slow-body", let duration?):
            guard let nanoseconds = Distribution.nanoseconds(duration) else { return nil }
            self = .slowBody(UInt64(nanoseconds))
        case ("reset", nil): self = .reset
        case ("close", nil): self = .close
        case ("hang", nil): self = .hang
        case ("truncated", nil): self = .truncated
        case ("bad-json", nil): self = .badJSON
        case ("empty-body", nil): self = .emptyBody
        case ("empty-choices", nil): self = .emptyChoices
        case (let name, let argument):
            guard let fault = StreamFault(name, argument) else { return nil }
            self = .stream(fault)
        }
    }

    /// The log's `mode`.
    var name: String {
        switch self {
        case .status: "status"
        case .reset: "reset"
        case .close: "close"
        case .hang: "hang"
        case .truncated: "truncated"
        case .badJSON: "bad-json"
        case .emptyBody: "empty-body"
        case .slowBody: "slow-body"
        case .emptyChoices: "empty-choices"
        case .stream(let fault): fault.kind.rawValue
        }
    }

    /// Whether the request goes through the queue and takes its time before it fails.
    var takesPlace: Bool {
        switch self {
        case .status, .hang: false
        default: true
        }
    }
}

/// Failure modes with their probabilities; at most one strikes a request.
package struct FailurePlan: Sendable, Equatable {
    private var entries: [(mode: FailureMode, probability: Double)] = []

    package init() {}

    /// Reads `MODE:PROBABILITY` texts such as `status=503:0.01`.
    ///
    /// - Throws: ``EndpointUsageError`` for an unknown mode, a probability outside 0 to 1, or a sum above 1.
    package init(parsing texts: [String]) throws(EndpointUsageError) {
        for text in texts {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let mode = FailureMode(String(parts[0])),
                let probability = Double(String(parts[1])), (0...1).contains(probability)
            else {
                throw EndpointUsageError(
                    "--fail \"\(text)\": accepted is MODE:PROBABILITY with a probability from 0 to 1 and MODE one of "
                        + FailureMode.accepted)
            }
            entries.append((mode, probability))
        }
        let sum = entries.reduce(0) { $0 + $1.probability }
        guard sum <= 1 + 1e-9 else {
            throw EndpointUsageError("--fail: the probabilities add up to \(sum); accepted is at most 1")
        }
    }

    /// The mode that a draw in [0, 1) selects, if any.
    func mode(at draw: Double) -> FailureMode? {
        var bound = 0.0
        for entry in entries {
            bound += entry.probability
            if draw < bound { return entry.mode }
        }
        return nil
    }

    var isEmpty: Bool { entries.isEmpty }

    package static func == (a: FailurePlan, b: FailurePlan) -> Bool {
        a.entries.elementsEqual(b.entries) { $0 == $1 }
    }
}
