// Blocks in which the generator was late say more about it than about the servers. They leave the comparison in both arms, so
// that what is left is still paired.

package enum BlockGate {
    private static let mostRelativeLateness = 0.02

    /// The differences of blocks in which neither arm's mean lateness was above 2 % of its median latency, and how many were
    /// left out. `lateness`: by block, the larger of both arms.
    package static func keep(_ differences: [Double], lateness: [Double]) -> (kept: [Double], late: Int) {
        let kept = zip(differences, lateness).filter { $0.1 <= mostRelativeLateness }.map(\.0)
        return (kept, differences.count - kept.count)
    }

    /// Whether enough blocks are left for a verdict.
    package static func suffices(_ kept: [Double]) -> Bool { kept.count >= BlockPlan.fewest }
}
