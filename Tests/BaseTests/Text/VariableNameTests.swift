import Base
import Testing

struct VariableNameTests {
    @Test(arguments: ["A", "_", "a1", "PATH", "_9", "x_Y_0"])
    func isAName(_ text: String) { #expect(VariableName.isOne(text)) }

    @Test(arguments: ["", "1", "9A", "a b", "a-b", "é", "aé", "a=", "${A}", "A\u{301}"])
    func isNone(_ text: String) { #expect(!VariableName.isOne(text)) }

    @Test(arguments: [("A}b", 1), ("ab_1-2", 4), ("1a", 0), ("", 0), ("}", 0)])
    func beginsWithOne(_ text: String, length: Int) { #expect(VariableName.beginning(text.utf8) == length) }
}
