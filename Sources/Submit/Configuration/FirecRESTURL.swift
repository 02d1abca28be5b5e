// The addresses of FirecREST and its token server: secrets are sent there, so the way must be encrypted.

import Base
import Scenarios

enum FirecRESTURL {
    /// `text` without trailing slashes. Plain http is for this machine only.
    static func checked(_ text: String?, option: String) throws -> String {
        var address = (text ?? "")[...]
        while address.hasSuffix("/") { address.removeLast() }
        guard let url = HTTPURL(String(address)), url.isPlain, url.user == nil, url.query == nil, url.fragment == nil,
            url.scheme == .https || ["127.0.0.1", "localhost", "::1"].contains(url.host.lowercased()),
            address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            // Not repeated when it may hold a password.
            let shown = address.utf8.contains(UInt8(ascii: "@")) ? "this URL" : JSON.string(String(address)).shown
            throw SubmitError.usage(
                "\(option): \(shown) is not accepted; expected an absolute https:// URL without user name, query or "
                    + "fragment (http:// only for this machine)")
        }
        return String(address)
    }
}
