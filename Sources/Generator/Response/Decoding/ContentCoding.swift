// The names in `Content-Encoding`. As in k6, a name that is no compression (`utf-8`, `identity`, `aws-chunked`) says
// nothing about the bytes and is passed over; unlike in k6, names are read in any case, `x-gzip` is one (RFC 9110
// §8.4.1.3), and several header lines are one list (§5.3).

/// A compression that is undone.
enum ContentCoding: Sendable, Equatable {
    case gzip, deflate, brotli, zstandard

    /// The one called `name`, in any case.
    init?(_ name: some StringProtocol) {
        switch name.lowercased() {
        case "gzip", "x-gzip": self = .gzip
        case "deflate": self = .deflate
        case "br": self = .brotli
        case "zstd": self = .zstandard
        default: return nil
        }
    }

    /// Those named in a field's value, in the order in which they were applied.
    static func list(_ value: String) -> [ContentCoding] {
        value.split(separator: ",").compactMap { name in
            ContentCoding(name.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
        }
    }
}
