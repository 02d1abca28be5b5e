import Submit
import Testing

@testable import Models

@Suite struct ServedModelNameTests {
    @Test(arguments: [
        ("model", "ada/model"), ("vendor/model", "ada/vendor/model"), ("ada/vendor/model", "ada/vendor/model"),
        ("ada/a/b/c", "ada/a/b/c"), ("ada/model", "ada/ada/model"), ("m$(id)'\"`;", "ada/m$(id)'\"`;"),
    ])
    func theUserComesFirst(_ text: String, _ name: String) throws {
        #expect(try ServedModelName(text, user: "ada", option: "--served-model-name").description == name)
    }

    @Test func anotherUsersNameIsRefused() {
        #expect(
            refusal { try ServedModelName("bob/vendor/model", user: "ada", option: "--served-model-name") }
                == #"--served-model-name: "bob/vendor/model" begins with "bob", but the job is ada's; expected ada/vendor/model"#)
    }

    @Test(arguments: ["", "/", "a//b", "/a", "a/", "a b", "a\tb", "a\nb", "-x", "a\u{0}"]) func noNamesAreRefused(_ text: String) {
        #expect(
            refusal { try ServedModelName(text, user: "ada", option: "--x") }.hasSuffix(
                "is not accepted; expected [[user/]vendor/]model without blanks"))
    }
}
