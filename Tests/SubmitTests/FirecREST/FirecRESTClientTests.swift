// The client against the strict fake with faults: token, rate limits, broken answers, credentials where they belong.

import FirecRESTFake
import Foundation
import HTTPClient
import Testing

@testable import Submit

@Suite(.timeLimit(.minutes(15))) struct FirecRESTClientTests {
    @Test func opensAClusterAsSMLDoes() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        #expect(opened.user.name == "hpcuser" && opened.account == "testacct")
        #expect(opened.directory == "/users/hpcuser/.sml")
        #expect(cluster.fake.calls == ["POST token", "GET /status/systems", "GET /status/cluster/userinfo"])
        #expect(cluster.fake.violations == [])
    }

    @Test func wrongNamesListTheValidOnes() async throws {
        let cluster = try FakeCluster()
        for (system, says) in [
            ("clariden", "--firecrest-system: \"clariden\" does not exist; known are cluster"),
            (nil, "--firecrest-system: is missing; pass it or set SML_SYSTEM; known are cluster"),
        ] as [(String?, String)] {
            let error = await #expect(throws: SubmitError.self) {
                try await FirecRESTCluster.open(cluster.client, system: system)
            }
            #expect(error?.description == says && error?.exitCode == 64)
        }
        #expect(cluster.fake.violations == [])
    }

    @Test func aTokenThatExpiresMidRunIsRenewedOnce() async throws {
        let cluster = try FakeCluster()
        cluster.fake.fail("userinfo", .expireTokens)
        _ = try await cluster.open()
        #expect(cluster.fake.calls.filter { $0 == "POST token" }.count == 2)
        // A token that lives shorter than the margin is used for one call only.
        let short = try FakeCluster { $0.tokenLife = 20 }
        _ = try await short.open()
        #expect(short.fake.calls.filter { $0 == "POST token" }.count == 2)
    }

    @Test func aWrongSecretIsSaidAtOnceAndNotShown() async throws {
        let server = try FakeCluster()
        let cluster = try FakeCluster(
            credentials: .client(id: "id-canary", secret: "wrong-canary", tokenURI: server.fake.tokenURL))
        let error = await #expect(throws: FirecRESTError.self) { try await cluster.open() }
        #expect(error?.exitCode == 77)
        #expect(error?.description.contains("Invalid client or Invalid client credentials") == true)
        #expect(error?.description.contains("wrong-canary") == false)
        #expect(cluster.notes.pauses.isEmpty)
    }

    @Test func honoursRetryAfterInSecondsAndAsADate() async throws {
        let cluster = try FakeCluster()
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        cluster.fake.fail(
            "systems", .status(429, headers: ["Retry-After": "7"]),
            .status(429, headers: ["Retry-After": formatter.string(from: Date() + 30)]), .status(429))
        _ = try await cluster.open()
        let pauses = cluster.notes.pauses
        #expect(pauses.count == 3 && pauses[0] == .seconds(7) && pauses[2] == .seconds(10))
        #expect((.seconds(27)...(.seconds(31))).contains(pauses[1]), "\(pauses)")
        // Said without --verbose too.
        #expect(cluster.notes.told.first == "FirecREST asks to wait 7 s" && cluster.notes.told.count == 4)
        #expect(cluster.notes.told.last?.hasPrefix("FirecREST answers again after ") == true)
    }

    @Test func endless429EndsAtTheBudget() async throws {
        let cluster = try FakeCluster()
        for _ in 0..<40 { cluster.fake.fail("systems", .status(429, headers: ["Retry-After": "60"])) }
        let error = await #expect(throws: FirecRESTError.self) { try await cluster.open() }
        #expect(cluster.notes.pauses == Array(repeating: .seconds(60), count: 10))
        #expect(error?.description.contains("limits the rate of calls: asks to wait 60 s, after 600 s") == true)
    }

    @Test(arguments: [408, 424, 500, 503])
    func serverTroubleIsRiddenOut(status: Int) async throws {
        let cluster = try FakeCluster()
        cluster.fake.fail("userinfo", .status(status), .status(status))
        _ = try await cluster.open()
        #expect(cluster.notes.pauses == [.seconds(1), .seconds(2)])
        #expect(cluster.notes.lines.contains { $0.hasPrefix("GET /status/cluster/userinfo → \(status) (") })
    }

    /// The server's own checker takes a service out for 30 to 120 s after one probe that failed.
    @Test func anUnhealthyServiceIsWaitedForAndSaid() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        let message = "The requested filesystem (/users on cluster) is unhealthy."
        for _ in 0..<7 { cluster.fake.fail("mkdir", .status(503, message: message)) }
        try await opened.makeDirectory("/users/hpcuser/x")
        #expect(cluster.notes.pauses.reduce(.zero, +) == .seconds(91))
        #expect(
            cluster.notes.told == [
                "FirecREST answers 503: \(message) (request \(FakeFirecREST.requestID)) (POST /filesystem/cluster/ops/mkdir); trying again",
                "FirecREST answers 503: \(message) (request \(FakeFirecREST.requestID)) (POST /filesystem/cluster/ops/mkdir); trying again",
                "FirecREST answers again after 90 s",
            ])
    }

    /// An outage of theirs says nothing about our credentials.
    @Test(arguments: [500, 502, 503]) func aTokenServerInTroubleIsAnOutage(status: Int) async throws {
        let cluster = try FakeCluster()
        for _ in 0..<100 { cluster.fake.fail("token", .status(status)) }
        let error = await #expect(throws: FirecRESTError.self) { try await cluster.open() }
        #expect(error?.exitCode == 69, "\(String(describing: error))")
        #expect(error?.description.hasPrefix("FirecREST not reached for the token server: \(status)") == true)
        let passing = try FakeCluster()
        passing.fake.fail("token", .status(status), .status(status))
        _ = try await passing.open()
    }

    @Test func aSessionIsOpenedOnceMoreBeforeItIsGivenUp() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        cluster.fake.fail("stat", .status(401), .status(401))
        _ = try await opened.size("/users/hpcuser/x")
        #expect(cluster.notes.pauses == [.seconds(2)])
        #expect(cluster.fake.calls.filter { $0 == "POST token" }.count == 3)
    }

    @Test func aSystemsNameIsComparedWithoutCase() async throws {
        let cluster = try FakeCluster()
        #expect(try await FirecRESTCluster.open(cluster.client, system: "Cluster").system.name == "cluster")
        #expect(cluster.fake.violations == [])
    }

    @Test func aLostAnswerIsAskedForAgain() async throws {
        let cluster = try FakeCluster()
        // libcurl repeats the first by itself, because its connection had been used before.
        cluster.fake.fail("userinfo", .loseAnswer, .truncate(3))
        _ = try await cluster.open()
        #expect(cluster.notes.pauses == [.seconds(1)])
    }

    @Test func aHungConnectionEnds() async throws {
        let cluster = try FakeCluster()
        cluster.fake.fail("systems", .hang)
        var call = FirecRESTCall.systems
        call.timeout = .milliseconds(200)
        let answer = try await cluster.client.read(call, FirecRESTSystem.list)
        #expect(answer.map(\.name) == ["cluster"])
        #expect(cluster.notes.pauses == [.seconds(1)])
    }

    @Test func anAPIKeyReplacesTheTokenAndGoesToOneHostOnly() async throws {
        let cluster = try FakeCluster(credentials: .apiKey("key-canary")) {
            $0.apiKey = "key-canary"
            $0.operationLimit = 4096
        }
        let opened = try await cluster.open()
        #expect(!cluster.fake.calls.contains("POST token"))
        try cluster.write("/users/hpcuser/r", Data(count: 10_000))
        #expect(try await opened.fetch("/users/hpcuser/r", to: cluster.scratch.file("home")))
        #expect(!cluster.fake.requestsToStore.isEmpty)
        #expect(cluster.fake.violations == [])
        #expect(cluster.notes.lines.allSatisfy { !$0.contains("canary") })
    }
}
