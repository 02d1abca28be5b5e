// The two servers of `sml loadtest ab`. What is not given for an arm is what the options without a prefix say.

import ArgumentParser
import Base
import Loadtests
import Scenarios
import Submit

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

    @OptionGroup var requests: ArmRequestOptions
    @OptionGroup var loading: ArmLoadingOptions

    /// - Parameters:
    ///   - server: of both, where an arm has none of its own.
    ///   - environment: this command's.
    /// - Throws: ``SubmitError/usage(_:)``, ``ConfigurationError``.
    func requested(server: String, environment: [String: String]) throws -> RequestedArms {
        var (a, b) = try requests.overrides()
        a.serverURL = try Self.server(aServerUrl, "--a-server-url")
        b.serverURL = try Self.server(bServerUrl, "--b-server-url") ?? a.serverURL
        a.model = aModel
        b.model = bModel
        try loading.check()
        if loading.design != .aa, a == b, aApiKeyFile == bApiKeyFile {
            throw SubmitError.usage(
                "the arms are alike: say what differs with --b-server-url, --b-model, …, or measure the noise of the pair with --design aa")
        }
        // Last, because a key may be on a pipe.
        a.apiKey = try aApiKeyFile.flatMap { try APIKey.read(file: $0, option: "--a-api-key-file", environment: environment) }
        b.apiKey = try bApiKeyFile.flatMap { try APIKey.read(file: $0, option: "--b-api-key-file", environment: environment) }
        let isOneServer = (a.serverURL ?? server) == (b.serverURL ?? server)
        return RequestedArms(a: a, b: b, design: try loading.chosen(cache: isOneServer ? .warm : .asIs))
    }

    private static func server(_ url: String?, _ option: String) throws -> String? {
        guard var url else { return nil }
        try OptionValue.serverURL(url, option: option)
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }
}
