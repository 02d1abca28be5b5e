// The whole writer over real sockets, one misbehaviour of the receiver a test. Times are shrunk by the delivery
// policy.

import Synchronization
import TestSupport
import Testing

@testable import RemoteWrite

/// The writer against a receiver that misbehaves on real sockets.
@Suite(.timeLimit(.minutes(15))) struct RemoteWriterTests {
    private final class Notices: Sendable {
        private let list = Mutex<[DeliveryNotice]>([])
        var all: [DeliveryNotice] { list.withLock { $0 } }
        func add(_ notice: DeliveryNotice) { list.withLock { $0.append(notice) } }
    }

    private func deliver(
        _ configuration: RemoteWriteConfiguration, drain: Duration = .seconds(10), notices: Notices = Notices()
    ) async throws -> DeliveryResult {
        let writer = try RemoteWriter(configuration: configuration) { notices.add($0) }
        writer.submit([update("a", 1, at: 1000), update("b", 2, at: 1000)])
        return await writer.finish(drain: drain)
    }

    private func states(_ request: ReceivedRequest) throws -> [SeriesUpdate] {
        try WriteRequestDecoder.decode(request.body)
    }

    @Test func requestIsWhatPrometheusExpects() async throws {
        let receiver = try ScriptedReceiver()
        var configuration = try quickConfiguration(receiver.url)
        configuration.userAgent = "sml-loadgen/1.2.3"
        configuration.headers = [
            HTTPHeader(name: "X-Scope-OrgID", value: "tenant"), HTTPHeader(name: "X-Empty", value: ""),
            HTTPHeader(name: "content-type", value: "text/plain"),
        ]
        let result = try await deliver(configuration)
        #expect(result.report.isComplete && result.undelivered.isEmpty)

        let request = try #require(receiver.requests.first)
        #expect(request.requestLine == "POST /api/v1/write HTTP/1.1")
        let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
        #expect(
            headers == [
                "Host": "127.0.0.1:\(receiver.port)", "User-Agent": "sml-loadgen/1.2.3",
                "Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
                "X-Prometheus-Remote-Write-Version": "0.1.0", "Accept-Encoding": "gzip",
                "Content-Length": "\(request.body.count)", "X-Scope-OrgID": "tenant", "X-Empty": "",
            ])
        #expect(try states(request) == [update("a", 1, at: 1000), update("b", 2, at: 1000)])
        #expect(result.report.compressedBytesSent == request.body.count)
        #expect(result.report.samplesSent == 2 && result.report.pushesSucceeded == 1)
    }

    @Test func oneConnectionServesAllPushes() async throws {
        let receiver = try ScriptedReceiver()
        let writer = try RemoteWriter(configuration: try quickConfiguration(receiver.url))
        for value in 1...3 {
            writer.submit([update("a", Double(value), at: Int64(value))])
            #expect(await eventually { receiver.requests.count == value })
        }
        _ = await writer.finish()
        #expect(receiver.requests.map(\.connection) == [0, 0, 0])
        #expect(writer.report.pushesSucceeded == 3)
    }

    @Test(arguments: [
        (ScriptedAnswer.status(500, body: "try later"), PushFailure.serverError),
        (.status(429, headers: ["Retry-After": "1"]), .throttled), (.status(503), .serverError),
        (.closeMidAnswer, .closed),
        (.close, .closed), (.endless, .serverError),
    ])
    func transientFailuresAreRetried(_ answer: ScriptedAnswer, _ reason: PushFailure) async throws {
        let receiver = try ScriptedReceiver([answer, .status(204)])
        let notices = Notices()
        let result = try await deliver(try quickConfiguration(receiver.url), notices: notices)
        #expect(result.report.isComplete)
        #expect(result.report.pushesFailed == [reason.rawValue: 1] && result.report.retries == 1)
        #expect(receiver.requests.count == 2)
        #expect(try states(receiver.requests[1]).count == 2)
        let pause = receiver.requests[1].time - receiver.requests[0].time
        if case .throttled = reason { #expect(pause >= .milliseconds(990)) }
        guard notices.all.count == 2, case .failing(reason, _, _) = notices.all[0], case .recovered = notices.all[1]
        else {
            Issue.record("\(notices.all)")
            return
        }
    }

    @Test func retryAfterDoesNotOutliveItsAnswer() async throws {
        let receiver = try ScriptedReceiver([.status(503, headers: ["Retry-After": "3"]), .status(500), .status(204)])
        let result = try await deliver(try quickConfiguration(receiver.url))
        #expect(result.report.isComplete && receiver.requests.count == 3)
        #expect(receiver.requests[1].time - receiver.requests[0].time >= .milliseconds(2990))
        #expect(receiver.requests[2].time - receiver.requests[1].time < .milliseconds(2900))
    }

    @Test func retryAfterCanBeADate() async throws {
        let receiver = try ScriptedReceiver([
            .status(429, headers: ["Retry-After": httpDate(secondsFromNow: 2)]), .status(204),
        ])
        let result = try await deliver(try quickConfiguration(receiver.url))
        #expect(result.report.isComplete)
        // The date has whole seconds: two of them are between one and two from now.
        let pause = receiver.requests[1].time - receiver.requests[0].time
        #expect(pause >= .milliseconds(900), "\(pause)")
    }

    @Test func aHangingReceiverIsGivenUpAfterTheTimeout() async throws {
        let receiver = try ScriptedReceiver([.hang, .status(204)])
        var configuration = try quickConfiguration(receiver.url)
        configuration.delivery.timeout = .milliseconds(300)
        let result = try await deliver(configuration)
        #expect(result.report.isComplete && result.report.pushesFailed == ["timeout": 1])
    }

    /// What was stored is not sent again because of how the answer is written.
    @Test(arguments: ["utf-8", "gzip"]) func anAnswerThatCannotBeDecodedIsStillAnAnswer(encoding: String) async throws {
        let receiver = try ScriptedReceiver([.status(200, headers: ["Content-Encoding": encoding], body: "stored")])
        let report = try await deliver(try quickConfiguration(receiver.url)).report
        #expect(report.isComplete && report.pushesAttempted == 1 && report.pushesFailed.isEmpty)
        #expect(receiver.requests.count == 1)
    }

    @Test func aSlowAnswerIsStillAnAnswer() async throws {
        let receiver = try ScriptedReceiver([.slow(.milliseconds(300))])
        let result = try await deliver(try quickConfiguration(receiver.url))
        #expect(result.report.isComplete && result.report.pushesAttempted == 1)
    }

    @Test func submittingNeverWaitsForTheReceiver() async throws {
        let receiver = try ScriptedReceiver([.hang])
        var configuration = try quickConfiguration(receiver.url, interval: .milliseconds(10))
        configuration.delivery.timeout = .seconds(4)
        let writer = try RemoteWriter(configuration: configuration)
        writer.submit([update("a", 0, at: 0)])
        #expect(await eventually { receiver.requests.count == 1 })
        let start = ContinuousClock.now
        for value in 1...1000 { writer.submit([update("a", Double(value), at: Int64(value))]) }
        #expect(ContinuousClock.now - start < .seconds(3))
        // They are folded while the push still hangs.
        #expect(await eventually { writer.report.series == 1 && writer.report.pushesFailed.isEmpty })
        receiver.answer(.status(204))
        let result = await writer.finish(drain: .seconds(10))
        #expect(result.report.isComplete)
        #expect(try states(try #require(receiver.requests.last)) == [update("a", 1000, at: 1000)])
    }

    @Test func refusalsAreReportedOnceAndNotRetried() async throws {
        let receiver = try ScriptedReceiver([.status(400, body: "out of order\nsecond line")])
        let notices = Notices()
        let writer = try RemoteWriter(configuration: try quickConfiguration(receiver.url)) { notices.add($0) }
        for value in 1...3 {
            writer.submit([update("a", Double(value), at: Int64(value))])
            #expect(await eventually { writer.report.pushesFailed == ["rejected": value] })
        }
        let result = await writer.finish(drain: .seconds(10))
        #expect(receiver.requests.count == 4)
        #expect(result.report.pushesFailed == ["rejected": 4] && result.report.retries == 0)
        #expect(
            notices.all.map(\.description) == [
                "remote write: \(receiver.url) answered 400: out of order; not sent again"
            ])
        #expect(result.undelivered.updates == [update("a", 3, at: 3)])
    }

    @Test func redirectsAreNotFollowedAndCredentialsStay() async throws {
        let elsewhere = try ScriptedReceiver()
        for status in [301, 302, 307, 308] {
            let receiver = try ScriptedReceiver([.status(status, headers: ["Location": elsewhere.url])])
            let result = try await deliver(try quickConfiguration("http://user:pass@127.0.0.1:\(receiver.port)/"))
            #expect(result.report.pushesFailed == ["redirected": 1] && result.undelivered.updates.count == 2)
            #expect(receiver.requests.first?["Authorization"] == "Basic dXNlcjpwYXNz")
        }
        #expect(elsewhere.requests.isEmpty)
    }

    @Test func secretsTheReceiverRepeatsAreBlankedOut() async throws {
        let receiver = try ScriptedReceiver([
            .status(401, body: "bad password hunter22 in Basic dXNlcjpodW50ZXIyMg== or tenant-token")
        ])
        let notices = Notices()
        let result = try await deliver(
            try quickConfiguration("http://user:hunter22@127.0.0.1:\(receiver.port)/w?t=tenant-token"), notices: notices
        )
        #expect(
            result.report.lastError
                == "http://127.0.0.1:\(receiver.port)/w answered 401: bad password **** in Basic **** or ****")
        #expect(!notices.all.description.contains("hunter22"))
    }

    @Test func bearerTokenAndBasicBesideHeaders() async throws {
        let receiver = try ScriptedReceiver()
        var configuration = try quickConfiguration(receiver.url)
        configuration.authorization = .bearer(token: "t0ken")
        _ = try await deliver(configuration)
        configuration.authorization = .basic(user: "user", password: "pass")
        configuration.headers = [HTTPHeader(name: "X-A", value: "b")]
        _ = try await deliver(configuration)
        #expect(receiver.requests.map { $0["Authorization"] } == ["Bearer t0ken", "Basic dXNlcjpwYXNz"])
        #expect(receiver.requests.last?["X-A"] == "b")
    }

    @Test func awsSignatureIsSent() async throws {
        let receiver = try ScriptedReceiver()
        var configuration = try quickConfiguration(receiver.url)
        configuration.authorization = .awsSignatureV4(region: "eu-central-1", accessKey: "AKIA", secretKey: "s3cret")
        _ = try await deliver(configuration)
        let request = try #require(receiver.requests.first)
        let header = try #require(request["Authorization"])
        #expect(
            header.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIA/") && header.contains("/eu-central-1/aps/aws4_request"))
        // What is signed must have been sent, or the signature cannot be checked.
        let list = try #require(header.split(separator: "SignedHeaders=").last?.split(separator: ",").first)
        for name in list.split(separator: ";") { #expect(request[String(name)] != nil, "\(name)") }
    }

    @Test func aReceiverThatIsAwayAndReturnsGetsTheNewestState() async throws {
        let receiver = try ScriptedReceiver(isListening: false)
        let notices = Notices()
        let writer = try RemoteWriter(configuration: try quickConfiguration(receiver.url)) { notices.add($0) }
        for value in 1...20 {
            writer.submit([update("a", Double(value), at: Int64(value)), update("b", 1, at: 1)])
            // Spread over several pushes; any spread gives the same end.
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(await eventually { (writer.report.pushesFailed["connection"] ?? 0) >= 2 })
        try receiver.start()
        #expect(await eventually { writer.report.seriesUndelivered == 0 })
        #expect(try states(try #require(receiver.requests.last)) == [update("a", 20, at: 20), update("b", 1, at: 1)])
        let result = await writer.finish()
        #expect(result.report.isComplete && result.report.statesFolded > 0 && result.report.longestOutageSeconds > 0)
        #expect(notices.all.count == 2)
    }

    @Test func whatCannotBeDeliveredGoesToAFileThatCanBePushedLater() async throws {
        let receiver = try ScriptedReceiver(isListening: false)
        let result = try await deliver(
            try quickConfiguration("http://user:hunter22@127.0.0.1:\(receiver.port)/"), drain: .milliseconds(200))
        #expect(!result.report.isComplete && result.report.seriesUndelivered == 2)

        let path = temporaryPath()
        defer { remove(path) }
        try result.undelivered.save(to: path)
        let loaded = try UndeliveredStates.load(from: path)
        #expect(loaded == result.undelivered)
        #expect(loaded.restamped(atMilliseconds: 7).updates == [update("a", 1, at: 7), update("b", 2, at: 7)])

        try receiver.start()
        let later = try await loaded.push(to: try quickConfiguration(receiver.url))
        #expect(later.report.isComplete)
        #expect(try states(try #require(receiver.requests.last)) == loaded.updates)
    }

    @Test func filesThatCannotBeUsedAreNamed() throws {
        let missing = temporaryPath()
        let error = #expect(throws: RemoteWriteFileError.self) { try UndeliveredStates.load(from: missing) }
        #expect(error?.description == "\(missing): No such file or directory")
        let unwritable = #expect(throws: RemoteWriteFileError.self) {
            try UndeliveredStates([]).save(to: "/nonexistent/file")
        }
        #expect(unwritable?.description == "/nonexistent/file: cannot create: No such file or directory")
    }

    @Test func cancellingCutsTheDrain() async throws {
        let receiver = try ScriptedReceiver(isListening: false)
        let configuration = try quickConfiguration(receiver.url)
        let writer = try RemoteWriter(configuration: configuration)
        writer.submit([update("a", 1, at: 1)])
        let task = Task { await writer.finish(drain: .seconds(60)) }
        #expect(await eventually { writer.report.pushesAttempted > 0 })
        task.cancel()
        let start = ContinuousClock.now
        #expect(await task.value.undelivered.updates.count == 1)
        #expect(ContinuousClock.now - start < .seconds(5))
        // Asking again gives the same answer.
        #expect(await writer.finish().undelivered.updates.count == 1)
    }

    @Test func certificateFilesThatDoNotExistAreRefusedNotRetried() async throws {
        let receiver = try ScriptedReceiver()
        var configuration = try quickConfiguration("https://127.0.0.1:\(receiver.port)/")
        configuration.tls.authorities.file = "/nonexistent/ca.pem"
        let result = try await deliver(configuration)
        #expect(result.report.pushesFailed == ["tls": 1])
    }
}
