// How answers to requests with "stream": true come.

import ArgumentParser
import Endpoint

struct StreamOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Tokens in a chunk, a LENGTH, at least 1.", valueName: "length"))
    var tokensPerChunk = "1"

    @Option(help: ArgumentHelp("How much later than simulated a chunk leaves, a TIME.", valueName: "time"))
    var jitter = "0"

    @Option(
        help: ArgumentHelp(
            "A pause in a stream: tokens before it, its time, its probability.", valueName: "tokens:time:probability"))
    var stall: String?

    @Option(
        help: ArgumentHelp("Where usage stands: asked (as stream_options says), never, last, every (chunk).", valueName: "where"))
    var streamUsage = StreamUsage.asked.rawValue

    @Option(help: ArgumentHelp("Tokens of an answer that are reasoning_content before its text, a LENGTH.", valueName: "length"))
    var reasoningTokens: String?

    @Flag(help: "Send head and role when the request arrives, not with the first token.")
    var roleEarly = false

    func apply(to configuration: inout EndpointConfiguration) throws(EndpointUsageError) {
        configuration.streams.tokensPerChunk = try Distribution(parsing: tokensPerChunk, unit: .count, option: "--tokens-per-chunk")
        configuration.streams.jitter = try Distribution(parsing: jitter, unit: .duration, option: "--jitter")
        configuration.streams.stall = try stall.map { (text) throws(EndpointUsageError) in try Stall(parsing: text) }
        guard let usage = StreamUsage(rawValue: streamUsage) else {
            let accepted = StreamUsage.allCases.map(\.rawValue).joined(separator: ", ")
            throw EndpointUsageError("--stream-usage \"\(streamUsage)\": accepted are \(accepted)")
        }
        configuration.streams.usage = usage
        configuration.streams.reasoningTokens = try reasoningTokens.map { (text) throws(EndpointUsageError) in
            try Distribution(parsing: text, unit: .count, option: "--reasoning-tokens")
        }
        configuration.streams.sendsRoleEarly = roleEarly
    }
}
