// What the answers hold that a run needs. Members nobody reads may come and go with the server's version; a missing
// one that is needed is an error that names it.

import HTTPClient
import Base
import Scenarios

/// An answer with success status whose body is not what the contract says.
struct UnexpectedAnswer: Error, CustomStringConvertible {
    var missing: String
    var description: String { "the answer has no usable \(missing)" }
}

extension JSON {
    /// A string or a number as text: versions of FirecREST write ids and sizes either way.
    var written: String? {
        switch self {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    /// Unlike an empty one, none at all is an unusable answer.
    fileprivate var list: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    fileprivate static func body(_ response: HTTPResponse) throws(UnexpectedAnswer) -> JSON {
        guard let value = try? JSON.parse(response.text) else { throw UnexpectedAnswer(missing: "JSON") }
        return value
    }
}

struct FirecRESTSystem: Sendable, Equatable {
    var name: String
    /// Largest file the small operations take, in bytes.
    var operationLimit: Int
    /// Absolute; a path outside of them is refused.
    var fileSystems: [String]
    /// Of SLURM, such as `24.05.4`.
    var schedulerVersion: String?
    /// The file system meant for jobs' directories.
    var defaultFileSystem: String?

    static let standardOperationLimit = 5 << 20

    static func list(_ response: HTTPResponse) throws(UnexpectedAnswer) -> [FirecRESTSystem] {
        guard let systems = try JSON.body(response)["systems"]?.list else {
            throw UnexpectedAnswer(missing: "systems")
        }
        return systems.compactMap { system in
            guard let name = system["name"]?.written else { return nil }
            let limit =
                system[path: "dataOperation", "max_ops_file_size"] ?? system[path: "dataOperation", "maxOpsFileSize"]
            let fileSystems = system["fileSystems"]?.list ?? []
            return FirecRESTSystem(
                name: name,
                operationLimit: limit?.written.flatMap { Int($0) }.flatMap { $0 >= 1 << 10 ? $0 : nil } ?? standardOperationLimit,
                fileSystems: fileSystems.compactMap { $0["path"]?.written },
                schedulerVersion: system[path: "scheduler", "version"]?.written,
                defaultFileSystem: fileSystems.first { $0["defaultWorkDir"] == .bool(true) }?["path"]?.written)
        }
    }

    /// SML's directory of a user: `/users/<user>/.sml`, as SML has it, where there is a `/users`; else the same in the
    /// file system meant for jobs.
    func directory(user: String) -> String {
        let root = fileSystems.isEmpty || fileSystems.contains("/users") ? "/users" : defaultFileSystem ?? fileSystems[0]
        return "\(root)/\(user)/.sml"
    }

    /// Whether the server shows `path` to anybody.
    func reaches(_ path: String) -> Bool {
        fileSystems.isEmpty || fileSystems.contains { path == $0 || path.hasPrefix($0.hasSuffix("/") ? $0 : "\($0)/") }
    }

    /// SLURM makes the directory of a job's output by itself from 23.02 on.
    var makesLogDirectories: Bool {
        let numbers = (schedulerVersion ?? "").split(separator: ".").prefix(2).map { Int($0) ?? 0 }
        return numbers.count == 2 && (numbers[0], numbers[1]) >= (23, 2)
    }

    /// Downloads go base64-encoded through a buffer of the limit's size: 3,932,157 of 5,242,880 bytes.
    var downloadLimit: Int { operationLimit / 4 * 3 - 3 }
}

struct FirecRESTUser: Sendable, Equatable {
    var name: String
    /// The primary group, which is the default account.
    var group: String

    init(_ response: HTTPResponse) throws(UnexpectedAnswer) {
        let body = try JSON.body(response)
        guard let name = body[path: "user", "name"]?.written, !name.isEmpty else { throw UnexpectedAnswer(missing: "user name") }
        guard let group = body[path: "group", "name"]?.written else { throw UnexpectedAnswer(missing: "group name") }
        self.name = name
        self.group = group
    }
}

enum FirecRESTPartitions {
    static func list(_ response: HTTPResponse) throws(UnexpectedAnswer) -> [String] {
        guard let partitions = try JSON.body(response)["partitions"]?.list else {
            throw UnexpectedAnswer(missing: "partitions")
        }
        return partitions.compactMap { $0["name"]?.written }
    }
}

struct FirecRESTJob: Sendable, Equatable {
    var id: String
    var name: String
    /// sacct's text, such as `CANCELLED by 1000`.
    var state: String
    var reason: String?
    var exitCode: Int?
    var signal: Int?
    /// Seconds.
    var elapsed: Int?
    /// Seconds; an administrator may have changed it since the submission.
    var limit: Int?
    /// Seconds since 1970.
    var end: Int?
    /// Nil from a server that does not tell; a job that never started has none.
    var steps: [Step]?

    struct Step: Sendable, Equatable {
        /// `123.0`, `123.batch`.
        var id: String
        var state: String
        var exitCode: Int
        var signal: Int
        var end: Int?

        fileprivate init(_ task: JSON) {
            id = task["id"]?.written ?? ""
            state = task[path: "status", "state"]?.written ?? ""
            exitCode = task[path: "status", "exitCode"]?.written.flatMap { Int($0) } ?? 0
            signal = task[path: "status", "interruptSignal"]?.written.flatMap { Int($0) } ?? 0
            end = task[path: "time", "end"]?.written.flatMap { Int($0) }
        }
    }

    static func list(_ response: HTTPResponse) throws(UnexpectedAnswer) -> [FirecRESTJob] {
        guard let jobs = try JSON.body(response)["jobs"]?.list else { throw UnexpectedAnswer(missing: "jobs") }
        return jobs.compactMap(FirecRESTJob.init)
    }

    private init?(_ job: JSON) {
        guard let id = job["jobId"]?.written, let state = job[path: "status", "state"]?.written else { return nil }
        self.id = id
        self.state = state
        name = job["name"]?.written ?? ""
        reason = job[path: "status", "stateReason"]?.written
        exitCode = job[path: "status", "exitCode"]?.written.flatMap { Int($0) }
        signal = job[path: "status", "interruptSignal"]?.written.flatMap { Int($0) }
        elapsed = job[path: "time", "elapsed"]?.written.flatMap { Int($0) }
        limit = job[path: "time", "limit"]?.written.flatMap { Int($0) }
        end = job[path: "time", "end"]?.written.flatMap { Int($0) }
        steps = job["tasks"]?.list?.map(Step.init)
    }

    static func submitted(_ response: HTTPResponse) throws(UnexpectedAnswer) -> String {
        guard let id = try JSON.body(response)["jobId"]?.written, !id.isEmpty else {
            throw UnexpectedAnswer(missing: "jobId")
        }
        return id
    }
}

enum FirecRESTFile {
    static func size(_ response: HTTPResponse) throws(UnexpectedAnswer) -> Int {
        guard let size = try JSON.body(response)[path: "output", "size"]?.written.flatMap({ Int($0) }), size >= 0 else {
            throw UnexpectedAnswer(missing: "output.size")
        }
        return size
    }

    /// Of `ls`: names and sizes.
    static func listing(_ response: HTTPResponse) throws(UnexpectedAnswer) -> [String: Int] {
        guard let files = try JSON.body(response)["output"]?.list else { throw UnexpectedAnswer(missing: "output") }
        var listing: [String: Int] = [:]
        for file in files {
            guard let name = file["name"]?.written, let size = file["size"]?.written.flatMap({ Int($0) }), size >= 0 else { continue }
            listing[name] = size
        }
        return listing
    }

    static func checksum(_ response: HTTPResponse) throws(UnexpectedAnswer) -> String {
        guard let sum = try JSON.body(response)[path: "output", "checksum"]?.written else {
            throw UnexpectedAnswer(missing: "output.checksum")
        }
        return sum.lowercased()
    }

    /// Of `view` and `tail`.
    static func content(_ response: HTTPResponse) throws(UnexpectedAnswer) -> String {
        let output = try JSON.body(response)["output"]
        guard let text = output?.written ?? output?["content"]?.written else { throw UnexpectedAnswer(missing: "output") }
        return text
    }
}

struct FirecRESTTransfer: Sendable, Equatable {
    var jobID: String
    var outputLog: String
    var downloadURL: String?
    var partURLs: [String]
    var completeURL: String?
    var partSize: Int?

    init(_ response: HTTPResponse) throws(UnexpectedAnswer) {
        let body = try JSON.body(response)
        guard let id = body[path: "transferJob", "jobId"]?.written else { throw UnexpectedAnswer(missing: "transferJob.jobId") }
        jobID = id
        outputLog = body[path: "transferJob", "logs", "outputLog"]?.written ?? ""
        let directives = body["transferDirectives"]
        downloadURL = directives?["downloadUrl"]?.written
        partURLs = (directives?["partsUploadUrls"]?.list ?? []).compactMap(\.written)
        completeURL = directives?["completeUploadUrl"]?.written
        partSize = directives?["maxPartSize"]?.written.flatMap { Int($0) }
    }
}
