// The files that say what was submitted from here: JSON that people and programs read. They hold no secret, so everybody
// may read them.

import FoundationEssentials
import Base

enum SubmissionFile {
    /// Replaces `path`; members in the order of their names, so that two files can be compared.
    static func write(_ record: some Encodable, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try WholeFile.write(Array(try encoder.encode(record)) + [0x0A], to: path)
    }
}
