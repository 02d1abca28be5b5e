// A large file home through the object store: a job puts it there, we get it from a presigned URL, from where we were
// if the connection breaks.

import HTTPClient

struct ObjectDownload {
    let cluster: FirecRESTCluster
    let path: String
    let size: Int
    let file: PartialFile

    func run() async throws {
        // A presigned URL can expire while we are at it; a second one is enough for a file that took that long.
        for isLast in [false, true] {
            let call = FirecRESTCall.startDownload(cluster.system.name, of: path, account: cluster.account)
            let transfer = try await cluster.start(call)
            guard let url = transfer.downloadURL else {
                throw FirecRESTError.unexpected(call: call.shown, reason: "no download URL")
            }
            try await cluster.withTransfer(transfer.jobID, of: path) { try await cluster.waitForTransfer(transfer.jobID, of: path) }
            if try await get(url, isLast: isLast) { return }
        }
    }

    /// False when the URL is not accepted any more.
    private func get(_ url: String, isLast: Bool) async throws -> Bool {
        var withoutProgress = 0
        while true {
            let have = try file.size()
            if have == size { return true }
            if have > size { try file.truncate(to: 0) }
            let offset = have > size ? 0 : have
            var request = HTTPRequest("GET", url, timeout: .seconds(3600))
            request.destination = .descriptor(file.descriptor)
            if offset > 0 { request.headers.append(.init("Range", "bytes=\(offset)-")) }
            let outcome = try await cluster.client.sendPresigned(
                request, shown: "GET object \(path)" + (offset > 0 ? " from byte \(offset)" : ""))
            let reason: String
            switch outcome {
            case .success(let answer) where answer.status == 206: reason = "the object store sent a part only"
            case .success(let answer) where answer.isSuccess:
                reason = "the object store sent too little"
                // It does not know ranges and sent the whole again, behind what we had.
                if offset > 0 { try file.truncate(to: 0) }
            case .success(let answer) where answer.status == 403 && !isLast: return false
            case .success(let answer): reason = "the object store answered \(answer.status)"
            case .failure(let error):
                if error.kind == .notWritten || error.kind == .untrusted {
                    throw FirecRESTError.damaged(path: path, reason: error.message)
                }
                reason = error.message
            }
            let now = try file.size()
            if now == size { return true }
            withoutProgress = now > have ? 0 : withoutProgress + 1
            guard withoutProgress < cluster.pace.presignedPauses.count else {
                throw FirecRESTError.damaged(path: path, reason: "\(now) of \(size) bytes arrived; \(reason)")
            }
            try await Task.sleep(for: cluster.pace.presignedPauses[withoutProgress])
        }
    }
}
