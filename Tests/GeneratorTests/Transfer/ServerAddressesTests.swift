// Which address each user is sent to, and which stand behind it.

import Testing

@testable import Generator

@Suite struct ServerAddressesTests {
    @Test func usersAreSpreadOverAddressesInTurn() {
        let several = ServerAddresses(host: "name.org", port: 8000, numeric: ["10.0.0.1", "10.0.0.2", "10.0.0.3"], others: ["[::2]"])
        #expect(several.connectTo(user: 0) == "name.org:8000:address-0.invalid:8000")
        #expect(several.connectTo(user: 5) == "name.org:8000:address-2.invalid:8000")
        #expect(
            several.resolved == [
                "address-0.invalid:8000:10.0.0.1,10.0.0.2,10.0.0.3,[::2]", "address-1.invalid:8000:10.0.0.2,10.0.0.3,10.0.0.1,[::2]",
                "address-2.invalid:8000:10.0.0.3,10.0.0.1,10.0.0.2,[::2]",
            ])
        let six = ServerAddresses(host: "::1", port: 80, numeric: ["[::1]", "[::2]"])
        #expect(six.connectTo(user: 5) == "[::1]:80:address-1.invalid:80")
    }

    @Test func oneAddressGoesToTheNameCache() {
        let one = ServerAddresses(host: "name.org", port: 8000, numeric: ["10.0.0.1"])
        #expect(one.connectTo(user: 3) == nil && !one.hasSeveral)
        #expect(one.resolved == ["name.org:8000:10.0.0.1"])
        let both = ServerAddresses(host: "name.org", port: 8000, numeric: ["10.0.0.1"], others: ["[::2]"])
        #expect(both.connectTo(user: 3) == nil && both.hasSeveral)
        #expect(both.resolved == ["name.org:8000:10.0.0.1,[::2]"])
        let nothingToLookUp = [
            ServerAddresses(host: "10.0.0.1", port: 80, numeric: ["10.0.0.1"]),
            ServerAddresses(host: "::1", port: 80, numeric: ["[::1]"]),
            ServerAddresses(host: "gone", port: 1, numeric: []),
        ]
        for addresses in nothingToLookUp {
            #expect(addresses.resolved.isEmpty && addresses.connectTo(user: 0) == nil && !addresses.hasSeveral)
        }
    }

    @Test func loopbackNameIsLookedUpPreferringIPv4() {
        let localhost = ServerAddresses.lookUp(host: "localhost", port: 80)
        #expect(localhost.numeric == ["127.0.0.1"] && ["", "[::1]"].contains(localhost.others.joined()))
        #expect(ServerAddresses.lookUp(host: "::1", port: 80).numeric == ["[::1]"])
        #expect(ServerAddresses.lookUp(host: "no-such-host.invalid", port: 80).numeric.isEmpty)
    }
}
