// What two arms are compared by, and which way is worse.

import Statistics

/// A quantity of which two arms have a ratio.
package enum ComparedQuantity: String, Sendable, CaseIterable {
    /// End − started of succeeded requests.
    case latency
    case timeToFirstToken = "ttft"
    case timePerToken = "time_per_output_token"
    /// Requests that ended with success, per second.
    case throughput = "requests_per_second"
    case outputTokensPerSecond = "output_tokens_per_second"
    /// Succeeded of finished requests.
    case successRate = "success_rate"

    package static let percentiles = [0.5, 0.95, 0.99]
    /// Of the latency there are more to look at, which nothing is decided by: where in the distribution a difference lies.
    package static let shiftPercentiles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]

    /// Of which there are percentiles.
    package static let timed: [Self] = [.latency, .timeToFirstToken, .timePerToken]
    package static let counted: [Self] = [.throughput, .outputTokensPerSecond, .successRate]

    /// Whether more of it is worse.
    var quantity: Quantity { Self.timed.contains(self) ? .latency : .rate }

    /// As in `p95` and `first token p95`: the latency needs no name.
    package func name(p: Double?) -> String {
        let percentile = p.map { Figures.percentile($0) } ?? ""
        return switch self {
        case .latency: percentile
        case .timeToFirstToken: "first token " + percentile
        case .timePerToken: "time per token " + percentile
        case .throughput: "requests/s"
        case .outputTokensPerSecond: "output tokens/s"
        case .successRate: "success rate"
        }
    }

    /// `latency_p95`, `success_rate`: as documents have it.
    package func key(p: Double?) -> String {
        p.map { "\(rawValue)_\(Figures.percentile($0).replacing(".", with: "_"))" } ?? rawValue
    }

    /// Milliseconds of a request; nil where it has none.
    func value(_ request: ComparedRequest) -> Double? {
        guard request.outcome == .succeeded else { return nil }
        switch self {
        case .latency: return Double(request.latency) / 1e6
        case .timeToFirstToken: return request.timeToFirstToken.isNaN ? nil : Double(request.timeToFirstToken)
        case .timePerToken: return request.timePerToken.isNaN ? nil : Double(request.timePerToken)
        case .throughput, .outputTokensPerSecond, .successRate: return nil
        }
    }
}
