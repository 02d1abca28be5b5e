// Time limits as SML writes them, and how long a job must be for its plan.

import Scenarios
import Testing

@testable import Submit

@Suite struct JobTimeTests {
    @Test(arguments: [("02:00:00", 7200), ("2:00:00", 7200), ("00:00:01", 1), ("100:59:59", 363_599)])
    func isRead(text: String, seconds: Int) throws {
        #expect(try JobTime(text, option: "t").duration == .seconds(seconds))
    }

    @Test(arguments: ["", "2h", "02:00", "00:00:00", "1:60:00", "1:00:60", "-1:00:00", "1:0:0", "1:00:00:00", "+1:00:00", "1: 0:00"])
    func isRefused(text: String) {
        #expect(
            throws: SubmitError.usage(
                "--loadtest-job-time: \"\(text)\" is not accepted; expected HH:MM:SS, 00:00:01 to 999:59:59")
        ) { try JobTime(text, option: "--loadtest-job-time") }
    }

    @Test func aPlanMustFitWithItsStartAndItsEnd() throws {
        let target = RequestTarget(url: "http://localhost/")
        let plan = Plan(
            scenario: "s", executor: .constantVUs(vus: 1, duration: .seconds(900)), gracefulStop: .seconds(30), target: target)
        // 15 min of load, 30 s for answers, 4.5 min around it: 20 min exactly.
        #expect(JobTime.needed(for: plan).description == "00:20:00")
        try JobTime("00:20:00", option: "t").check(fits: plan, scenario: "s", option: "t")
        do {
            try JobTime("00:19:59", option: "--t").check(fits: plan, scenario: "s", option: "--t")
            Issue.record("was accepted")
        } catch let error as SubmitError {
            #expect(error.description.hasPrefix("--t: 00:19:59 is too short for scenario \"s\"; it needs 00:20:00: 15m of load"))
        }
        // Several nodes wait for the slowest of them.
        #expect(JobTime.needed(for: plan, nodes: 2).description == "00:23:00")
        // Five times the plan with its last answers, four times half a minute between them, 4.5 min around it: 84 min.
        #expect(JobTime.needed(for: plan, repeats: 5).description == "01:24:00")
        let error = #expect(throws: SubmitError.self) {
            try JobTime("01:23:00", option: "--t").check(fits: plan, scenario: "s", repeats: 5, option: "--t")
        }
        #expect(error?.description.hasPrefix("--t: 01:23:00 is too short for 5 runs of scenario \"s\"; it needs 01:24:00: ") == true)
    }

    /// 1,000 connections 5 ms apart and a second of rest are 6 s more of each run; of two nodes each makes half of them.
    @Test func connectionsThatComeFirstCountToo() throws {
        var plan = Plan(
            scenario: "s", executor: .constantVUs(vus: 1_000, duration: .seconds(900)), gracefulStop: .seconds(30),
            target: RequestTarget(url: "https://localhost/"))
        #expect(JobTime.needed(for: plan).description == "00:20:00")
        plan.target.connections.preconnects = true
        #expect(JobTime.needed(for: plan).description == "00:21:00")
        // 84 min without.
        #expect(JobTime.longestEnd(of: plan, repeats: 5) == .seconds(5 * (6 + 930) + 4 * 30))
        #expect(JobTime.longestEnd(of: plan, nodes: 2, repeats: 1) == .milliseconds(3_500 + 930_000))
        let error = #expect(throws: SubmitError.self) {
            try JobTime("00:20:00", option: "--t").check(fits: plan, scenario: "s", option: "--t")
        }
        #expect(error?.description.contains("it needs 00:21:00: 6s to make its connections (preconnect), 15m of load, up to 30s") == true)
    }

    /// A search that is made to fit a job fits it.
    @Test(arguments: ["00:20:00", "00:20:30", "03:00:00"], [false, true])
    func whatAJobHasForItsLoadFits(text: String, preconnects: Bool) throws {
        let time = try JobTime(text, option: "t")
        var plan = Plan(
            scenario: "s", executor: .constantVUs(vus: 1_000, duration: .seconds(1)), gracefulStop: .seconds(30),
            target: RequestTarget(url: "https://localhost/"))
        plan.target.connections.preconnects = preconnects
        let available = JobTime.available(in: time, for: plan)
        plan.executor = .constantVUs(vus: 1_000, duration: available)
        try time.check(fits: plan, scenario: "s", option: "--t")
        plan.executor = .constantVUs(vus: 1_000, duration: available + .seconds(1))
        #expect(JobTime.needed(for: plan).duration > .seconds(time.duration.components.seconds / 60 * 60))
    }

    @Test func aPartitionsLimitsAreKept() throws {
        let partition = Partition(name: "debug", timeLimit: .seconds(1800), nodeLimit: 4)
        try partition.check(JobTime("00:30:00", option: "t"), option: "--t")
        try partition.check(nodes: 4, option: "--n")
        #expect(throws: SubmitError.usage("--t: 00:30:01 is more than partition \"debug\" allows, which is 00:30:00")) {
            try partition.check(JobTime("00:30:01", option: "t"), option: "--t")
        }
        #expect(throws: SubmitError.usage("--n: 5 is more than partition \"debug\" allows, which is 4")) {
            try partition.check(nodes: 5, option: "--n")
        }
        try Partition(name: "unlimited").check(JobTime("100:00:00", option: "t"), option: "--t")
        try Partition(name: "unlimited").check(nodes: 1024, option: "--n")
    }
}
