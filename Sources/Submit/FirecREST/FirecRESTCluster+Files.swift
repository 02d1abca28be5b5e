// Files to the cluster and back: small ones by the operations that answer at once, larger ones through the object
// store. What comes home is compared with what lies there.

import Glibc

extension FirecRESTCluster {
    /// Makes a directory and its parents.
    func makeDirectory(_ path: String) async throws {
        try await client.send(.makeDirectory(system.name, path))
    }

    /// From now on only the user can look into a directory.
    func makePrivate(_ path: String) async throws {
        try await client.send(.changeMode(system.name, path, mode: "700"))
    }

    /// Writes a file into a directory that exists. A secret one is 0600 before anybody is told of it; its directory
    /// should be private, because the server creates files with 0644.
    ///
    /// - Throws: ``SubmitError/cannotStage(_:_:)`` for an empty file, on which the server hangs, and for a secret one that
    ///   is too large to go there directly: the object store is somebody else's and keeps what it gets.
    func write(_ bytes: [UInt8], directory: String, name: String, isSecret: Bool = false) async throws {
        let path = "\(directory)/\(name)"
        guard !bytes.isEmpty else { throw SubmitError.cannotStage(path, "an empty file cannot be sent") }
        let isThere = try await uploadAtOnce(bytes, directory: directory, name: name)
        if !isThere {
            guard !isSecret else {
                throw SubmitError.cannotStage(path, "holds a secret and is too large to be sent to FirecREST directly")
            }
            try await ObjectUpload(cluster: self, path: path, content: bytes).run()
        }
        if isSecret { try await client.send(.changeMode(system.name, path, mode: "600")) }
    }

    /// False for a file that is too large; the server's limit may be lower than it says.
    private func uploadAtOnce(_ bytes: [UInt8], directory: String, name: String) async throws -> Bool {
        guard bytes.count <= system.operationLimit else { return false }
        let boundary = MultipartForm.newBoundary()
        do {
            try await client.send(.upload(system.name, directory: directory, name: name, bytes, boundary: boundary))
            return true
        } catch let error as FirecRESTError where error.status == 413 {
            return false
        }
    }

    /// Removes a file; one that is not there is success.
    func remove(_ path: String) async throws {
        do {
            try await client.send(.remove(system.name, path))
        } catch let error as FirecRESTError where error.status == 404 {}
    }

    /// In bytes, nil if there is no such file.
    func size(_ path: String) async throws -> Int? {
        try await client.readIfPresent(.status(system.name, path), FirecRESTFile.size)
    }

    /// Names and sizes in bytes, nil if there is no such directory.
    func list(_ path: String) async throws -> [String: Int]? {
        try await client.readIfPresent(.list(system.name, path), FirecRESTFile.listing)
    }

    /// Brings a file home, replacing `local` only when all of it has arrived.
    ///
    /// - Parameters:
    ///   - isLarge: worth compressing on the way.
    ///   - known: its size in bytes; asked for where it is not given, unless it should be small: then the answer's own
    ///     length says whether it is whole.
    /// - Returns: false if there is no such file.
    func fetch(_ path: String, to local: String, isLarge: Bool = false, size known: Int? = nil) async throws -> Bool {
        let file = try PartialFile(for: local)
        let isTried = !isLarge && known == nil
        if isTried, let isThere = try await fetchAtOnce(path, into: file) { return isThere }
        guard let size = if let known { known } else { try await size(path) } else { return false }
        let isWorthIt = isLarge && size > system.downloadLimit
        let isThere = isWorthIt ? try await fetchCompressed(path, size: size, into: file) : false
        if !isThere {
            try await download(path, size: size, into: file, isTooLarge: isTried)
            // What came in one piece came with its length, through TLS.
            if isLarge, size > system.downloadLimit { try await checkSum(path, file.path) }
        }
        let arrived = try file.size()
        guard arrived == size else {
            throw FirecRESTError.damaged(path: path, reason: "\(arrived) of \(size) bytes arrived")
        }
        try file.replaceTarget()
        return true
    }

