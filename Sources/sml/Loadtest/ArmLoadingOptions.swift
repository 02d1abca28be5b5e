// How two arms are loaded: options of `ab` and of `advanced --ab`.

import ArgumentParser
import Base
import Scenarios
import Submit

extension ArmDesign.Design: ExpressibleByArgument {}
extension ArmDesign.Cache: ExpressibleByArgument {}

struct ArmLoadingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "duet: both arms at once, the same prompt at the same instant; abba: in turns, for arms that share a server or its GPUs; aa: "
                + "as duet, of two servers that should be alike, to learn how much such a pair differs (default: duet).",
            valueName: "duet|abba|aa"))
    var design: ArmDesign.Design?

    @Option(
        help: ArgumentHelp(
            "With --design abba: blocks of each arm, \(ArmDesign.fewestPairs) or more; each is that part of the scenario's duration. "
                + "(default: \(ArmDesign.fewestPairs))", valueName: "n"))
    var pairs: Int?

    @Option(
        help: ArgumentHelp(
            "What is done about prompts that servers remember. warm: one pass over the corpus to each arm first; nonce: a beginning "
                + "of its own for every prompt of an arm and pass; as-is: nothing (default: warm for arms on one server, else as-is).",
            valueName: "warm|nonce|as-is"))
    var cache: ArmDesign.Cache?

    @Option(help: ArgumentHelp("In the comparison at the end take differences up to this for none (default: 0%).", valueName: "percentage"))
    var tolerance: String?

    /// Those that somebody gave.
    var given: [String] {
        [("--design", design != nil), ("--pairs", pairs != nil), ("--cache", cache != nil), ("--tolerance", tolerance != nil)]
            .filter(\.1).map(\.0)
    }

    func check() throws {
        guard let pairs else { return }
        guard design == .abba else { throw SubmitError.usage("--pairs: is for --design abba") }
        _ = try OptionValue.count(pairs, option: "--pairs", in: ArmDesign.fewestPairs...ArmDesign.mostPairs)
    }

    /// - Parameter standard: where nobody said what is done about caches.
    /// - Throws: ``ConfigurationError`` for a tolerance that is none.
    func chosen(cache standard: ArmDesign.Cache) throws(ConfigurationError) -> ArmDesign {
        ArmDesign(
            design: design ?? .duet, cache: cache ?? standard, pairs: pairs ?? ArmDesign.fewestPairs,
            tolerance: try tolerance.map { (text) throws(ConfigurationError) in try Percentage.share(text, option: "--tolerance") } ?? 0)
    }
}
