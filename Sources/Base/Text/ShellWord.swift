// Text on its way through a shell. Values come from users (labels, paths, models), so nothing in them may mean
// anything to it.

package enum ShellWord {
    /// `text` as one word of a POSIX shell. Plain words stay as they are, because people read these scripts.
    package static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "_-./:=@%+".utf8.contains(byte)
                }
            }
        return isPlain ? text : "'" + text.replacingScalars("'", with: #"'\''"#) + "'"
    }
}
