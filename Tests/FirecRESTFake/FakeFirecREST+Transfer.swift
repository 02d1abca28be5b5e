// Large transfers of the fake: the API gives URLs into an object store on another port, which must never see a
// credential.

import Foundation
import TestSupport

struct FakeTransfer {
    /// On this machine: what is uploaded to or downloaded from.
    var path: String
    var log: String
    var size: Int
    var parts: [Int: [UInt8]] = [:]
    var isUpload: Bool
    var isComplete = false
    /// By its user, or nobody knows it.
    var isCancelled = false
    private var looks = 0
    /// Looks for which it waits in the queue.
    var looksPending: Int

    init(path: String, log: String, size: Int, isUpload: Bool, looksPending: Int) {
        self.looksPending = looksPending
        self.path = path
        self.log = log
        self.size = size
        self.isUpload = isUpload
    }

    /// The job's state at the next look: an upload's job waits for the object, a download's takes one look.
    mutating func look() -> String {
        looks += 1
        if isCancelled { return "CANCELLED by 1000" }
        if looks <= looksPending { return "PENDING" }
        let isOver = isUpload ? isComplete : looks > looksPending + 1
        return isOver ? "COMPLETED" : "RUNNING"
    }
}

extension FakeFirecREST {
    func transferAnswer(_ operation: String, _ request: FakeRequest) throws -> ScriptedAnswer {
        try request.requireQuery()
        let isUpload = operation == "transfer-upload"
        let body = try request.json(["source_path|sourcePath|path", "transfer_directives"], optional: ["account"])
        let directives = try request.json(
            ["transfer_method|transferMethod"] + (isUpload ? ["file_size|fileSize"] : []), in: body["transfer_directives"])
        guard directives["transfer_method"] as? String == "s3", let path = body["source_path"] as? String,
            path.hasPrefix("/")
        else { throw Violation(text: "\(request.call): directives") }
        let id = "t\(Int.random(in: 1000...999_999))"
        let log = URL(filePath: path).deletingLastPathComponent().path + "/.f7t_\(id).log"
        let size = directives["file_size"] as? Int ?? 0
        state.withLock {
            $0.transfers[id] = FakeTransfer(
                path: localPath(path), log: localPath(log), size: size, isUpload: isUpload, looksPending: options.looksTransferPends)
        }
        var answer: [String: Any] = ["transferMethod": "s3"]
        if isUpload {
            guard size > 0 else { throw Violation(text: "transfer of nothing") }
            let count = (size + options.partSize - 1) / options.partSize
            answer["partsUploadUrls"] = (1...count).map { "\(storeURL)/\(id)/\($0)?X-Amz-Signature=signature-canary" }
            answer["completeUploadUrl"] = "\(storeURL)/\(id)/complete?X-Amz-Signature=signature-canary"
            answer["maxPartSize"] = options.partSize
        } else {
            guard FileManager.default.fileExists(atPath: localPath(path)) else { return Self.error(404, "No such file") }
            answer["downloadUrl"] = "\(storeURL)/\(id)/object?X-Amz-Signature=signature-canary"
        }
        let job: [String: Any] = [
            "jobId": id, "system": options.system, "workingDirectory": "/users/\(options.user)",
            "logs": ["outputLog": log, "errorLog": log],
        ]
        return Self.json(201, ["transferJob": job, "transferDirectives": answer])
    }

    func store(_ raw: ReceivedRequest) -> ScriptedAnswer {
        let words = raw.requestLine.split(separator: " ")
        guard words.count == 3, words[1].hasSuffix("?X-Amz-Signature=signature-canary") else {
            violate("object store: \(raw.requestLine)")
            return .status(403)
        }
        if raw["authorization"] != nil || raw["x-api-key"] != nil { violate("a credential at the object store") }
        let parts = words[1].prefix { $0 != "?" }.split(separator: "/").map(String.init)
        state.withLock { $0.calls.append("\(words[0]) object \(parts.last ?? "")") }
        return withFault("object") {
            guard parts.count == 2, let transfer = state.withLock({ $0.transfers[parts[0]] }) else {
                violate("object store: \(raw.requestLine)")
                return .status(404)
            }
            switch (words[0], parts[1]) {
            case ("GET", "object"): return object(transfer, range: raw["range"])
            case ("PUT", let part):
                guard let number = Int(part) else { return .status(404) }
                state.withLock { $0.transfers[parts[0]]?.parts[number] = raw.body }
                return .bytes([], headers: ["ETag": "\"tag-\(number)\""])
            case ("POST", "complete"): return complete(parts[0], transfer, raw)
            default:
                violate("object store: \(raw.requestLine)")
                return .status(405)
            }
        }
    }

    private func object(_ transfer: FakeTransfer, range: String?) -> ScriptedAnswer {
        let content = [UInt8](FileManager.default.contents(atPath: transfer.path) ?? Data())
        guard let range else { return .bytes(content) }
        guard let start = range.firstMatch(of: /^bytes=(\d+)-$/).flatMap({ Int($0.1) }), start < content.count else {
            return .status(416)
        }
        return .bytes(Array(content[start...]), status: 206)
    }

    private func complete(_ id: String, _ transfer: FakeTransfer, _ raw: ReceivedRequest) -> ScriptedAnswer {
        let numbers = transfer.parts.keys.sorted()
        let list = numbers.map { "<Part><PartNumber>\($0)</PartNumber><ETag>\"tag-\($0)\"</ETag></Part>" }.joined()
        let expected = "<CompleteMultipartUpload>\(list)</CompleteMultipartUpload>"
        let content = numbers.flatMap { transfer.parts[$0] ?? [] }
        guard String(decoding: raw.body, as: UTF8.self) == expected, content.count == transfer.size else {
            violate("completion of \(content.count) bytes: \(String(decoding: raw.body, as: UTF8.self))")
            return .status(400)
        }
        _ = FileManager.default.createFile(atPath: transfer.path, contents: Data(content))
        _ = FileManager.default.createFile(
            atPath: transfer.log, contents: Data("File was successfully downloaded (size: 0MB)\n".utf8))
        state.withLock { $0.transfers[id]?.isComplete = true }
        return .status(200, body: "<CompleteMultipartUploadResult/>")
    }
}
