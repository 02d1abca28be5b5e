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
        ("a: &a 1\nb: {<<: *a}", "b.<<: 1 cannot be merged; expected an alias of a mapping, or a list of such"),
        ("b: {<<: [{c: 1}, [2]]}", "b.<<: [2] cannot be merged; expected an alias of a mapping, or a list of such"),
        ("a: &a {b: 1}\nc: {<<: *a, <<: *a}", "c.<<: this key occurs twice"),
        ("a: &a {<<: *a}", "a" + String(repeating: ".<<", count: 100) + ": more than 100 levels deep"),
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

    /// The examples of yaml.org/type/merge, with what PyYAML makes of them.
    @Test(arguments: [
        ("- &c {x: 1, y: 2}\n- {<<: *c, r: 10, label: l}", #"[{"x":1,"y":2},{"x":1,"y":2,"r":10,"label":"l"}]"#),
        ("- &c {x: 1, y: 2}\n- &b {r: 10}\n- {<<: [*c, *b], label: l}", #"[{"x":1,"y":2},{"r":10},{"x":1,"y":2,"r":10,"label":"l"}]"#),
        (
            "- &l {x: 0, y: 2}\n- &b {r: 10}\n- &s {r: 1}\n- {<<: [*b, *l, *s], x: 1, label: l}",
            #"[{"x":0,"y":2},{"r":10},{"r":1},{"r":10,"x":1,"y":2,"label":"l"}]"#
        ),
        // The place of the merge key does not matter; bases may have bases; the value may stand there itself.
        ("- &c {x: 1, y: 2}\n- x: 3\n  <<: *c", #"[{"x":1,"y":2},{"x":3,"y":2}]"#),
        ("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b, z: 3}", #"[{"x":1},{"x":1,"y":2},{"x":1,"y":2,"z":3}]"#),
        ("- {<<: {x: 1}, y: 2}\n- {<<: []}\n- {\"<<\": 1}", #"[{"x":1,"y":2},{},{"<<":1}]"#),
    ])
    func mergeKeys(_ text: String, _ json: String) throws {
        #expect(try YAMLReader.parse(text, file: "x.yaml") == JSON.parse(json))
    }

    @Test func mergesCannotGrowWithoutBound() {
        var yaml = "a0: &a0 {k: v}\n"
        for level in 1...18 {
            yaml += "a\(level): &a\(level) {<<: *a\(level - 1), k\(level): {<<: *a\(level - 1)}}\n"
        }
        let error = #expect(throws: ConfigurationError.self) { try YAMLReader.parse(yaml, file: "x.yaml") }
        #expect(error?.description == "x.yaml: holds more than 100000 values")
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let value = try JSON.parse(
            #"{"a":null,"b":[true,false,-1.5e3,[],{}],"c":{"d":"","e":"yes","f":"12","g":"two\nlines\n","h":" blank ","i":"é😀: #","j":"- x","k":"'\"\\"}}"#
        )
        let text = YAMLFile.text(value)
        #expect(try YAMLFile.parse(text, file: "x.yaml") == value)
        #expect(text.hasPrefix("a: null\nb:\n- true\n- false\n- -1.5e3\n- []\n- {}\nc:\n  d: ''\n  e: 'yes'\n  f: '12'\n"))
    }
}
