import Base
import Testing

/// With marks that make another character of what a program looks for.
@Suite struct ScalarsTests {
    @Test func aMarkHidesNothing() {
        #expect("a'\u{301}b".replacingScalars("'", with: "Q") == "aQ\u{301}b")
        #expect("x\r\ny".replacingScalars("\n", with: "N") == "x\rNy")
        #expect("key\u{301}, key".replacingScalars("key", with: "****").unicodeScalars.elementsEqual("****\u{301}, ****".unicodeScalars))
        #expect("a,\u{301}b".containsScalar(of: ":,") && !"a.b".containsScalar(of: ":,"))
    }
}
