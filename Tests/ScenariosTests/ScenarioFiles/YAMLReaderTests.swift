import Base
import Scenarios
import Testing

@testable import ScenarioFiles

/// What becomes of YAML is in ScenarioCatalogTests; here is what is refused, and that what is written is read back.
@Suite struct YAMLReaderTests {
    @Test(arguments: [
        ("", "is empty"), ("# nothing", "is empty"),
        (
            "a: [1\n",
            "not valid YAML: line 2, column 1: while parsing a flow sequence that begins in line 1, did not find expected ',' or ']'"
        ),
        ("a: 1\n---\nb: 2\n", "not valid YAML: line 2: a second document begins; expected one"),
        ("a: *b", "not valid YAML: line 1, column 4: found undefined alias"),
        ("a: \u{1}", "not valid YAML: byte 3: control characters are not allowed"),
        ("a: &x [*x]", "a" + String(repeating: "[0]", count: 100) + ": more than 100 levels deep"),
        ("? [1]\n: 2", "a key that is not text"), ("a: {b: 1, b: 2}", "a.b: this key occurs twice"),
        ("a: !!int '5'", "a: the tag tag:yaml.org,2002:int is not accepted; write the value without one"),
        ("- !x {}", "[0]: the tag !x is not accepted; write the value without one"),
    ])
    func refuses(_ text: String, _ reason: String) {
        let error = #expect(throws: ConfigurationError.self) { try YAMLReader.parse(text, file: "x.yaml") }
        #expect(error?.description == "x.yaml: \(reason)")
    }

    /// Read to its end by libyaml, the first of these would take minutes.
    @Test(arguments: [
        String(repeating: "[", count: 200_000), String(repeating: "{a: ", count: 50_000),
        (0..<2_000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
    ])
    func deepTextIsRefused(_ text: String) {
        let error = #expect(throws: ConfigurationError.self) { try YAMLReader.parse(text, file: "x.yaml") }
        #expect(error?.description.hasSuffix(": more than 100 levels deep") == true)
    }

    /// One text of 1 MB, a thousand times: counted by its length, since each copy is one.
    @Test func aliasesOfLongTextsCannotGrowWithoutBound() {
        let yaml = "a: &a \"\(String(repeating: "x", count: 1 << 20))\"\nb: [\(Array(repeating: "*a", count: 1000).joined(separator: ","))]"
        let error = #expect(throws: ConfigurationError.self) { try YAMLReader.parse(yaml, file: "x.yaml") }
        #expect(error?.description == "x.yaml: holds more than 100000 values")
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let value = try ConfigValue.parse(
            #"{"a":null,"b":[true,false,-1.5e3,[],{}],"c":{"d":"","e":"yes","f":"12","g":"two\nlines\n","h":" blank ","i":"é😀: #","j":"- x","k":"'\"\\"}}"#
        )
        let text = YAMLFile.text(value)
        #expect(try YAMLFile.parse(text, file: "x.yaml") == value)
        #expect(text.hasPrefix("a: null\nb:\n- true\n- false\n- -1.5e3\n- []\n- {}\nc:\n  d: ''\n  e: 'yes'\n  f: '12'\n"))
    }
}
