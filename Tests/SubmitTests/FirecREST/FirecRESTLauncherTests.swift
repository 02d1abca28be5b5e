// What a run asks of any launcher, asked of FirecREST.

import FirecRESTFake
import Foundation
import Testing

@testable import Submit

@Suite(.timeLimit(.minutes(15))) struct FirecRESTLauncherTests {
    @Test func carriesAJobThroughItsLife() async throws {
        let played = try FakeCluster()
        let launcher = FirecRESTLauncher(cluster: try await played.open())
        #expect(try await launcher.partitions().map(\.name) == ["normal", "debug"])
        let user = try await launcher.user()
        #expect(user == ClusterUser(name: "hpcuser", defaultAccount: "testacct", home: "/users/hpcuser", runs: "/users/hpcuser/.sml"))
        let path = "\(user.runs)/run/run_config.json"
        try await launcher.makeDirectory("\(user.runs)/run")
        try await launcher.write([1, 2, 3], to: path, mode: .ownerOnly)
        try await launcher.write([4], to: "\(user.runs)/run/loadgen.env", mode: .ownerOnly)
        // The directory is made and closed once, whatever is put into it.
        let files = "/filesystem/cluster/ops"
        #expect(
            played.fake.calls.suffix(6) == [
                "POST \(files)/mkdir", "PUT \(files)/chmod", "POST \(files)/upload", "PUT \(files)/chmod", "POST \(files)/upload",
                "PUT \(files)/chmod",
            ])
        #expect(try await launcher.size(of: path) == 3)
        #expect(try await launcher.read(path, from: 1, limit: 10) == [2, 3])
        #expect(try await launcher.read(path + "x", from: 0, limit: 1) == nil)
        #expect(try await launcher.state(of: try #require(JobID("4711"))) == .unknown)
        let id = try await launcher.submit(
            JobSubmission(
                name: FakeCluster.jobName, script: FakeCluster.script, directory: user.runs, logDirectory: "logs/%j",
                account: nil))
        #expect(try await launcher.state(of: id) == .pending(reason: "Priority"))
        #expect(try await launcher.job(named: FakeCluster.jobName) == id)
        #expect(try await launcher.job(named: "other") == nil)
        #expect(try await launcher.cancel(id) == .asked)
        #expect(try await launcher.cancel(id) == .wasOver)
        #expect(try await launcher.state(of: id) == .ended(JobEnd(.cancelled, elapsed: .seconds(3), limit: .seconds(7200))))
        #expect(try await launcher.list("\(user.runs)/run") == ["loadgen.env": 1, "run_config.json": 3])
        #expect(try await launcher.list("\(user.runs)/none") == nil)
        #expect(try await launcher.fetch(path, to: played.scratch.file("c")))
        #expect(try await launcher.fetch(path + "x", to: played.scratch.file("d")) == false)
        try await launcher.remove(path)
        #expect(played.fake.violations == [])
    }

    /// The server puts paths between apostrophes and hands them to a shell.
    @Test func anApostropheIsRefusedHere() async throws {
        let played = try FakeCluster()
        let launcher = FirecRESTLauncher(cluster: try await played.open())
        played.fake.forgetCalls()
        await #expect(throws: LauncherError.refused("/users/x';id;': FirecREST takes no path with an apostrophe")) {
            try await launcher.size(of: "/users/x';id;'")
        }
        #expect(played.fake.calls == [])
    }

    @Test func anOldSLURMGetsItsLogDirectory() async throws {
        for (version, makes) in [("22.05.8", true), ("23.02.1", false)] {
            let played = try FakeCluster { $0.slurmVersion = version }
            let launcher = FirecRESTLauncher(cluster: try await played.open())
            let id = try await launcher.submit(
                JobSubmission(
                    name: FakeCluster.jobName, script: FakeCluster.script, directory: "/users/hpcuser/.sml", logDirectory: "logs/%j",
                    account: nil))
            #expect(FileManager.default.fileExists(atPath: played.local("/users/hpcuser/.sml/logs/\(id)")) == makes)
        }
    }

    /// A second 401 is about who we are; a 403 is about a file of somebody else's, or an account's limit.
    @Test(
        arguments: [
            ([FakeFault.status(401), .status(401), .status(401)], 77, "; check the credentials with 'sml init --check'"),
            ([.status(403)], 64, ": injected (request 5d0e-7)"),
        ] as [([FakeFault], Int32, String)])
    func refusedCredentialsAreToldFromRefusedValues(faults: [FakeFault], code: Int32, ending: String) async throws {
        let played = try FakeCluster()
        let launcher = FirecRESTLauncher(cluster: try await played.open())
        for fault in faults { played.fake.fail("stat", fault) }
        let error = await #expect(throws: LauncherError.self) { try await launcher.size(of: "/users/hpcuser/x") }
        #expect(error?.exitCode == code)
        #expect(error?.description.hasSuffix(ending) == true, "\(String(describing: error))")
        // Final almost at once.
        #expect(played.notes.pauses.allSatisfy { $0 == .seconds(2) } && played.notes.pauses.count <= 1)
    }

    /// A secret that was replaced while a run waits.
    @Test func aTokenThatIsNotRenewedIsAMatterOfCredentials() async throws {
        let played = try FakeCluster()
        let launcher = FirecRESTLauncher(cluster: try await played.open())
        played.fake.fail("stat", .expireTokens)
        played.fake.fail("token", .status(401))
        let error = await #expect(throws: LauncherError.self) { try await launcher.size(of: "/users/hpcuser/x") }
        #expect(error?.exitCode == 77 && error?.description.hasPrefix("no access token: the token server answered 401") == true)
    }

    @Test func refusalsAndSilenceAreToldApart() async throws {
        let played = try FakeCluster()
        let launcher = FirecRESTLauncher(cluster: try await played.open())
        let script = "#!/bin/sh\n#SBATCH --reservation=nope\n"
        let job = JobSubmission(name: "x", script: script, directory: "/users/hpcuser", logDirectory: "logs/%j", account: nil)
        await #expect(throws: LauncherError.refused("SLURM refused: Batch job submission failed: Requested reservation is invalid (nope)"))
        {
            try await launcher.submit(job)
        }
        // Trouble that stays is trouble, and no fault of the user's.
        for status in [408, 424, 500, 503] {
            let troubled = try FakeCluster()
            let launcher = FirecRESTLauncher(cluster: try await troubled.open())
            for _ in 0..<40 { troubled.fake.fail("stat", .status(status)) }
            let error = await #expect(throws: LauncherError.self) { try await launcher.size(of: "/users/hpcuser/x") }
            guard case .unreachable = error else { Issue.record("\(status): \(String(describing: error))"); return }
            #expect(error?.exitCode == 69)
        }
    }

    /// A link to nowhere is no image.
    @Test func aLinkIsWhatItLeadsTo() async throws {
        let played = try FakeCluster()
        let launcher = FirecRESTLauncher(cluster: try await played.open())
        try played.write("/users/hpcuser/image", Data([1, 2, 3]))
        for (name, target) in [("good", "image"), ("dangling", "nowhere")] {
            try FileManager.default.createSymbolicLink(
                atPath: played.local("/users/hpcuser/\(name)"), withDestinationPath: played.local("/users/hpcuser/\(target)"))
        }
        #expect(try await launcher.size(of: "/users/hpcuser/good") == 3)
        #expect(try await launcher.size(of: "/users/hpcuser/dangling") == nil)
    }

    @Test func whatTheServerDoesNotShowIsKnownBeforehand() async throws {
        let played = try FakeCluster()
        let launcher = FirecRESTLauncher(cluster: try await played.open())
        #expect(launcher.reaches("/users/x") && !launcher.reaches("/capstor/x") && !launcher.reaches("/usersx/y"))
        var settings = ClusterSettings(
            system: nil, partition: "normal", reservation: nil, account: nil, promptsFile: "/capstor/p.json", image: "/opt/i.sqsh",
            jobTime: try JobTime("00:20:00", option: "o"), nodes: 1,
            remoteWrite: RemoteWriteSettings(isEnabled: false, url: nil, environment: [:]))
        let said = Notes()
        played.fake.forgetCalls()
        try await settings.checkFiles(launcher) { said.tell($0) }
        #expect(
            said.told == [
                "--loadtest-prompts-file /capstor/p.json: is outside the file systems that FirecREST shows of cluster, so it is not checked",
                "--loadtest-container-image /opt/i.sqsh: is outside the file systems that FirecREST shows of cluster, so it is not checked",
            ])
        #expect(played.fake.calls == [])
        settings.promptsFile = "/users/none"
        await #expect(throws: SubmitError.self) { try await settings.checkFiles(launcher) { _ in } }
    }
}
