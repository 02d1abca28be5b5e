// How near to its objectives a server is at each load that was tried, and the load at which a line through that meets a wanted distance.
// It chooses what to try next and proves nothing: a confirmation has fresh data of its own (docs/STATISTICS.md#capacity).

import Glibc

/// What a window says of the objective that is nearest to its limit.
package struct CapacityStrain: Sendable, Equatable {
    /// ln(value / limit), of shares ln(what is bad / what may be bad): 0 at the limit, negative where there is room.
    package var value: Double
    /// Its standard deviation; nil where nothing could be bounded.
    package var spread: Double?
    /// Of the window.
    package var seconds: Double

    package init(value: Double, spread: Double? = nil, seconds: Double) {
        self.value = value
        self.spread = spread
        self.seconds = seconds
    }

    /// Whether a later look may confirm, if the value is as much better as a standard deviation makes it and the deviation falls with
    /// the root of time. Leaving sooner costs load, staying longer costs time: half a deviation saved 5 to 10 %
    /// of the time and cost 0.1 (eight places) to 0.8 % (two) of load.
    package func isHopeful(_ later: [CapacitySearch.Look]) -> Bool {
        guard let spread else { return value < 0 && !later.isEmpty }
        return later.contains { look in
            spread - value >= spread * (seconds / look.seconds).squareRoot() * Normal.quantile(upperTail: look.tail)
        }
    }
}

struct CapacityCurve: Sendable, Equatable {
    private struct Point: Sendable, Equatable { var load, strain, weight: Double }

    private var points: [Point] = []

    /// Further from the limit than this the curve is another: flat below, where only services count, and a wall above.
    private static let near = 0.25
    /// Of the logarithms, before anything is known, and as much weight as a probe's worth of data spread by a tenth.
    private static let slope = 1.5
    private static let slopeWeight = 0.01
    private static let slopes = 0.4...8.0

    /// - Parameter weight: the window's length, in probes.
    mutating func add(_ strain: Double, at load: Double, weight: Double) {
        guard load > 0, strain.isFinite, abs(strain) < Self.near else { return }
        let nearness = 1 - strain * strain / (Self.near * Self.near)
        points.append(Point(load: log(load), strain: strain, weight: weight * nearness * nearness))
    }

    /// Weighted least squares; nil before there is a point near the limit.
    private var line: (slope: Double, atOne: Double)? {
        let total = points.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return nil }
        func mean(_ member: KeyPath<Point, Double>) -> Double { points.reduce(0) { $0 + $1.weight * $1[keyPath: member] } / total }
        let (load, strain) = (mean(\.load), mean(\.strain))
        var (squares, products) = (Self.slopeWeight, Self.slopeWeight * Self.slope)
        for point in points {
            squares += point.weight * (point.load - load) * (point.load - load)
            products += point.weight * (point.load - load) * (point.strain - strain)
        }
        let slope = min(max(products / squares, Self.slopes.lowerBound), Self.slopes.upperBound)
        return (slope, strain - slope * load)
    }

    /// How much the logarithm of the strain's ratio grows with that of the load.
    var slope: Double? { line?.slope }

    /// The load whose strain is `strain`.
    func load(at strain: Double) -> Double? { line.map { exp((strain - $0.atOne) / $0.slope) } }
}
