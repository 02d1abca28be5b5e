// Operations on the cluster's files. Those under `ops` run at once and are small; those under `transfer` start a job
// on the cluster that moves data to or from an object store.

import HTTPClient
import Base

extension FirecRESTCall {
    private static func operation(
        _ method: String, _ system: String, _ name: String, query: [(String, String)] = []
    ) -> FirecRESTCall {
        .init(method, ["filesystem", system, "ops", name], query: query)
    }

    /// Parents too; a directory that exists already is success.
    static func makeDirectory(_ system: String, _ path: String) -> FirecRESTCall {
        operation("POST", system, "mkdir")
            .sending(.object([.init("sourcePath", .string(path)), .init("parent", .bool(true))]))
    }

    static func changeMode(_ system: String, _ path: String, mode: String) -> FirecRESTCall {
        operation("PUT", system, "chmod")
            .sending(.object([.init("sourcePath", .string(path)), .init("mode", .string(mode))]))
    }

    /// A small file, which replaces one of that name. Must not be empty: the server hangs on it and answers 408.
    static func upload(
        _ system: String, directory: String, name: String, _ bytes: [UInt8], boundary: String
    )
        -> FirecRESTCall
    {
        precondition(!bytes.isEmpty, "an empty file cannot be uploaded")
        var call = operation("POST", system, "upload", query: [("path", directory)])
        let form = MultipartForm(boundary: boundary, fileName: name, content: bytes)
        call.headers.append(.init("Content-Type", form.contentType))
        call.body = .bytes(form.bytes)
        call.timeout = .seconds(60)
        return call
    }

    static func status(_ system: String, _ path: String) -> FirecRESTCall {
        operation("GET", system, "stat", query: [("path", path), ("dereference", "true")])
    }

    /// The files of a directory.
    static func list(_ system: String, _ path: String) -> FirecRESTCall {
        operation("GET", system, "ls", query: [("path", path), ("dereference", "true")])
    }

    static func download(_ system: String, _ path: String, to destination: HTTPRequest.Destination) -> FirecRESTCall {
        var call = operation("GET", system, "download", query: [("path", path)])
        call.destination = destination
        call.timeout = .seconds(60)
        return call
    }

    /// Text from byte `offset` on. The server cuts a block of bytes out of the file, decodes it and counts the rest in
    /// characters, so behind a character of several bytes it begins too late: for text that ``tail(_:_:from:)`` refuses
    /// to give only.
    static func view(_ system: String, _ path: String, offset: Int, size: Int) -> FirecRESTCall {
        operation("GET", system, "view", query: [("path", path), ("size", "\(size)"), ("offset", "\(offset)")])
    }

    /// Text from byte `offset` to the end; 413 if that is more than the server's buffer of 5 MiB.
    static func tail(_ system: String, _ path: String, from offset: Int) -> FirecRESTCall {
        // Numbered from 1, as tail does.
        var call = operation("GET", system, "tail", query: [("path", path), ("bytes", "\(offset + 1)"), ("skipHeading", "true")])
        call.isOneLook = true
        return call
    }

    /// The last `bytes`.
    static func tail(_ system: String, _ path: String, bytes: Int) -> FirecRESTCall {
        operation("GET", system, "tail", query: [("path", path), ("bytes", "\(bytes)")])
    }

    static func checksum(_ system: String, _ path: String) -> FirecRESTCall {
        operation("GET", system, "checksum", query: [("path", path)])
    }

    static func remove(_ system: String, _ path: String) -> FirecRESTCall {
        operation("DELETE", system, "rm", query: [("path", path)])
    }

    /// A tar archive with gzip, beside the source.
    static func compress(_ system: String, _ path: String, to target: String) -> FirecRESTCall {
        operation("POST", system, "compress")
            .sending(
                .object([
                    .init("sourcePath", .string(path)), .init("targetPath", .string(target)),
                    .init("compression", .string("gzip")),
                ]))
    }

    /// Each success is a transfer job.
    static func startUpload(_ system: String, to path: String, size: Int, account: String?) -> FirecRESTCall {
        let directives: [JSON.Member] = [
            .init("file_size", .int(size)), .init("transfer_method", .string("s3")),
        ]
        return transfer(system, "upload", [.init("path", .string(path))], directives, account)
    }

    static func startDownload(_ system: String, of path: String, account: String?) -> FirecRESTCall {
        transfer(
            system, "download", [.init("source_path", .string(path))], [.init("transferMethod", .string("s3"))], account)
    }

    private static func transfer(
        _ system: String, _ name: String, _ members: [JSON.Member], _ directives: [JSON.Member],
        _ account: String?
    ) -> FirecRESTCall {
        var members = members + [.init("transfer_directives", .object(directives))]
        if let account { members.append(.init("account", .string(account))) }
        var call = FirecRESTCall("POST", ["filesystem", system, "transfer", name]).sending(.object(members))
        call.repeating = .unsafe
        return call
    }
}
