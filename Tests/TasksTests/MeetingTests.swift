// Tasks as they meet through a directory, here several in one process: each has a meeting of its own.

import Foundation
import Generator
import Synchronization
import Testing

@testable import Tasks

@Suite struct MeetingTests {
    private final class Directory {
        let path = FileManager.default.temporaryDirectory.appending(path: "sml-meeting-\(UUID().uuidString)").path
        deinit { try? FileManager.default.removeItem(atPath: path) }
        var contents: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
    }

    private func meeting(
        _ index: Int, of count: Int, in directory: Directory, signal: @escaping @Sendable () -> String? = { nil }
    ) throws -> Meeting {
        try Meeting(directory: directory.path, share: TaskShare(index: index, count: count), signal: signal)
    }

    private var now: Int64 { Int64(Date().timeIntervalSince1970 * 1e9) }

    @Test func allAgreeOnOneInstantAhead() async throws {
        let directory = Directory()
        let meetings = try (0..<4).map { try meeting($0, of: 4, in: directory) }
        let instants = try await withThrowingTaskGroup(of: Int64.self) { group in
            for meeting in meetings { group.addTask { try await meeting.meet(plan: "p", build: "1", within: .seconds(20)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(instants).count == 1)
        #expect((instants.first ?? 0) - now > 1_000_000_000)

        // The end: task 0 sees who has finished.
        let patience = ContinuousClock.now + .milliseconds(300)
        try meetings[2].finish()
        #expect(await meetings[0].unfinished(until: { patience }) == [1, 3])
        try meetings[1].finish()
        try meetings[3].finish()
        let long = ContinuousClock.now + .seconds(20)
        #expect(await meetings[0].unfinished(until: { long }) == [])
        meetings[0].close()
        #expect(!FileManager.default.fileExists(atPath: directory.path))
    }

    private func failure(_ body: () async throws -> Int64) async -> TaskError? {
        do {
            _ = try await body()
            return nil
        } catch { return error as? TaskError }
    }

    @Test func aRunThatIsCalledOffEndsAllWithItsCode() async throws {
        let directory = Directory()
        let zero = try meeting(0, of: 2, in: directory)
        let one = try meeting(1, of: 2, in: directory)
        async let waiting = failure { try await one.meet(plan: "p", build: "1", within: .seconds(20)) }
        zero.callOff(.credentials, reason: "HTTP 401\nfrom x")
        let error = try #require(await waiting)
        #expect(error.exitCode == 77 && error.description == "task 0: HTTP 401 from x")
    }

    @Test func aTaskThatAsksForPatienceIsWaitedFor() async throws {
        let directory = Directory()
        let zero = try meeting(0, of: 2, in: directory)
        let one = try meeting(1, of: 2, in: directory)
        zero.askForPatience(.seconds(60))
        // The other's own patience would be over after 5.1 s.
        async let waiting = one.meet(plan: "p", build: "1", within: .milliseconds(100))
        try await Task.sleep(for: .seconds(6))
        let start = try await zero.meet(plan: "p", build: "1", within: .seconds(20))
        #expect(try await waiting == start)
        #expect(Meeting.patience("wait 3") == .seconds(3) && Meeting.patience("wait 99999999999") == nil && Meeting.patience("go 3") == nil)
    }

    @Test func missingTaskEndsAllWaits() async throws {
        let directory = Directory()
        let zero = try meeting(0, of: 3, in: directory)
        let two = try meeting(2, of: 3, in: directory)
        async let first = failure { try await zero.meet(plan: "p", build: "1", within: .milliseconds(300)) }
        async let second = failure { try await two.meet(plan: "p", build: "1", within: .milliseconds(300)) }
        let errors = await (first, second)
        #expect(errors.0?.description == "task 1 of 3 did not come within 0.3 seconds; nothing was sent")
        #expect(errors.1?.description == "task 0: task 1 of 3 did not come within 0.3 seconds; nothing was sent")
        #expect(errors.0?.exitCode == 75 && errors.1?.exitCode == 75)
    }

    @Test func anotherPlanIsRefused() async throws {
        let directory = Directory()
        let zero = try meeting(0, of: 2, in: directory)
        let one = try meeting(1, of: 2, in: directory)
        async let first = failure { try await zero.meet(plan: "p", build: "1", within: .seconds(20)) }
        async let second = failure { try await one.meet(plan: "q", build: "1", within: .seconds(20)) }
        let errors = await (first, second)
        #expect(errors.0?.description == "task 1 of 2 runs another plan or corpus")
        #expect(errors.1?.description == "task 0: task 1 of 2 runs another plan or corpus")
    }

    @Test func anotherBuildIsRefused() async throws {
        let directory = Directory()
        let zero = try meeting(0, of: 2, in: directory)
        let one = try meeting(1, of: 2, in: directory)
        async let first = failure { try await zero.meet(plan: "p", build: "0.1.0+1a", within: .seconds(20)) }
        async let second = failure { try await one.meet(plan: "p", build: "0.1.0+1a.dirty", within: .seconds(20)) }
        let errors = await (first, second)
        #expect(errors.0?.description == "task 1 of 2 is 0.1.0+1a.dirty, task 0 is 0.1.0+1a; all must be of one build")
        #expect(errors.0?.exitCode == 75 && errors.1?.exitCode == 75)
    }

    @Test func signalEndsTheWait() async throws {
        let directory = Directory()
        let asked = Atomic<Int>(0)
        let zero = try meeting(0, of: 2, in: directory) { asked.wrappingAdd(1, ordering: .relaxed).newValue > 2 ? "SIGTERM" : nil }
        let error = await failure { try await zero.meet(plan: "p", build: "1", within: .seconds(60)) }
        #expect(error?.exitCode == 105)
        // The other is told.
        let one = try meeting(1, of: 2, in: directory)
        let told = await failure { try await one.meet(plan: "p", build: "1", within: .seconds(60)) }
        #expect(told?.description == "task 0: SIGTERM while waiting for the other tasks")
    }

    @Test func anEarlierAttemptIsNotMistakenForThis() async throws {
        let directory = Directory()
        let earlier = try meeting(1, of: 2, in: directory)
        try earlier.finish()
        #expect(throws: TaskError.self) { try meeting(1, of: 2, in: directory) }
        // Another task's files are that task's business.
        _ = try meeting(0, of: 2, in: directory)
    }

    @Test func unusableDirectory() throws {
        let error = #expect(throws: TaskError.self) {
            try Meeting(directory: "/proc/none/x", share: TaskShare(index: 0, count: 2)) { nil }
        }
        #expect(error?.exitCode == 73)
    }

    @Test func halfANoticeIsNone() throws {
        let directory = Directory()
        _ = try meeting(0, of: 2, in: directory)
        let notice = Notice(path: directory.path + "/n")
        #expect(try notice.read() == nil)
        try Data("go 12".utf8).write(to: URL(filePath: notice.path))
        #expect(try notice.read() == nil)
        try notice.write("go\n12")
        #expect(try notice.read() == "go 12")
    }

    /// A reason that names a thousand tasks is longer than what is read; the others must hear of it all the same.
    @Test func aLongNoticeIsCutShort() throws {
        let directory = Directory()
        _ = try meeting(0, of: 2, in: directory)
        let notice = Notice(path: directory.path + "/n")
        try notice.write("stop tasks " + String(repeating: "1000, ", count: 1000))
        #expect(try notice.read()?.hasPrefix("stop tasks 1000, 1000") == true)
    }

    @Test(arguments: ["go -9223372036854775808", "go 9223372036854775807", "go", "stop a\rb", ""])
    func noStartIsAnError(line: String) {
        let error = #expect(throws: TaskError.self) { try Meeting.instant(line, path: "start") }
        #expect(error?.exitCode == 75 && error?.description.contains("\r") == false)
    }
}
