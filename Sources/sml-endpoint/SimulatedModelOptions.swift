// How the simulated model behaves.

import ArgumentParser
import Endpoint

struct SimulatedModelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Time to the first token, a TIME.", valueName: "time"))
    var ttft = "50ms"

    @Option(help: ArgumentHelp("Time per generated token, a TIME.", valueName: "time"))
    var timePerToken = "5ms"

    @Option(
        help: ArgumentHelp(
            "Answer length when ignore_eos does not force it to max_tokens, a LENGTH.", valueName: "length"))
    var outputTokens = "lognormal(128,0.5)"

    @Option(help: ArgumentHelp("Requests served at the same time.", valueName: "n"))
    var maxBatch = 256

    @Option(help: ArgumentHelp("Requests that may wait for a place; more get 503. (default: no bound)", valueName: "n"))
    var maxQueue: Int?

    @Option(
        help: ArgumentHelp(
            "Prompts remembered, the latest; a repeated one has a short --ttft and cached_tokens in its usage.", valueName: "n"))
    var prefixCache = 0

    @Option(
        help: ArgumentHelp("Time to the first token of a remembered prompt, a TIME. (default: a tenth of --ttft)", valueName: "time"))
    var cachedTtft: String?

    @Option(
        help: ArgumentHelp(
            "Times at the first request are FACTOR times as long, and fall linearly to what they are after TIME.",
            valueName: "factor:time"))
    var warmup: String?

    @Option(help: ArgumentHelp("Bytes of text in an answer. (default: 4 a token, at most 4096)", valueName: "n"))
    var answerBytes: Int?

    @Option(help: ArgumentHelp("Name in /v1/models; a completion echoes the request's own.", valueName: "name"))
    var model = "simulated"

    @Option(
        help: ArgumentHelp("A failure and its probability; may be given several times.", valueName: "mode:probability"))
    var fail: [String] = []

    @Option(help: ArgumentHelp("Seed of lengths, times and failures.", valueName: "n"))
    var seed: UInt64 = 1

    func apply(to configuration: inout EndpointConfiguration) throws(EndpointUsageError) {
        configuration.timeToFirstToken = try Distribution(parsing: ttft, unit: .duration, option: "--ttft")
        configuration.timePerToken = try Distribution(
            parsing: timePerToken, unit: .duration, option: "--time-per-token")
        configuration.outputTokens = try Distribution(parsing: outputTokens, unit: .count, option: "--output-tokens")
        configuration.maximumBatch = maxBatch
        configuration.maximumQueue = maxQueue
        configuration.prefixCache = prefixCache
        configuration.cachedTimeToFirstToken = try cachedTtft.map { (text) throws(EndpointUsageError) in
            try Distribution(parsing: text, unit: .duration, option: "--cached-ttft")
        }
        configuration.warmup = try warmup.map { (text) throws(EndpointUsageError) in try Warmup(parsing: text) }
        configuration.answerBytes = answerBytes
        configuration.model = model
        configuration.failures = try FailurePlan(parsing: fail)
        configuration.seed = seed
    }
}
