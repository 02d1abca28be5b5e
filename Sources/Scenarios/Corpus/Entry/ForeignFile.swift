// What a file looks like that is no corpus: said in the error, because "expected a JSON array" helps nobody who gave a Parquet
// file or a list of lines.

import Base

enum ForeignFile {
    private static let magic: [(bytes: [UInt8], words: String)] = [
        ([0x1F, 0x8B], "is compressed with gzip; unpack it first (gunzip)"),
        ([0x28, 0xB5, 0x2F, 0xFD], "is compressed with zstd; unpack it first (unzstd)"),
        ([0x42, 0x5A, 0x68], "is compressed with bzip2; unpack it first (bunzip2)"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "is compressed with xz; unpack it first (unxz)"),
        (Array("PK\u{3}\u{4}".utf8), "is a ZIP archive; unpack it first"),
        (Array("PAR1".utf8), "is a Parquet file; write it as JSON Lines (with datasets: to_json)"),
        (Array("ARROW1".utf8), "is an Arrow file; write it as JSON Lines (with datasets: to_json)"),
    ]

    /// What stands in for text: a coding that is not ours, an archive. Nil for what may be text.
    static func words(_ bytes: UnsafeRawBufferPointer) -> String? {
        if let coding = TextCoding(bytes), coding != .utf8WithMark {
            return "\(coding.words); expected UTF-8 (iconv -f \(coding == .utf16 ? "UTF-16" : "UTF-32") -t UTF-8)"
        }
        return magic.first { bytes.starts(with: $0.bytes) }?.words
    }

    /// What text looks like that begins as no JSON does.
    static func words(ofText bytes: UnsafeRawBufferPointer.SubSequence) -> String {
        let line = String(decoding: bytes.prefix(1_000).prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        let accepted = "expected a JSON array of prompts, or one JSON object a line"
        for (separator, name) in [(Character(","), "CSV"), (";", "CSV with semicolons"), ("\t", "CSV with tabs")] {
            let columns = line.split(separator: separator, omittingEmptySubsequences: false).map { $0.trimmingBlanks }
            guard columns.count > 1, columns.allSatisfy({ (1...40).contains($0.count) && $0.split(separator: " ").count <= 2 }) else {
                continue
            }
            return
                "looks like \(name) with the columns \(columns.prefix(8).joined(separator: ", ")); a table needs a column content or prompt"
        }
        return "looks like text, not JSON; \(accepted); a prompt a line becomes that with jq -R . FILE"
    }
}
