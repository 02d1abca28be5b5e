// What may differ between the two arms of `sml loadtest ab`, and how they are loaded. What is not given for an arm is what the
// options without a prefix say.

import ArgumentParser
import Base
import Loadtests
import Scenarios
import Submit

extension ArmDesign.Design: ExpressibleByArgument {}
extension ArmDesign.Cache: ExpressibleByArgument {}

struct ArmOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Server of arm A (default: --loadtest-server-url).", valueName: "url"))
    var aServerUrl: String?
    @Option(help: ArgumentHelp("Server of arm B (default: arm A's).", valueName: "url"))
    var bServerUrl: String?

    @Option(help: ArgumentHelp("Model that arm A asks for (default: --loadtest-model).", valueName: "name"))
    var aModel: String?
    @Option(help: ArgumentHelp("Model that arm B asks for.", valueName: "name"))
    var bModel: String?

    @Option(help: ArgumentHelp("File with arm A's API key, mode 0600 (default: the key of both).", valueName: "file"))
    var aApiKeyFile: String?
    @Option(help: ArgumentHelp("File with arm B's API key.", valueName: "file"))
    var bApiKeyFile: String?

    @Option(help: ArgumentHelp("Output token limit of arm A, or 'prompt'.", valueName: "n|prompt"))
    var aMaxTokens: String?
    @Option(help: ArgumentHelp("Output token limit of arm B, or 'prompt'.", valueName: "n|prompt"))
    var bMaxTokens: String?

    @Option(help: ArgumentHelp("Temperature of arm A.", valueName: "number"))
    var aTemperature: Double?
    @Option(help: ArgumentHelp("Temperature of arm B.", valueName: "number"))
    var bTemperature: Double?

    @Option(help: ArgumentHelp("JSON object merged over the body of arm A's requests.", valueName: "json"))
    var aRequestBody: String?
    @Option(help: ArgumentHelp("JSON object merged over the body of arm B's requests.", valueName: "json"))
    var bRequestBody: String?

    @Option(help: ArgumentHelp("Time limit of arm A's requests.", valueName: "duration"))
    var aRequestTimeout: String?
    @Option(help: ArgumentHelp("Time limit of arm B's requests.", valueName: "duration"))
    var bRequestTimeout: String?

    @Option(help: ArgumentHelp("System prompt of arm A.", valueName: "text"))
    var aSystemPrompt: String?
    @Option(help: ArgumentHelp("System prompt of arm B.", valueName: "text"))
    var bSystemPrompt: String?

    @Flag(inversion: .prefixedNo, help: "Arm A generates until the token limit.")
    var aIgnoreEos: Bool?
    @Flag(inversion: .prefixedNo, help: "Arm B generates until the token limit.")
    var bIgnoreEos: Bool?

    @Flag(inversion: .prefixedNo, help: "Arm A asks for streams.")
    var aStream: Bool?
    @Flag(inversion: .prefixedNo, help: "Arm B asks for streams.")
    var bStream: Bool?

    @Option(
        help: ArgumentHelp(
            "duet: both arms at once, the same prompt at the same instant; abba: in turns, for arms that share a server or its GPUs; aa: "
                + "as duet, of two servers that should be alike, to learn how much such a pair differs.", valueName: "duet|abba|aa"))
    var design = ArmDesign.Design.duet

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

    /// - Parameters:
    ///   - server: of both, where an arm has none of its own.
    ///   - model: likewise.
    /// - Throws: ``SubmitError/usage(_:)``, ``ConfigurationError``.
    func requested(server: String, environment: [String: String]) throws -> RequestedArms {
        var a = ArmOverrides(), b = ArmOverrides()
        a.serverURL = try Self.server(aServerUrl, "--a-server-url")
        b.serverURL = try Self.server(bServerUrl, "--b-server-url") ?? a.serverURL
        a.model = aModel
        b.model = bModel
        a.maxTokens = try Self.limit(aMaxTokens, "--a-max-tokens")
        b.maxTokens = try Self.limit(bMaxTokens, "--b-max-tokens")
        a.requestTimeout = try Self.timeout(aRequestTimeout, "--a-request-timeout")
        b.requestTimeout = try Self.timeout(bRequestTimeout, "--b-request-timeout")
        a.systemPrompt = aSystemPrompt
        b.systemPrompt = bSystemPrompt
        (a.ignoreEOS, b.ignoreEOS, a.stream, b.stream) = (aIgnoreEos, bIgnoreEos, aStream, bStream)
        a.body = try Self.body(aRequestBody, temperature: aTemperature, "--a-request-body")
        b.body = try Self.body(bRequestBody, temperature: bTemperature, "--b-request-body")
        if let pairs {
            guard design == .abba else { throw SubmitError.usage("--pairs: is for --design abba") }
            _ = try OptionValue.count(pairs, option: "--pairs", in: ArmDesign.fewestPairs...ArmDesign.mostPairs)
        }
        if design != .aa, a == b, aApiKeyFile == bApiKeyFile {
            throw SubmitError.usage(
                "the arms are alike: say what differs with --b-server-url, --b-model, …, or measure the noise of the pair with --design aa")
        }
        // Last, because a key may be on a pipe.
        a.apiKey = try aApiKeyFile.flatMap { try APIKey.read(file: $0, option: "--a-api-key-file", environment: environment) }
        b.apiKey = try bApiKeyFile.flatMap { try APIKey.read(file: $0, option: "--b-api-key-file", environment: environment) }
        let isOneServer = (a.serverURL ?? server) == (b.serverURL ?? server)
        return RequestedArms(
            a: a, b: b,
            design: ArmDesign(
                design: design, cache: cache ?? (isOneServer ? .warm : .asIs), pairs: pairs ?? ArmDesign.fewestPairs))
    }

    private static func server(_ url: String?, _ option: String) throws -> String? {
        guard var url else { return nil }
        try OptionValue.serverURL(url, option: option)
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    private static func limit(_ text: String?, _ option: String) throws -> String? {
        if let text { try OptionValue.maxTokens(text, option: option) }
        return text
    }

    private static func timeout(_ text: String?, _ option: String) throws -> String? {
        if let text { _ = try OptionValue.duration(text, option: option, atLeast: .milliseconds(1)) }
        return text
    }

    private static func body(_ text: String?, temperature: Double?, _ option: String) throws -> JSON? {
        let temperature = temperature.map { JSON.object([("temperature", .double($0))]) }
        guard let text else { return temperature }
        guard let body = try? JSON.parse(Array(text.utf8)), case .object = body else {
            throw SubmitError.usage(
                "\(option): \(JSON.string(text).shown) is not accepted; expected a JSON object such as {\"top_p\": 0.9}")
        }
        return temperature.map { body.merging($0) } ?? body
    }
}
