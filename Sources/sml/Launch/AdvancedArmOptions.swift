// `advanced --ab`: two launches in place of one, and how they are loaded.

import ArgumentParser
import Base
import Loadtests
import Scenarios
import Submit

struct AdvancedArmOptions: ParsableArguments {
    @Flag(help: "Launch two models, A and B, load both at once under one schedule, and say whether they differ.")
    var ab = false

    @OptionGroup var requests: ArmRequestOptions
    @OptionGroup var loading: ArmLoadingOptions

    /// - Parameter given: options of either launch that somebody gave.
    /// - Throws: ``SubmitError/usage(_:)``, ``ConfigurationError``.
    func check(
        given launches: [String], _ launch: LaunchOptions, repeats: Int, name: String?, _ environment: [String: String]
    ) throws {
        guard ab else {
            guard let option = (launches + requests.given + loading.given).first else { return }
            throw SubmitError.usage("\(option): needs --ab")
        }
        guard loading.design != .abba else {
            throw SubmitError.usage(
                "--design abba: is for arms that share a server; of two launches the one that waits for its turn would hold its nodes. "
                    + "Leave it out, and both are loaded at once; where only one fits at a time, --repeat \(Self.usefulRepeats) "
                    + "--cancel-after-loadtest launches them in turns")
        }
        try loading.check()
        guard repeats > 1 else { return }
        guard launch.cancelAfterLoadtest else {
            throw SubmitError.usage("--repeat: with --ab needs --cancel-after-loadtest: each launch makes room for the next one")
        }
        for (option, isGiven) in [("--design duet", loading.design == .duet), ("--cache", loading.cache != nil)] where isGiven {
            throw SubmitError.usage("\(option): is for arms that are loaded at once, and --repeat launches them in turns")
        }
        guard let name else { return }
        for pair in 0..<repeats {
            for arm in 0..<2 { try RunNames(environment: environment).requireFree(PreparedLoadtest.name(name, arm: arm, pair: pair)) }
        }
    }

    /// Pairs of runs from which an interval between them says something.
    private static let usefulRepeats = 5

    func requested() throws -> RequestedArms {
        let (a, b) = try requests.overrides()
        // Each launch has a cache of its own.
        return RequestedArms(a: a, b: b, design: try loading.chosen(cache: .asIs))
    }
}
