// How often a plan is run: an option of every command that runs one plan against one server.

import ArgumentParser
import Base
import Scenarios

struct RepeatOption: ParsableArguments {
    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp(
            "Run the plan N times, one run after the other with its own seeds, and tell what differs between runs; 5 or more are useful.",
            valueName: "n"))
    var count = 1

    func checked() throws(ConfigurationError) -> Int { try OptionValue.count(count, option: "--repeat", in: 1...RepeatFile.most) }
}
