// FNV-1a of 64 bits against the algorithm's published values.

import Base
import Testing

@Suite struct FingerprintTests {
    /// Of "foobar" with its end, as the authors' test suite has it; of nothing the offset.
    @Test func isFNV1a() {
        #expect(Fingerprint.of(["foobar"]) == "34531ca7168b8f38")
        #expect(Fingerprint().hexadecimal == "cbf29ce484222325")
    }

    @Test func piecesCount() {
        #expect(Fingerprint.of(["ab", "c"]) != Fingerprint.of(["a", "bc"]))
    }
}
