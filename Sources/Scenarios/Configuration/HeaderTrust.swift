// What may be done with a header that a scenario adds: whether its value is shown, and whether it may go to another server.
// Both from the name alone, so the doubtful is kept: vendors have a name of their own for their key (X-Auth-Token, apikey,
// Ocp-Apim-Subscription-Key, X-Goog-Api-Key, Private-Token, X-Amz-Security-Token, …), and the next one's is on no list.

package enum HeaderTrust {
    /// Headers that say what is sent and wanted, and nothing about who wants it.
    private static let harmless: Set<String> = [
        "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "content-type", "pragma", "user-agent",
    ]

    /// What names of headers with a credential have in them.
    private static let signs = [
        "auth", "key", "token", "secret", "cookie", "passw", "passphrase", "credential", "session", "signature", "jwt", "bearer", "license",
    ]

    /// Whether the header may go along when a server redirects to another scheme, host or port. Only the harmless ones
    /// do: a redirect is the server's choice, and nobody asked the user about the other one.
    package static func travels(_ name: String) -> Bool { harmless.contains(name.lowercased()) }

    /// Whether its value is a credential by its name, to be shown nowhere.
    package static func isCredential(_ name: String) -> Bool {
        let name = name.lowercased()
        return !harmless.contains(name) && signs.contains { name.contains($0) }
    }

    /// Whether its value is hidden where a server's text repeats it: whatever is not harmless, by its name or for being so
    /// short that hiding it would eat holes into every text ("1", "json").
    package static func isHidden(_ name: String, value: String) -> Bool {
        isCredential(name) || !travels(name) && value.utf8.count >= 8
    }
}
