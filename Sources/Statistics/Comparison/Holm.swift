// Several percentiles are several chances to be fooled. Holm's procedure (Scandinavian Journal of Statistics 6, 1979) keeps
// the probability of any false alarm at the promised level, and needs nothing known about how the figures hang together.

package enum Holm {
    /// Which hypotheses fall: the smallest of m probabilities is held against level/m, the next against level/(m − 1), until
    /// one stands.
    package static func rejected(_ probabilities: [Double], level: Double = 0.05) -> [Bool] {
        var rejected = [Bool](repeating: false, count: probabilities.count)
        let ascending = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
        for (place, index) in ascending.enumerated() {
            guard probabilities[index] <= level / Double(probabilities.count - place) else { break }
            rejected[index] = true
        }
        return rejected
    }
}
