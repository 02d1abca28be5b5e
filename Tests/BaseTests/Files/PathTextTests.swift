import Base
import Testing

@Suite struct PathTextTests {
    @Test(arguments: [
        ("/a/b", "/a", "b"), ("/a/b/", "/a", "b"), ("/a//b", "/a", "b"), ("/a", "/", "a"), ("a/b", "a", "b"), ("a", "", "a"),
        ("/", "/", "/"), ("", "", ""),
    ])
    func aPathIsItsParentAndItsName(path: String, parent: String, name: String) {
        #expect(PathText.parent(of: path) == parent)
        #expect(PathText.name(of: path) == name)
    }

    @Test func oneSlashStandsBetween() {
        #expect(PathText.joined("/a", "b") == "/a/b")
        #expect(PathText.joined("/a/", "b") == "/a/b")
        #expect(PathText.joined("/", "b") == "/b")
        #expect(PathText.joined("", "b") == "b")
    }
}
