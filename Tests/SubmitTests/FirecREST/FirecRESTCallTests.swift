// Requests as values, and error bodies as the real server writes them.

import HTTPClient
import Base
import Testing

@testable import Submit

@Suite struct FirecRESTCallTests {
    @Test func pathsAndQueriesAreEncoded() {
        let call = FirecRESTCall.view("sys/x", "/users/ü/a b&c=d?e%", offset: 5, size: 10)
        #expect(call.path == "/filesystem/sys%2Fx/ops/view?path=/users/%C3%BC/a%20b%26c%3Dd%3Fe%25&size=10&offset=5")
    }

    @Test func onlySubmittingIsUnsafeToRepeat() {
        let submit = FirecRESTCall.submit("s", script: "#!/bin/bash -l\n\"'$(x)\u{1}", workingDirectory: "/w", account: nil)
        #expect(submit.repeating == .unsafe)
        guard case .bytes(let bytes) = submit.body else { Issue.record("no body"); return }
        let job = (try? JSON.parse(String(decoding: bytes, as: UTF8.self)))?["job"]
        #expect(job?["script"] == .string("#!/bin/bash -l\n\"'$(x)\u{1}"))
        #expect(job?["account"] == nil)
        for call in [FirecRESTCall.systems, .cancel("s", id: "1"), .makeDirectory("s", "/a"), .remove("s", "/a")] {
            #expect(call.repeating == .harmless)
        }
    }

    @Test func refusalsOfSLURMAreFoundInTheirBody() {
        func body(_ status: Int, _ message: String) -> FirecRESTErrorBody {
            FirecRESTErrorBody(
                HTTPResponse(
                    status: status, body: Array(JSON.object([.init("message", .string(message))]).json().utf8)))
        }
        let prefix = "Unexpected Slurm command response. exit_status:1 std_err:"
        #expect(
            body(
                500,
                prefix + "sbatch: error: invalid partition specified: x\nsbatch: error: Batch job submission failed: "
                    + "Invalid partition name specified\n"
            ).complaint
                == .refused("invalid partition specified: x; Batch job submission failed: Invalid partition name specified"))
        #expect(
            body(500, prefix + "scancel: error: Kill job error on job id 7: Job/step already completing or completed").complaint
                == .refused("Kill job error on job id 7: Job/step already completing or completed"))
        #expect(body(500, "Internal server error").complaint == nil)
        #expect(body(404, "sbatch: error: x").complaint == nil)
        #expect(FirecRESTErrorBody(HTTPResponse(status: 502, body: Array("<html>".utf8))).message == "<html>")
        let fields = #"{"message":"bad","data":{"fields":[{"location":"body","name":"job","message":"required"}]}}"#
        #expect(FirecRESTErrorBody(HTTPResponse(status: 400, body: Array(fields.utf8))).message == "bad (job: required)")
    }

    @Test func uploadsAreCutIntoParts() {
        #expect(UploadParts(size: 10, partSize: 4)?.ranges == [0..<4, 4..<8, 8..<10])
        #expect(UploadParts(size: 8, partSize: 4)?.ranges == [0..<4, 4..<8])
        #expect(UploadParts(size: 0, partSize: 4) == nil)
        #expect(UploadParts(size: 1, partSize: 0) == nil)
        #expect(UploadParts.completion(["\"a\"", "<&>"]).contains("<Part><PartNumber>2</PartNumber><ETag>&lt;&amp;&gt;</ETag></Part>"))
    }

    @Test(arguments: [("24.05.4", true), ("23.02.0", true), ("22.05.8", false), (nil, false), ("x", false)] as [(String?, Bool)])
    func whoMakesTheLogDirectoryDependsOnTheVersion(version: String?, makes: Bool) {
        let system = FirecRESTSystem(name: "x", operationLimit: 1, fileSystems: [], schedulerVersion: version)
        #expect(system.makesLogDirectories == makes)
    }

    @Test func theDownloadLimitIsTheMeasuredOne() {
        let system = FirecRESTSystem(name: "x", operationLimit: 5_242_880, fileSystems: ["/users"])
        #expect(system.downloadLimit == 3_932_157)
        #expect(system.directory(user: "u") == "/users/u/.sml")
        let other = FirecRESTSystem(name: "x", operationLimit: 1, fileSystems: ["/home", "/scratch"], defaultFileSystem: "/scratch")
        #expect(other.directory(user: "u") == "/scratch/u/.sml")
    }
}
