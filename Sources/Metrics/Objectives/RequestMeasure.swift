// What one request adds to a metric, where that can be said: the values that an interval is made of. Trends keep no order in
// time, and an interval without it takes requests that shared one stall for independent.

import Generator

/// A request that ran to its end.
struct FinishedRequest: Sendable {
    /// The final exchange.
    let record: RunRecord
    /// Of the first hop; `scheduled` is nil in a closed loop.
    let started: Int64
    let scheduled: Int64?
    let succeeded: Bool
}

/// How a metric is read off one request; nil where it has no part in it.
enum RequestMeasure: Sendable {
    /// A value of a trend.
    case number(@Sendable (FinishedRequest) -> Double?)
    /// A sample of a rate.
    case hit(@Sendable (FinishedRequest) -> Bool?)

    /// Nil for metrics of which a request has more than one value, or none of its own.
    static func of(_ metric: Metric, objective: RequestGoodness?) -> RequestMeasure? {
        switch metric.source {
        case .succeeded(let read): return .number { $0.succeeded ? read($0.record) : nil }
        case .streamed(let read):
            return .number {
                guard $0.succeeded, $0.record.firstToken >= 0 else { return nil }
                return read(StreamedRequest(record: $0.record, started: $0.started, scheduled: $0.scheduled))
            }
        default: break
        }
        switch metric.name {
        case .endToEnd: return .number { milliseconds($0.record.end - $0.started) }
        case .successLatency: return .number { $0.succeeded ? milliseconds($0.record.end - $0.started) : nil }
        case .failureLatency: return .number { $0.succeeded ? nil : milliseconds($0.record.end - $0.started) }
        case .fromSchedule: return .number { request in request.scheduled.map { milliseconds(request.record.end - $0) } }
        case .successFromSchedule:
            return .number { request in request.succeeded ? request.scheduled.map { milliseconds(request.record.end - $0) } : nil }
        case .tokensPerSecond:
            return .number {
                let elapsed = $0.record.end - $0.started
                guard $0.succeeded, $0.record.completionTokens >= 0, elapsed > 0 else { return nil }
                return Double($0.record.completionTokens) / (Double(elapsed) / 1e9)
            }
        case .promptTokens: return .number { $0.succeeded && $0.record.promptTokens >= 0 ? Double($0.record.promptTokens) : nil }
        case .completionTokens:
            return .number { $0.succeeded && $0.record.completionTokens >= 0 ? Double($0.record.completionTokens) : nil }
        case .successRate: return .hit(\.succeeded)
        case .failedExchanges: return .hit { !(200...399).contains($0.record.status) }
        case .goodput: return objective.map { objective in .hit { objective.isMet(by: $0) } }
        default: return nil
        }
    }
}
