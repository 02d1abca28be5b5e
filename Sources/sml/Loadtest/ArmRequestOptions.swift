// What the requests of two arms may differ in, whoever serves them: options of `ab` and of `advanced --ab`.

import ArgumentParser
import Base
import Scenarios
import Submit

struct ArmRequestOptions: ParsableArguments {
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

    /// Those that somebody gave.
    var given: [String] {
        let all: [(String, Bool)] = [
            ("--a-max-tokens", aMaxTokens != nil), ("--b-max-tokens", bMaxTokens != nil), ("--a-temperature", aTemperature != nil),
            ("--b-temperature", bTemperature != nil), ("--a-request-body", aRequestBody != nil), ("--b-request-body", bRequestBody != nil),
            ("--a-request-timeout", aRequestTimeout != nil), ("--b-request-timeout", bRequestTimeout != nil),
            ("--a-system-prompt", aSystemPrompt != nil), ("--b-system-prompt", bSystemPrompt != nil),
            ("--a-ignore-eos", aIgnoreEos != nil), ("--b-ignore-eos", bIgnoreEos != nil), ("--a-stream", aStream != nil),
            ("--b-stream", bStream != nil),
        ]
        return all.filter(\.1).map(\.0)
    }

    /// - Throws: ``SubmitError/usage(_:)``, ``ConfigurationError``.
    func overrides() throws -> (a: ArmOverrides, b: ArmOverrides) {
        var a = ArmOverrides(), b = ArmOverrides()
        a.maxTokens = try Self.limit(aMaxTokens, "--a-max-tokens")
        b.maxTokens = try Self.limit(bMaxTokens, "--b-max-tokens")
        a.requestTimeout = try Self.timeout(aRequestTimeout, "--a-request-timeout")
        b.requestTimeout = try Self.timeout(bRequestTimeout, "--b-request-timeout")
        a.systemPrompt = aSystemPrompt
        b.systemPrompt = bSystemPrompt
        (a.ignoreEOS, b.ignoreEOS, a.stream, b.stream) = (aIgnoreEos, bIgnoreEos, aStream, bStream)
        a.body = try Self.body(aRequestBody, temperature: aTemperature, "--a-request-body")
        b.body = try Self.body(bRequestBody, temperature: bTemperature, "--b-request-body")
        return (a, b)
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
