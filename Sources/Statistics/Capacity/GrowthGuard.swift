// Whether a queue grows beyond doubt while the load goes on: the overload of a whole run, asked again and again. What is asked so often
// must not be answered by chance, so that far more is required than of a run that is over; a server a few per cent too slow is
// left to the end of its probe (docs/CAPACITY.md).

import Glibc

package struct GrowthGuard: Sendable {
    /// What decided.
    package struct Growth: Sendable, Equatable {
        /// Requests in flight in the first and in the last quarter, on average.
        package var first, last: Double
        /// Of what was looked at.
        package var seconds: Double

        package init(first: Double, last: Double, seconds: Double) {
            self.first = first
            self.last = last
            self.seconds = seconds
        }
    }

    /// Arrivals per second.
    private let rate: Double
    /// The shortest that is looked at, seconds.
    private let shortest: Double
    /// Instants in seconds and requests in flight.
    private var samples: [(at: Double, inFlight: Double)] = []
    /// When the load had filled an empty server.
    private var filled: Double?

    /// The server must answer fewer than nine of ten arrivals.
    private static let excess = 0.1
    private static let ratio = 2.0
    /// In square roots of what was in flight before, from the start to the middle of the span: of a queue of random arrivals that stands
    /// still, its standard deviations. Of what the first quarter had they would be asked again and again until that was little.
    private static let deviations = 8.0
    /// Of one place and answers of very different lengths a few more are a matter of one long answer: of 1,680 simulated probes at half
    /// load 10 were ended that had grown by 10 or more, 5 by 20.
    private static let least = 20.0
    /// Seconds; of the same 5 were ended after 5, none after 18.
    private static let shortestSpan = 10.0
    /// Each quarter must add half of an even share of the growth: a stall that is over, or has just begun, is a step.
    private static let evenness = 1.0 / 6
    /// Answers after which something is known of how long they take.
    private static let answers = 20

    /// - Parameter shortest: seconds; below ten a pause of the server's looks like the end of it.
    package init(rate: Double, shortest: Double) {
        self.rate = rate
        self.shortest = max(Self.shortestSpan, shortest)
    }

    /// Takes in a sample, in the order of time, some a second. Returns the growth once it is beyond doubt.
    ///
    /// - Parameter answered: requests that have ended so far.
    package mutating func add(inFlight: Int, answered: Int, at seconds: Double) -> Growth? {
        // As long again as the first answers took: by then nearly as many leave as come, if they ever will.
        if filled == nil, answered >= Self.answers { filled = 2 * seconds }
        guard let filled, seconds >= filled else { return nil }
        samples.append((seconds, Double(inFlight)))
        // Spares most looks at servers that are well.
        guard Double(inFlight) >= max(Self.least, Self.excess * rate * shortest * 0.75) else { return nil }
        // Shorter than answers take, a queue comes and goes.
        let shortest = max(shortest, filled)
        for span in [shortest, 2 * shortest, seconds - filled] where span >= shortest && seconds - filled >= span {
            if let growth = growth(over: span, until: seconds) { return growth }
        }
        return nil
    }

    private func growth(over span: Double, until end: Double) -> Growth? {
        var sums = [0.0, 0, 0, 0]
        var counts = [0.0, 0, 0, 0]
        var before = (sum: 0.0, count: 0.0)
        for sample in samples {
            if end - sample.at > span / 2 { before = (before.sum + sample.inFlight, before.count + 1) }
            let quarter = 3 - Int((end - sample.at) / span * 4)
            guard quarter >= 0 else { continue }
            sums[quarter] += sample.inFlight
            counts[quarter] += 1
        }
        guard counts.allSatisfy({ $0 >= 3 }) else { return nil }
        let means = zip(sums, counts).map { $0 / $1 }
        let growth = means[3] - means[0]
        // The middles of first and last quarter are three quarters apart.
        guard means[3] >= Self.ratio * means[0], growth >= Self.excess * rate * span * 0.75,
            growth >= max(Self.least, Self.deviations * max(1, before.sum / before.count).squareRoot()),
            (1...3).allSatisfy({ means[$0] - means[$0 - 1] >= Self.evenness * growth })
        else { return nil }
        return Growth(first: means[0], last: means[3], seconds: span)
    }
}
