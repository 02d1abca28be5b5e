// `--name`: what a run is called in 'sml loadtest list' and 'compare'.

import ArgumentParser
import Base
import Loadtests

struct NameOption: ParsableArguments {
    @Option(help: ArgumentHelp("Call the run so in 'sml loadtest list' and 'compare'; no other run's name.", valueName: "name"))
    var name: String?

    /// Said before anything is written or started.
    func check(_ environment: [String: String]) throws {
        if let name { try RunNames(environment: environment).requireFree(name) }
    }
}