    /// One call for what should be small; nil where it is not.
    private func fetchAtOnce(_ path: String, into file: PartialFile) async throws -> Bool? {
        do {
            try await downloadAtOnce(path, size: nil, into: file)
            try file.replaceTarget()
            return true
        } catch let error as FirecRESTError where error.status == 404 {
            return false
        } catch let error as FirecRESTError where error.status == 413 {
            try file.truncate(to: 0)
            return nil
        }
    }

    /// False, and an empty file, where it cannot be compressed there or unpacked here.
    private func fetchCompressed(_ path: String, size: Int, into file: PartialFile) async throws -> Bool {
        guard let archive = try await compressed(path), let archiveSize = try await self.size(archive) else { return false }
        // Never put in its place, and gone with its last use, which is tar's.
        let part = try PartialFile(for: "\(file.path).tar.gz")
        defer { withExtendedLifetime(part) {} }
        do {
            try await download(archive, size: archiveSize, into: part)
            try await checkSum(archive, part.path)
        } catch {
            try? await remove(archive)
            throw error
        }
        try await remove(archive)
        do {
            try await Archive.extract(part.path, to: file)
            if try file.size() == size { return true }
        } catch {
            try Task.checkCancellation()
            await client.note("\(error)")
        }
        try file.truncate(to: 0)
        return false
    }

    /// - Parameter isTooLarge: for the server's direct way, whatever it says of its limit.
    private func download(_ path: String, size: Int, into file: PartialFile, isTooLarge: Bool = false) async throws {
        guard size > 0 else { return }
        if !isTooLarge, size <= system.downloadLimit {
            do {
                return try await downloadAtOnce(path, size: size, into: file)
            } catch let error as FirecRESTError where error.status == 413 {
                try file.truncate(to: 0)
            }
        }
        try await ObjectDownload(cluster: self, path: path, size: size, file: file).run()
    }

    /// Small enough that a broken one is begun again.
    private func downloadAtOnce(_ path: String, size: Int?, into file: PartialFile) async throws {
        var call = FirecRESTCall.download(system.name, path, to: .descriptor(file.descriptor))
        // Not repeated by the client: the file must be emptied in between.
        call.repeating = .unsafe
        var reason = ""
        var patience = Patience()
        var shortness = Patience(limit: Patience.brief)
        while true {
            try file.truncate(to: 0)
            do {
                try await client.send(call)
                guard let size, try file.size() != size else { return }
                reason = "\(try file.size()) of \(size) bytes arrived"
                guard shortness.failed(at: await client.now()) != .over else { throw FirecRESTError.damaged(path: path, reason: reason) }
            } catch FirecRESTError.unknownOutcome(_, let why, _) {
                reason = why
            }
            guard case .again(let pause, let isWorthSaying) = patience.failed(at: await client.now()) else {
                throw FirecRESTError.notReached(call: call.shown, reason: reason)
            }
            if isWorthSaying { await client.tell("\(path): \(reason); trying again") }
            try await client.pause(pause)
        }
    }

    /// The path of a compressed copy, or nil where the server cannot make one in the time it gives its commands.
    private func compressed(_ path: String) async throws -> String? {
        let archive = "\(path).tar.gz"
        do {
            var call = FirecRESTCall.compress(system.name, path, to: archive)
            // 408 means too large for 5 s; trying again takes as long.
            call.repeating = .unsafe
            try await client.send(call)
            return archive
        } catch is FirecRESTError {
            try? await remove(archive)
            return nil
        }
    }

    /// Compares with the far side's SHA-256, where it can compute one in time; the size is compared in any case.
    func checkSum(_ path: String, _ local: String) async throws {
        let remote: String
        do {
            var call = FirecRESTCall.checksum(system.name, path)
            call.repeating = .unsafe
            remote = try await client.read(call, FirecRESTFile.checksum)
        } catch let error as FirecRESTError {
            // Too large for the time the server gives, or a path it does not understand (one with a space).
            return await client.tell("\(path): compared by size only, not by SHA-256: \(error)")
        }
        let own = try await Checksum.sha256(local)
        guard own == remote else {
            throw FirecRESTError.damaged(path: path, reason: "arrived with SHA-256 \(own) instead of \(remote)")
        }
    }
}
