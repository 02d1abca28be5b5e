// The addresses of FirecREST and its token server: secrets are sent there, so the way must be encrypted.

import Base
import Scenarios

enum FirecRESTURL {
    /// `text` without trailing slashes. Plain http is for this machine only.
    static func checked(_ text: String?, option: String) throws -> String {
        var url = (text ?? "")[...]
        while url.hasSuffix("/") { url.removeLast() }
        let lower = url.lowercased()
        let scheme = ["https://", "http://"].first { lower.hasPrefix($0) } ?? ""
        let authority = lower.dropFirst(scheme.count).prefix { $0 != "/" }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        let isSafe = scheme == "https://" || ["127.0.0.1", "localhost", "[::1]"].contains(host)
        guard !scheme.isEmpty, !authority.isEmpty, isSafe, !authority.contains("@"),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !url.contains("?"), !url.contains("#")
        else {
            // Not repeated when it may hold a password.
            let shown = url.utf8.contains(UInt8(ascii: "@")) ? "this URL" : ConfigValue.string(String(url)).shown
            throw SubmitError.usage(
                "\(option): \(shown) is not accepted; expected an absolute https:// URL without user name, query or "
                    + "fragment (http:// only for this machine)")
        }
        return String(url)
    }
}
