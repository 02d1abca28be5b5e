// How much of a run's head its steady figures leave out: by rule, nothing, or a fixed time. SML's users leave out the first
// 30 s; a rule finds out instead when latencies and the requests in flight had settled.

import Base

package enum WarmUpRule: Sendable, Equatable {
    case automatic
    /// Zero leaves out nothing.
    case fixed(Duration)

    static let accepted = "auto, none, or " + DurationGrammar.accepted

    /// As a scenario or an option has it; nil for anything else. A bare number would be k6's milliseconds, and is a mistake.
    init?(_ text: String) {
        switch text {
        case "auto": self = .automatic
        case "none": self = .fixed(.zero)
        default:
            guard let parsed = DurationGrammar.parse(text), !parsed.isBareNumber || parsed.duration == .zero,
                parsed.duration >= .zero
            else { return nil }
            self = .fixed(parsed.duration)
        }
    }

    /// As a scenario writes it.
    package var text: String {
        switch self {
        case .automatic: "auto"
        case .fixed(.zero): "none"
        case .fixed(let duration): DurationGrammar.format(duration)
        }
    }
}
