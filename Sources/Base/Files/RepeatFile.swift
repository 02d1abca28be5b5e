// What the files of a plan that is run several times are called. The generator names them so and the command that fetches them
// looks for them so; neither knows the other.

package enum RepeatFile {
    /// How often a plan can be run by one command. A hundred runs of 15 minutes are a day.
    package static let most = 100
    /// What all runs came to together.
    package static let combined = "repeats.json"

    /// Of run `number`, from 1, in the directory of all.
    package static func directory(_ number: Int) -> String { "run-\(number)" }

    /// What belongs to run `number` and lies beside what belongs to others: `x` is `x_run2`.
    package static func named(_ name: String, run number: Int) -> String { "\(name)_run\(number)" }
}
