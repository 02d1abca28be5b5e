// A strict FirecREST v2: every request is checked against the contract (path, method, query, body, headers, who may
// see which credential), and what it does not know is a violation. Files are real files below a root; jobs are the
// compute side's.

import Foundation
import Synchronization
import TestSupport

package final class FakeFirecREST: Sendable {
    struct State {
        var tokens: Set<String> = []
        var issued = 0
        var violations: [String] = []
        var calls: [String] = []
        var faults: [String: [FakeFault]] = [:]
        var transfers: [String: FakeTransfer] = [:]
        /// Looks at a job that still answer 404.
        var hiddenLooks: [String: Int] = [:]
        var hidesNewJobsFromTheList = false
    }

    package struct Options: Sendable {
        package var user = "hpcuser"
        /// The user's primary group.
        package var group = "testacct"
        package var slurmVersion = "24.05.4"
        package var system = "cluster"
        package var partitions = ["normal", "debug"]
        /// Paths the server accepts begin with one of these.
        package var fileSystems = ["/users", "/scratch"]
        /// Put before every path.
        package var root: String
        package var clientID = "id-canary"
        package var clientSecret = "secret-canary"
        /// Accepted as X-API-Key if set; then no token is.
        package var apiKey: String?
        package var tokenLife = 300
        package var operationLimit = 5 << 20
        package var partSize = 1 << 20
        /// Output of a command on the cluster that the server holds.
        package var bufferLimit = 5 << 20
        /// Looks after a submission that find nothing.
        package var looksUntilKnown = 0
        /// Looks for which a transfer job waits in the queue.
        package var looksTransferPends = 0

        /// Who owns what is made, where jobs run as another user than the fake.
        package var ownerID: Int?
        package var groupID: Int?

        package init(root: String) { self.root = root }
    }

    package let options: Options
    let compute: FakeCompute
    let state = Mutex(State())
    private let servers = Mutex<(api: ScriptedReceiver, store: ScriptedReceiver, token: ScriptedReceiver)?>(nil)
    static let base = "/firecrest/v2"

    package init(_ options: Options, compute: FakeCompute) throws {
        self.options = options
        self.compute = compute
        // Three hosts: the API, who gives tokens, the object store; each is told apart by its port.
        let api = try ScriptedReceiver { [weak self] in self?.answer($0) ?? .close }
        let store = try ScriptedReceiver { [weak self] in self?.store($0) ?? .close }
        let token = try ScriptedReceiver { [weak self] in self?.token($0) ?? .close }
        servers.withLock { $0 = (api, store, token) }
    }

    package var url: String { "http://127.0.0.1:\(port(\.api))\(Self.base)" }
    package var tokenURL: String { "http://127.0.0.1:\(port(\.token))/realms/test/token" }
    var storeURL: String { "http://127.0.0.1:\(port(\.store))" }

    private func port(
        _ server: KeyPath<(api: ScriptedReceiver, store: ScriptedReceiver, token: ScriptedReceiver), ScriptedReceiver> & Sendable
    ) -> UInt16 {
        servers.withLock { $0?[keyPath: server].port ?? 0 }
    }

    /// What broke the contract so far; a test that uses the fake expects none.
    package var violations: [String] { state.withLock { $0.violations } }
    /// Method and path of every call, `POST token` and object store included.
    package var calls: [String] { state.withLock { $0.calls } }
    /// Whether jobs are missing from the list by name, as some servers lose them for a while; they are known by number.
    package var hidesNewJobsFromTheList: Bool {
        get { state.withLock { $0.hidesNewJobsFromTheList } }
        set { state.withLock { $0.hidesNewJobsFromTheList = newValue } }
    }

    /// Transfer jobs that were cancelled.
    package var cancelledTransfers: Int { state.withLock { $0.transfers.values.count { $0.isCancelled } } }
    package func forgetCalls() { state.withLock { $0.calls = [] } }

    /// Makes the next calls of an operation (its last fixed path word: `systems`, `mkdir`, `jobs`, `token`, `object`,
    /// …; for one job `job`, with `cancel` for its DELETE) go wrong, one fault each.
    package func fail(_ operation: String, _ faults: FakeFault...) {
        state.withLock { $0.faults[operation, default: []] += faults }
    }

    /// All requests to a host, for looking at headers.
    package var requestsToStore: [ReceivedRequest] { servers.withLock { $0?.store.requests ?? [] } }
    package var requests: [ReceivedRequest] { servers.withLock { $0?.api.requests ?? [] } }

    func localPath(_ path: String) -> String { options.root + path }

    /// The attributes of a file or directory the server has made.
    func attributes(mode: Int) -> [FileAttributeKey: Any] {
        var attributes: [FileAttributeKey: Any] = [.posixPermissions: mode]
        attributes[.ownerAccountID] = options.ownerID
        attributes[.groupOwnerAccountID] = options.groupID
        return attributes
    }

    func violate(_ text: String) { state.withLock { $0.violations.append(text) } }

    func nextFault(_ operation: String) -> FakeFault? {
        state.withLock { state in
            guard state.faults[operation]?.isEmpty == false else { return nil }
            return state.faults[operation]?.removeFirst()
        }
    }

    /// Carries out `body` with the fault of the moment.
    func withFault(_ operation: String, _ body: () -> ScriptedAnswer) -> ScriptedAnswer {
        switch nextFault(operation) {
        case nil, .pass: return body()
        case .status(let status, let headers, let message): return Self.error(status, message, headers: headers)
        case .loseAnswer:
            _ = body()
            return .close
        case .failAfter(let status):
            _ = body()
            return Self.error(status, "injected after the fact")
        case .hang: return .hang
        case .truncate(let sent):
            guard case .bytes(let content, let status, let headers) = body() else { return .close }
            return .truncated(status, headers: headers, body: content, sent: sent)
        case .expireTokens:
            state.withLock { $0.tokens = [] }
            return Self.error(401, "Access token expired.")
        }
    }

    // MARK: Answers

    static let headers = ["f7t-appversion": "2.5.7-dev", "Content-Type": "application/json", "x-request-id": requestID]
    /// Each answer of the real server has one of its own.
    package static let requestID = "5d0e-7"

    static func json(_ status: Int, _ value: Any) -> ScriptedAnswer {
        // The values are ours: dictionaries of plain types.
        let data = (try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed])) ?? Data()
        return .bytes([UInt8](data), status: status, headers: headers)
    }

    static func error(_ status: Int, _ message: String, headers more: [String: String] = [:]) -> ScriptedAnswer {
        let body: [String: Any] = [
            "errorType": status == 400 ? "validation" : "error", "message": message, "causedBy": NSNull(),
            "data": NSNull(), "user": "hpcuser",
        ]
        guard case .bytes(let bytes, _, let standard) = json(status, body) else { return .close }
        return .bytes(bytes, status: status, headers: standard.merging(more) { $1 })
    }

    // MARK: Token

    private func token(_ raw: ReceivedRequest) -> ScriptedAnswer {
        state.withLock { $0.calls.append("POST token") }
        return withFault("token") {
            let form = [
                "grant_type=client_credentials", "client_id=\(options.clientID)", "client_secret=\(options.clientSecret)",
            ].joined(separator: "&")
            guard raw.requestLine == "POST /realms/test/token HTTP/1.1",
                raw["content-type"] == "application/x-www-form-urlencoded", raw["authorization"] == nil,
                raw["x-api-key"] == nil
            else {
                violate("token: \(raw.requestLine)")
                return .status(400)
            }
            guard String(decoding: raw.body, as: UTF8.self) == form else {
                return .status(
                    401, body: #"{"error":"invalid_client","error_description":"Invalid client or Invalid client credentials"}"#)
            }
            let token = state.withLock { state in
                state.issued += 1
                let token = "token-canary-\(state.issued)"
                state.tokens.insert(token)
                return token
            }
            return Self.json(200, ["access_token": token, "expires_in": options.tokenLife, "token_type": "Bearer"])
        }
    }

    // MARK: API

    private func refusedCredentials(_ raw: ReceivedRequest) -> ScriptedAnswer? {
        let bearer = raw["authorization"]
        if let apiKey = options.apiKey {
            if bearer != nil { violate("both kinds of credentials") }
            return raw["x-api-key"] == apiKey ? nil : Self.error(401, "Invalid API key.")
        }
        if raw["x-api-key"] != nil { violate("an API key where none is expected") }
        guard let bearer else { return Self.error(401, "Not authenticated") }
        let isKnown = state.withLock { $0.tokens.contains(String(bearer.dropFirst("Bearer ".count))) }
        return bearer.hasPrefix("Bearer ") && isKnown ? nil : Self.error(401, "Access token is invalid.")
    }

    private func answer(_ raw: ReceivedRequest) -> ScriptedAnswer {
        do {
            let request = try FakeRequest(raw, base: Self.base)
            state.withLock { $0.calls.append(request.call) }
            let operation = try Self.operation(request)
            if let refusal = refusedCredentials(raw) { return refusal }
            let system = request.segments[1]
            if request.call != "GET /status/systems", system != options.system {
                return Self.error(404, "System \(system) not found.")
            }
            var violation: Violation?
            let answer = withFault(operation) {
                do {
                    return try carryOut(operation, request)
                } catch let error as Violation {
                    violation = error
                } catch {
                    violation = Violation(text: "\(request.call): \(error)")
                }
                return Self.error(400, "violation")
            }
            if let violation { throw violation }
            return answer
        } catch {
            violate((error as? Violation)?.text ?? "\(error)")
            return Self.error(400, "violation")
        }
    }

    /// The operation's name; unknown paths and methods are violations.
    private static func operation(_ request: FakeRequest) throws -> String {
        let segments = request.segments
        func matches(_ method: String, _ pattern: String...) -> Bool {
            request.method == method && segments.count == pattern.count
                && zip(segments, pattern).allSatisfy { $1 == "*" || $0 == $1 }
        }
        if matches("GET", "status", "systems") { return "systems" }
        if matches("GET", "status", "*", "partitions") { return "partitions" }
        if matches("GET", "status", "*", "userinfo") { return "userinfo" }
        if matches("POST", "compute", "*", "jobs") { return "submit" }
        if matches("GET", "compute", "*", "jobs") { return "jobs" }
        if matches("GET", "compute", "*", "jobs", "*") { return "job" }
        if matches("DELETE", "compute", "*", "jobs", "*") { return "cancel" }
        let methods = [
            "mkdir": "POST", "upload": "POST", "compress": "POST", "chmod": "PUT", "stat": "GET", "download": "GET",
            "view": "GET", "tail": "GET", "checksum": "GET", "ls": "GET", "rm": "DELETE",
        ]
        if segments.count == 4, segments[0] == "filesystem", segments[2] == "ops", methods[segments[3]] == request.method {
            return segments[3]
        }
        if matches("POST", "filesystem", "*", "transfer", "upload") { return "transfer-upload" }
        if matches("POST", "filesystem", "*", "transfer", "download") { return "transfer-download" }
        throw Violation(text: "unknown call \(request.call)")
    }

    private func carryOut(_ operation: String, _ request: FakeRequest) throws -> ScriptedAnswer {
        switch operation {
        case "systems", "partitions", "userinfo", "submit", "jobs", "job", "cancel": try computeAnswer(operation, request)
        case "transfer-upload", "transfer-download": try transferAnswer(operation, request)
        default: try fileAnswer(operation, request)
        }
    }
}
