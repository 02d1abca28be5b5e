// An arrival rate that is any number, in the whole arrivals per time unit that executors and k6 have: 12.5/s is 125 in 10 s.

import Base

struct SteadyRate {
    let rate: Int
    let timeUnit: Duration
    /// At least the scenario's, and so many that a server which answers within a minute is not waited for.
    let maxVUs: Int

    private static let seconds = 60.0

    /// - Parameter load: arrivals per second, of a few digits; at least a millionth.
    init(_ load: Double, users: Int) {
        var (scaled, unit) = (load, 1)
        // As many digits as a search has, but no more than a number of nanoseconds holds.
        while scaled.rounded() != scaled || scaled < 1, unit < 1_000_000 {
            unit *= 10
            scaled = (load * Double(unit) * 1e6).rounded() / 1e6
        }
        rate = max(1, Int(scaled.rounded()))
        timeUnit = .seconds(unit)
        maxVUs = max(users, min(ExecutorFields.mostVUs, Int((load * Self.seconds).rounded(.up))))
    }
}
