// `multipart/form-data` with one file, as the small upload wants it.

import Base

struct MultipartForm {
    let boundary: String
    let fileName: String
    let content: [UInt8]

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    var bytes: [UInt8] {
        // Quote, backslash and line breaks would end the name early (HTML's rule for form data).
        let name = fileName.replacingScalars("\"", with: "%22").replacingScalars("\r", with: "%0D")
            .replacingScalars("\n", with: "%0A")
        let head = """
            --\(boundary)\r
            Content-Disposition: form-data; name="file"; filename="\(name)"\r
            Content-Type: application/octet-stream\r
            \r

            """
        return Array(head.utf8) + content + Array("\r\n--\(boundary)--\r\n".utf8)
    }

    /// Random enough that no content holds it by chance.
    static func newBoundary() -> String {
        "sml-" + (0..<4).map { _ in String(UInt32.random(in: .min ... .max), radix: 16) }.joined()
    }
}
