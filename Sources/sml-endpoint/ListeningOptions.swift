// Where the endpoint listens, who may ask, and where it writes its log.

import ArgumentParser
import Endpoint
import Glibc

struct ListeningOptions: ParsableArguments {
    @Option(help: "Address to bind.")
    var host = "127.0.0.1"

    @Option(help: "Port to bind; 0 takes a free one.")
    var port = 0

    @Option(help: "Event loops; one serves 20,000 requests/s.")
    var threads = 1

    @Option(
        help: ArgumentHelp(
            "Ask for 'Authorization: Bearer KEY' on /v1/ paths, KEY being this environment variable's value.",
            valueName: "name"))
    var apiKeyEnv: String?

    @Option(help: ArgumentHelp("Bytes of a request's body; a larger one gets 413.", valueName: "n"))
    var maxBody = 64 << 20

    @Option(
        help: ArgumentHelp(
            "Bytes of bodies in memory at once, over all connections; more is not read until there is room.", valueName: "n"))
    var maxBuffered = 512 << 20

    @Option(help: ArgumentHelp("Time for a request's headers, from its first byte; then 408.", valueName: "time"))
    var headerTimeout = "10s"

    @Option(help: ArgumentHelp("Time for a whole request, from its first byte; then 408.", valueName: "time"))
    var bodyTimeout = "120s"

    @Option(help: ArgumentHelp("Connections at once; more are closed. (default: what the limit of open files leaves)", valueName: "n"))
    var maxConnections: Int?

    @Option(help: ArgumentHelp("Write one CSV line per completion request to this file.", valueName: "file"))
    var log: String?

    @Option(help: ArgumentHelp("Stop when this process has ended.", valueName: "pid"))
    var whileProcess: Int32?

    private static func time(_ text: String, option: String) throws(EndpointUsageError) -> UInt64 {
        guard case .fixed(let nanoseconds) = try Distribution(parsing: text, unit: .duration, option: option), nanoseconds > 0 else {
            throw EndpointUsageError("\(option) \"\(text)\": accepted are times such as 500ms, 10s or 2m")
        }
        return UInt64(min(nanoseconds, 1e18))
    }

    func apply(to configuration: inout EndpointConfiguration) throws(EndpointUsageError) {
        configuration.host = host
        configuration.port = port
        configuration.threads = threads
        configuration.maximumBody = maxBody
        configuration.maximumBuffered = maxBuffered
        configuration.headerTimeout = try Self.time(headerTimeout, option: "--header-timeout")
        configuration.bodyTimeout = try Self.time(bodyTimeout, option: "--body-timeout")
        configuration.maximumConnections = maxConnections
        if let apiKeyEnv {
            guard let value = getenv(apiKeyEnv).map({ String(cString: $0) }), !value.isEmpty else {
                throw EndpointUsageError("--api-key-env \(apiKeyEnv): the environment variable is not set")
            }
            configuration.apiKey = value
        }
    }
}
