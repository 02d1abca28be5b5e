// Ctrl-C, SIGTERM and SIGHUP in every phase of a run from a laptop, each in the middle of a call that is never answered: the
// command ends, and says what it leaves behind. docs/CLUSTER.md has the table.

import FirecRESTFake
import Foundation
import TestSupport
import Testing

extension FirecRESTEndTests {
    enum Phase: String, CaseIterable, Sendable {
        case opening, health, staging, submitting, waiting, summary, listing, records, transfer, cancelling

        /// The call that hangs, and what is answered before.
        var fault: (operation: String, before: [FakeFault]) {
            switch self {
            case .opening: ("systems", [])
            case .health: ("none", [])
            case .staging: ("chmod", [.pass])
            case .submitting: ("submit", [])
            case .waiting: ("job", [])
            case .summary: ("download", [])
            case .listing: ("ls", [])
            case .records: ("download", [.pass])
            case .transfer: ("job", [.pass])
            case .cancelling: ("cancel", [])
            }
        }

        /// What is said; nothing where nothing is left.
        var says: [String] {
            switch self {
            case .opening: []
            case .health, .staging: ["sml: interrupted; nothing was submitted\n"]
            case .submitting: ["the job may be queued as sml_loadtest_", "sml loadtest attach sml_loadtest_"]
            case .waiting: ["job 100 goes on", "sml loadtest attach 100", "sml loadtest cancel 100"]
            case .summary, .listing, .records, .transfer:
                ["sml: interrupted; job 100 is over, its results are in /users/hpcuser/.sml/loadtest_", "sml loadtest attach 100"]
            case .cancelling: ["sml: interrupted; 'sml loadtest cancel 100' does the rest\n"]
            }
        }
    }

    private func start(_ phase: Phase, model: ScriptedReceiver) async throws -> Program {
        let (operation, before) = phase.fault
        switch phase {
        case .opening, .health, .staging, .submitting:
            for fault in before + [.hang] { laptop.fake.fail(operation, fault) }
            let extra = phase == .health ? ["--loadtest-model", "m", "--loadtest-server-url", model.url, "--no-wait-in-job"] : []
            let arguments = try run(extra)
            return try laptop.start(phase == .health ? arguments.filter { $0 != "--no-wait-until-healthy" } : arguments)
        case .waiting, .summary, .listing, .records, .transfer, .cancelling:
            let submitted = try await laptop.sml(try run(["--no-wait-for-loadtest"]))
            try #require(submitted.code == 0, "\(submitted.errors)")
            if phase != .waiting, phase != .cancelling { scheduler.set("100", "COMPLETED", end: 9) }
            laptop.fake.forgetCalls()
            // Records that are too large to be sent directly.
            if phase == .transfer { laptop.fake.fail("download", .pass, .status(413)) }
            for fault in before + [.hang] { laptop.fake.fail(operation, fault) }
            return try laptop.start([phase == .cancelling ? "cancel" : "attach", "100"])
        }
    }

    /// Whether the phase's call has been made.
    private func hasReached(_ phase: Phase, model: ScriptedReceiver) -> Bool {
        let calls = laptop.fake.calls
        func count(_ ending: String) -> Int { calls.count { $0.hasSuffix(ending) } }
        return switch phase {
        case .opening: count("/systems") > 0
        case .health: !model.requests.isEmpty
        case .staging: count("/chmod") > 1
        case .submitting: count("POST /compute/cluster/jobs") > 0
        case .waiting: count("GET /compute/cluster/jobs/100") > 0
        case .summary: count("/download") > 0
        case .listing: count("/ls") > 0
        case .records: count("ops/download") > 1
        case .transfer: calls.contains { $0.hasPrefix("GET /compute/cluster/jobs/t") }
        case .cancelling: calls.contains { $0.hasPrefix("DELETE /compute") }
        }
    }

    @Test(arguments: Phase.allCases, [SIGINT, SIGTERM, SIGHUP])
    func anyPhaseEnds(phase: Phase, signal: Int32) async throws {
        // Takes the question about the model's health and never answers.
        let model = try ScriptedReceiver([.hang])
        let program = try await start(phase, model: model)
        try await eventually("phase \(phase)") {
            try #require(program.process.isRunning, "\(program.errors)")
            return hasReached(phase, model: model)
        }
        let start = ContinuousClock.now
        program.signal(signal)
        let code = try await program.end(within: 2)
        let took = ContinuousClock.now - start
        print("| \(phase.rawValue) | \(signal) | \(code) | \(took) |")
        // Before there is anything to lose, a signal is what it is to any program.
        #expect(code == (phase == .opening ? 128 + signal : 130), "\(program.errors)")
        for words in phase.says { #expect(program.errors.contains(words), "\(program.errors)") }

        // A key lies where a job may still need it, and nowhere else.
        let keys = try CanarySearch.files(in: laptop.fake.options.root)
        let mayBeNeeded = [.submitting, .waiting, .summary, .listing, .cancelling].contains(phase)
        #expect(mayBeNeeded || keys.isEmpty, "\(keys)")
        if phase == .submitting || phase == .waiting { #expect(keys.count == 1) }
        #expect(laptop.fake.cancelledTransfers == (phase == .transfer ? 1 : 0))
        // No half of a file.
        let home = try FileManager.default.subpathsOfDirectory(atPath: laptop.scratch.file("home/.sml"))
        #expect(!home.contains { $0.contains(".tmp-") }, "\(home)")
        if phase == .staging || phase == .health { #expect(scheduler.jobs.isEmpty && !home.contains { $0.contains("submission_") }) }
    }
}
