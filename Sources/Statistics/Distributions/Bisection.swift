// Where a falling function reaches a value. Quantiles are asked for a dozen times a run, so that the simplest method that
// cannot fail is the right one: no start value, no derivative.

enum Bisection {
    /// The x ≥ 0 with `function(x) == target`, to the last bits of a double. The function falls and is at least `target` at 0.
    static func fall(of function: (Double) -> Double, to target: Double) -> Double {
        var high = 1.0
        while function(high) > target, high < 1e15 { high *= 2 }
        var low = 0.0
        while true {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high else { return middle }
            if function(middle) > target { low = middle } else { high = middle }
        }
    }
}
