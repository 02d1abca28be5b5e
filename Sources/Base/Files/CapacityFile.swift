// What the files of a search for a server's capacity are called. The generator names them so and the command that fetches them looks
// for them so; neither knows the other.

package enum CapacityFile {
    /// What the search came to so far: written anew after each probe.
    package static let result = "capacity.json"
    /// More than any search takes: a bracket, its halving, five confirmations, each repeated as often as a suspect generator may.
    package static let mostProbes = 100

    /// Of probe `number`, from 1, in the directory of all: a whole run with summary and records of its own.
    package static func directory(_ number: Int) -> String { "probe-\(number)" }

    /// What belongs to probe `number` and lies beside what belongs to others: `x` is `x_probe2`.
    package static func named(_ name: String, probe number: Int) -> String { "\(name)_probe\(number)" }
}
