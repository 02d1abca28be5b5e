// Redirects are followed here and not by libcurl, because k6 measures every hop as a request of its own and because
// the API key must not travel: it goes on only to the same scheme, host and port.

import Base
import CLibcurl

/// A redirect to follow.
struct Redirect {
    /// After ten, the last 3xx is the answer (k6 §5).
    static let limit = 10

    var url: String
    /// 307 and 308 repeat the POST; 301, 302 and 303 turn it into a GET.
    var keepsBody: Bool
    /// Credentials, and whatever headers of the scenario are not known to be harmless, may go along.
    var authorized: Bool
    /// The proxy it goes through; nil for none.
    var proxy: String?

    /// Through a proxy that cannot be used nothing goes, and not past it either: a name that never resolves (RFC 2606) makes
    /// of it a failure that is counted.
    private static let nowhere = "http://unusable-proxy.invalid"

    /// The redirect that `easy`'s completed exchange asks for; `nil` when it asks for none we follow.
    init?(easy: UnsafeMutableRawPointer, status: UInt16, from settings: TransferSettings) {
        switch status {
        case 301, 302, 303: keepsBody = false
        case 307, 308: keepsBody = true
        default: return nil
        }
        guard let location = sml_easy_get_string(easy, CURLINFO_REDIRECT_URL) else { return nil }
        url = String(cString: location)
        guard let target = HTTPURL(url) else { return nil }
        authorized = settings.url.hasOrigin(of: target)
        do throws(ConfigurationError) {
            proxy = try settings.proxies.proxy(for: target)
        } catch {
            proxy = Self.nowhere
        }
    }
}
