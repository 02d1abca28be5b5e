// What went wrong, in a dozen words: few enough for a stacked panel, and none that a server can invent.

import Metrics

/// The `category` of `sml_errors_total`.
enum FailureCategory: String, CaseIterable {
    /// The request's own time limit.
    case timeout
    /// The server's name could not be resolved.
    case dns
    /// No connection came about.
    case connect
    case tls
    /// A connection broke, was closed, or did not speak HTTP.
    case connection
    case http2
    case http429 = "http_429"
    case http4xx = "http_4xx"
    case http5xx = "http_5xx"
    /// An answer without an error status and without a completion.
    case content
    case other

    /// k6's codes (k6 §5.1) by their groups.
    init(_ key: FailureStatistics.Key) {
        guard key.content == .none else {
            self = .content
            return
        }
        self =
            switch key.errorCode {
            case 1050: .timeout
            case 1100..<1200: .dns
            case 1210..<1220: .connect
            case 1000, 1200..<1300: .connection
            case 1010, 1300..<1400: .tls
            case 1429: .http429
            case 1400..<1500: .http4xx
            case 1500..<1600: .http5xx
            case 1600..<1700: .http2
            case 1701: .content
            default: .other
            }
    }
}
