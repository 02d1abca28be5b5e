import Base
import Testing

@Suite struct TrimmingTests {
    @Test(arguments: [
        (" \ta b\u{A0}\u{3000}", "a b", "a b"), ("\na\r\n", "\na\r\n", "a"), (" \n ", "\n", ""), ("", "", ""),
        ("\u{2028}a\u{85}", "\u{2028}a\u{85}", "a"), (" \u{301}a ", "\u{301}a", "\u{301}a"),
    ])
    func onlyTheEndsAreTaken(text: String, blanks: String, newlines: String) {
        #expect(text.trimmingBlanks == blanks)
        #expect(text.trimmingBlanksAndNewlines == newlines)
    }
}
