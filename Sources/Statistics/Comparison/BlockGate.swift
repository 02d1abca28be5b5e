// Blocks in which the generator was late say more about it than about the servers. They leave the comparison in both arms, so
// that what is left is still paired.

package enum BlockGate {
    private static let mostRelativeLateness = 0.02

    /// Whether a block stays of which the larger mean lateness of both arms, over the median latency, is `lateness`.
    package static func keeps(_ lateness: Double) -> Bool { lateness <= mostRelativeLateness }

    /// The differences of blocks in which neither arm's mean lateness was above 2 % of its median latency, and how many were
    /// left out. `lateness`: by block, the larger of both arms.
    package static func keep(_ differences: [Double], lateness: [Double]) -> (kept: [Double], late: Int) {
        let kept = zip(differences, lateness).filter { keeps($0.1) }.map(\.0)
        return (kept, differences.count - kept.count)
    }

    /// Whether enough blocks are left for a verdict.
    package static func suffices(_ kept: [Double]) -> Bool { kept.count >= BlockPlan.fewest }
}
