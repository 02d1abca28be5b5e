// Reading a text file that grows, by bytes, through a server that answers in characters.

extension FirecRESTCluster {
    /// Bytes of a text file from `offset` on, at most `limit` of them; its last ones when `offset` is nil. Nil if there
    /// is no such file.
    ///
    /// The server puts U+FFFD where something is not UTF-8, be it a character that is half written. What follows then
    /// has not the length it has in the file, so only what comes before is returned; unless that is less than a line and
    /// there will never be more: then the file itself is fetched.
    func bytes(_ path: String, from offset: Int?, limit: Int) async throws -> [UInt8]? {
        guard let offset else {
            let text = try await client.readIfPresent(.tail(system.name, path, bytes: limit), FirecRESTFile.content)
            return text.map { Array($0.utf8.suffix(limit)) }
        }
        guard let text = try await text(path, from: offset, limit: limit) else { return nil }
        let bytes = Array(text.utf8)
        let end = bytes.firstRange(of: Array("\u{FFFD}".utf8))?.lowerBound ?? bytes.count
        if bytes[..<end].contains(0x0A) || !bytes[end...].contains(0x0A) { return Array(bytes[..<end].prefix(limit)) }
        do {
            let file = try await client.send(.download(system.name, path, to: .memory)).body
            return Array(file.dropFirst(offset).prefix(limit))
        } catch let error as FirecRESTError where error.status == 413 {
            return Array(bytes.prefix(limit))
        }
    }

    private func text(_ path: String, from offset: Int, limit: Int) async throws -> String? {
        do {
            return try await client.readIfPresent(.tail(system.name, path, from: offset), FirecRESTFile.content)
        } catch let error as FirecRESTError where error.status == 413 {
            let size = min(limit, system.operationLimit)
            return try await client.readIfPresent(.view(system.name, path, offset: offset, size: size), FirecRESTFile.content)
        }
    }
}
