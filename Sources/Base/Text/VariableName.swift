// Names of variables as shells have them (POSIX, 3.230 Name): what k6's `--env` takes, what an environment file may set, and what
// follows a dollar sign in one. By bytes, as those who read it do.

package enum VariableName {
    /// Whether all of `text` is a name: letters of ASCII, digits and `_`, no digit first.
    package static func isOne(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && beginning(text.utf8) == text.utf8.count
    }

    /// How many bytes at the beginning are a name; 0 for none.
    package static func beginning(_ text: some Sequence<UInt8>) -> Int {
        var length = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): length += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9") where length > 0: length += 1
            default: return length
            }
        }
        return length
    }
}
