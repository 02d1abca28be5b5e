// The image itself: the same bytes every time, what container runtimes demand of it, a complete bill of materials.

import Foundation
import Testing

@Suite struct ImageTests {
    private struct Bill: Decodable {
        struct Package: Decodable { var name: String, versionInfo: String }
        struct File: Decodable { var fileName: String }
        var spdxVersion: String
        var packages: [Package]
        var files: [File]
    }

    @Test func rebuildIsByteIdentical() async throws {
        let image = try await Image.shared.value
        let scratch = try Scratch()
        let elsewhere = scratch.file("another directory")
        try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
        try await Image.build(
            to: elsewhere + "/again.sqsh", in: scratch,
            environment: ["TMPDIR": elsewhere, "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"])
        let first = try Data(contentsOf: URL(filePath: image.file))
        #expect(first.count > 1 << 20)
        #expect(try Data(contentsOf: URL(filePath: elsewhere + "/again.sqsh")) == first)
        let bill = try Data(contentsOf: URL(filePath: image.file.replacing(".sqsh", with: ".spdx.json")))
        #expect(try Data(contentsOf: URL(filePath: elsewhere + "/again.spdx.json")) == bill)
        // The input counts: another date is another image.
        try await Image.build(
            to: elsewhere + "/later.sqsh", in: scratch, environment: ["SOURCE_DATE_EPOCH": "1700000001"])
        #expect(try Data(contentsOf: URL(filePath: elsewhere + "/later.sqsh")) != first)
    }

    /// What container/Dockerfile copies into the image of an engine.
    @Test func theRootAloneIsTheSame() async throws {
        let image = try await Image.shared.value
        let scratch = try Scratch()
        try await Image.build(["--root", scratch.file("root")], in: scratch)
        let difference = try await Program.run(
            "/usr/bin/diff", ["-r", "--no-dereference", scratch.file("root"), image.root], in: scratch)
        #expect(difference.code == 0, "\(difference.output)\(difference.errors)")
    }

    @Test func billOfMaterials() async throws {
        let image = try await Image.shared.value
        let inside = try Data(contentsOf: URL(filePath: image.root + "/usr/share/sbom/sml-loadgen.spdx.json"))
        #expect(try Data(contentsOf: URL(filePath: image.file.replacing(".sqsh", with: ".spdx.json"))) == inside)
        let bill = try JSONDecoder().decode(Bill.self, from: inside)
        #expect(bill.spdxVersion == "SPDX-2.3")
        let packages = Dictionary(bill.packages.map { ($0.name, $0.versionInfo) }) { first, _ in first }
        for name in [
            "libc6", "libcurl4", "libssl3", "libsnappy1v5", "zlib1g", "libbrotli1", "libzstd1", "busybox", "bash", "ca-certificates",
            "libc-bin",
        ] {
            let installed = try await Program.run(
                "/usr/bin/dpkg-query", ["-W", "-f", "${Version}", name], in: try Scratch())
            #expect(packages[name] == installed.output, "\(name)")
        }
        #expect(packages["swift-argument-parser"] != nil)
        // Every program and library is listed, and nothing that is not there.
        let listed = Set(bill.files.map { String($0.fileName.dropFirst()) })
        var executable: Set = ["/etc/ssl/certs/ca-certificates.crt"]
        for path in try FileManager.default.subpathsOfDirectory(atPath: image.root) {
            let attributes = try FileManager.default.attributesOfItem(atPath: image.root + "/" + path)
            let mode = attributes[.posixPermissions] as? Int ?? 0
            if attributes[.type] as? FileAttributeType == .typeRegular, mode & 0o111 != 0 { executable.insert("/" + path) }
            #expect(mode & 0o6000 == 0, "\(path) is set-uid")
        }
        #expect(listed == executable)
    }

    @Test func whatRuntimesDemand() async throws {
        let image = try await Image.shared.value
        let scratch = try Scratch()
        let listing = try await Program.run("/usr/bin/unsquashfs", ["-lls", image.file], in: scratch)
        #expect(!listing.output.split(separator: "\n").contains { $0.hasPrefix("b") || $0.hasPrefix("c") })
        for path in [
            "/work", "/capstor", "/iopsstor", "/users", "/tmp", "/proc", "/sys", "/dev", "/usr/lib64", "/lib64", "/etc/ld.so.conf.d",
        ] {
            var isDirectory: ObjCBool = false
            #expect(
                FileManager.default.fileExists(atPath: image.root + path, isDirectory: &isDirectory) && isDirectory.boolValue, "\(path)")
        }
        func inside(_ command: String..., environment: [String: String] = [:]) async throws -> String {
            let result = try await image.run(command, work: scratch, environment: environment)
            #expect(result.code == 0, "\(command): \(result.errors)")
            return result.output
        }
        // As pyxis starts it; as SML does, whose profile must keep a path it was given.
        #expect(try await inside("/bin/sh", "-c", "echo started") == "started\n")
        #expect(try await inside("sh", "-lc", "command -v k6; command -v sml-loadgen") == "/usr/bin/k6\n/usr/bin/sml-loadgen\n")
        #expect(try await inside("env", "PATH=/usr/bin:/bin", "sh", "-lc", "echo $PATH") == "/usr/bin:/bin\n")
        #expect(try await inside("/usr/bin/env", "PATH=/opt/x", "/bin/sh", "-lc", "echo $PATH").hasPrefix("/opt/x:/usr/local/sbin:"))
        // CSCS's hooks: a linker's cache that can be refreshed and asked, by glibc's own program.
        #expect(try await inside("sh", "-c", "/sbin/ldconfig -C /tmp/cache && /sbin/ldconfig -C /tmp/cache -p").contains("libcurl.so.4"))
        #expect(
            try await inside("sh", "-c", ". /etc/os-release; echo $IMAGE_ID $IMAGE_VERSION") == "sml-loadgen "
                + inside("sml-loadgen", "--version"))
        #expect(try await inside("k6", "version").hasPrefix("k6 v1."))
        #expect(try await inside("bash", "-c", "echo ${BASH_VERSION%%.*}") == "5\n")
    }

    @Test func wrongOptions() async throws {
        let scratch = try Scratch()
        for (arguments, code, text) in [
            (["--binary", "/nonexistent"], 1, "/nonexistent: no such program"),
            (["--level", "30", "--binary", "/bin/true"], 64, "--level: '30': expected 1 to 22"),
            (["--what"], 64, "--what: unknown option"), (["--output"], 64, "--output: a value is missing"),
            (["--binary", "/bin/true", "--root", scratch.path], 1, "\(scratch.path): already exists"),
        ] as [([String], Int32, String)] {
            let result = try await Program.run("/bin/bash", [Image.repository + "/container/build"] + arguments, in: scratch)
            #expect(result.code == code)
            #expect(result.errors.hasPrefix("container/build: \(text)"), "\(result.errors)")
            #expect(scratch.contents.isEmpty)
        }
    }
}
