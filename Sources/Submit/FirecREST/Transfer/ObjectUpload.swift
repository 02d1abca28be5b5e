// A large file to the cluster through the object store: parts are put to presigned URLs, the list of them completes
// the object, a job on the cluster fetches it.

import HTTPClient
import Base
import Scenarios

struct ObjectUpload {
    let cluster: FirecRESTCluster
    let path: String
    let content: [UInt8]

    func run() async throws {
        let call = FirecRESTCall.startUpload(cluster.system.name, to: path, size: content.count, account: cluster.account)
        let transfer = try await cluster.start(call)
        try await cluster.withTransfer(transfer.jobID, of: path) { try await carryOut(transfer, call) }
    }

    private func carryOut(_ transfer: FirecRESTTransfer, _ call: FirecRESTCall) async throws {
        guard let partSize = transfer.partSize, let completeURL = transfer.completeURL,
            let parts = UploadParts(size: content.count, partSize: partSize), parts.ranges.count == transfer.partURLs.count
        else { throw FirecRESTError.unexpected(call: call.shown, reason: "part URLs do not fit the file's size") }
        var tags: [String] = []
        for (index, range) in parts.ranges.enumerated() {
            let request = HTTPRequest(
                "PUT", transfer.partURLs[index], body: .bytes(Array(content[range])), timeout: .seconds(3600))
            let answer = try await put(request, shown: "PUT part \(index + 1) of \(parts.ranges.count) of \(path)")
            guard let tag = answer.header("etag") else {
                throw FirecRESTError.unexpected(call: "PUT part", reason: "no ETag")
            }
            tags.append(tag)
        }
        var complete = HTTPRequest(
            "POST", completeURL, headers: [.init("Content-Type", "application/xml")],
            body: .bytes(Array(UploadParts.completion(tags).utf8)), timeout: .seconds(300))
        complete.stallTimeout = .seconds(300)
        let answer = try await put(complete, shown: "POST complete \(path)")
        // S3 may answer 200 and say in the body that it did not work.
        guard !answer.text.contains("<Error>") else {
            throw FirecRESTError.damaged(path: path, reason: "the object store could not put the parts together")
        }
        try await cluster.waitForTransfer(transfer.jobID, of: path)
        let log = try await cluster.bytes(transfer.outputLog, from: nil, limit: 4096) ?? []
        guard String(decoding: log, as: UTF8.self).contains("File was successfully") else {
            throw FirecRESTError.damaged(path: path, reason: "the transfer job's log \(transfer.outputLog) does not say that it arrived")
        }
        let size = try await cluster.size(path)
        guard size == content.count else {
            throw FirecRESTError.damaged(path: path, reason: "\(size ?? 0) of \(content.count) bytes arrived")
        }
    }

    /// Putting a part twice is harmless, and so is completing twice: the second says so.
    private func put(_ request: HTTPRequest, shown: String) async throws -> HTTPResponse {
        var reason = ""
        for pause in cluster.pace.presignedPauses.map(Optional.init) + [nil] {
            switch try await cluster.client.sendPresigned(request, shown: shown) {
            case .success(let answer) where answer.isSuccess: return answer
            case .success(let answer):
                reason = "the object store answered \(answer.status)"
                guard answer.status >= 500 || answer.status == 429 else {
                    throw FirecRESTError.damaged(path: path, reason: reason)
                }
            case .failure(let error):
                reason = error.message
                if error.kind == .untrusted { throw FirecRESTError.damaged(path: path, reason: reason) }
            }
            if let pause { try await Task.sleep(for: pause) }
        }
        throw FirecRESTError.damaged(path: path, reason: reason)
    }
}

/// How a file is cut, and the list that puts it together again.
struct UploadParts: Equatable {
    let ranges: [Range<Int>]

    init?(size: Int, partSize: Int) {
        guard size > 0, partSize > 0 else { return nil }
        ranges = stride(from: 0, to: size, by: partSize).map { $0..<min($0 + partSize, size) }
    }

    static func completion(_ tags: [String]) -> String {
        let parts = tags.enumerated().map { index, tag in
            let escaped = tag.replacingScalars("&", with: "&amp;").replacingScalars("<", with: "&lt;")
                .replacingScalars(">", with: "&gt;")
            return "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(escaped)</ETag></Part>"
        }
        return "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>"
    }
}
