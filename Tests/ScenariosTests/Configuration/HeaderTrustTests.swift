// Which headers of a scenario are shown, hidden and taken along: by their names, whatever vendor thought of them.

import Testing

@testable import Scenarios

@Suite struct HeaderTrustTests {
    static let credentials = [
        "Authorization", "Proxy-Authorization", "Cookie", "X-API-Key", "api-key", "apikey", "X-Auth-Token", "Ocp-Apim-Subscription-Key",
        "X-Goog-Api-Key", "Private-Token", "X-Amz-Security-Token", "X-Secret", "X-Session-Id", "DD-API-KEY", "X-Vault-Token", "x-user-jwt",
    ]

    @Test(arguments: credentials) func aCredentialIsNeitherShownNorTakenAlong(_ name: String) {
        for name in [name, name.lowercased(), name.uppercased()] {
            #expect(HeaderTrust.isCredential(name) && !HeaderTrust.travels(name) && HeaderTrust.isHidden(name, value: "s"))
        }
    }

    @Test(arguments: ["Accept", "accept-language", "Content-Type", "User-Agent", "Cache-Control", "Pragma"])
    func aHarmlessOneIsBoth(_ name: String) {
        #expect(!HeaderTrust.isCredential(name) && HeaderTrust.travels(name))
        #expect(!HeaderTrust.isHidden(name, value: "application/json"))
    }

    @Test func oneThatNobodyKnowsIsShownButStays() {
        #expect(!HeaderTrust.isCredential("X-Tenant") && !HeaderTrust.travels("X-Tenant"))
        #expect(HeaderTrust.isHidden("X-Tenant", value: "12345678") && !HeaderTrust.isHidden("X-Tenant", value: "1"))
    }
}
