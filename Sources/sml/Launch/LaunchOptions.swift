// What the two commands that launch a model have in common beyond the load test.

import ArgumentParser
import Base
import Loadtests
import Models
import Submit

struct LaunchOptions: ParsableArguments {
    @Flag(help: "When the load test has ended, however it did, cancel the model's job.")
    var cancelAfterLoadtest = false

    @Option(help: ArgumentHelp("Write the job scripts into this directory; submit nothing.", valueName: "dir"))
    var outputScript: String?

    @Flag(
        name: [.customLong("disable-ocf"), .customLong("disable-opentela")],
        help: "Do not make the model known to OpenTela; without --loadtest-server-url its job is tested directly.")
    var disableOcf = false

    @Option(
        name: [.customLong("otela-bootstrap-addr"), .customLong("opentela-bootstrap-addr")],
        help: ArgumentHelp("Peer of OpenTela to join at.", valueName: "multiaddr"))
    var otelaBootstrapAddr: String?

    @Flag(help: "Join the development network of OpenTela.")
    var dev = false

    /// - Throws: ``SubmitError/usage(_:)`` for options that contradict each other.
    func check(_ cluster: ClusterOptions, environment: [String: String]) throws {
        if cancelAfterLoadtest, !cluster.waitForLoadtest {
            throw SubmitError.usage("--cancel-after-loadtest: needs --wait-for-loadtest")
        }
        if disableOcf {
            for (option, isGiven) in [("--otela-bootstrap-addr", otelaBootstrapAddr != nil), ("--dev", dev)] where isGiven {
                throw SubmitError.usage("\(option): contradicts --disable-ocf")
            }
            if cluster.chosenServer(environment) == nil, !cluster.waitUntilHealthy {
                throw SubmitError.usage(
                    "--no-wait-until-healthy: needs --loadtest-server-url: with --disable-ocf the model's address is known only once it runs"
                )
            }
        }
    }

    func launching(_ test: PreparedLoadtest, pairs: Int = 1) -> LaunchThenTest {
        LaunchThenTest(test: test, outputScript: outputScript, cancelsAfter: cancelAfterLoadtest, pairs: pairs)
    }

    /// Nil where it is disabled.
    func openTela() throws -> OpenTela? {
        guard !disableOcf else { return nil }
        if dev, otelaBootstrapAddr != nil { say("sml: warning: --otela-bootstrap-addr: wins over the peer of --dev") }
        return try OpenTela(bootstrapAddress: otelaBootstrapAddr ?? OpenTela.standardAddress, isDevelopment: dev)
    }
}
