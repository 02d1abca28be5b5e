// How long before its load a plan begins that makes connections first.

import Testing

@testable import Scenarios

struct LeadTests {
    private static func lead(_ executor: Executor, shared: Int? = nil, tasks: Int = 1, preconnects: Bool = true) -> Duration {
        var plan = Plan(scenario: "s", executor: executor, target: RequestTarget(url: "https://localhost/"))
        plan.target.connections.preconnects = preconnects
        plan.target.connections.shared = shared
        return plan.lead(tasks: tasks)
    }

    private static let arrivals = Executor.constantArrivalRate(
        rate: 50, timeUnit: .seconds(1), duration: .seconds(60), preAllocatedVUs: 200, maxVUs: 900)
    private static func ramp(from users: Int, _ stages: [Stage]) -> Executor {
        .rampingVUs(startVUs: users, stages: stages, gracefulRampDown: .seconds(30))
    }

    /// 5 ms a connection and a second of rest.
    @Test func eachConnectionHasItsTime() {
        #expect(Self.lead(.constantVUs(vus: 1_000, duration: .seconds(60))) == .seconds(6))
        #expect(Self.lead(.constantVUs(vus: 1_000, duration: .seconds(60)), preconnects: false) == .zero)
        #expect(Self.lead(Self.arrivals) == .seconds(2))
        #expect(ConnectionPace.lead(0) == .zero)
        #expect(ConnectionPace.lead(1 << 30) == .seconds(121))
    }

    /// Those that the plan begins with: also where a stage of no length has more at once.
    @Test func stagesCountFromTheirStart() {
        #expect(Self.lead(Self.ramp(from: 100, [Stage(duration: .seconds(60), target: 500)])) == .milliseconds(1_500))
        #expect(Self.lead(Self.ramp(from: 0, [Stage(duration: .seconds(60), target: 500)])) == .zero)
        #expect(
            Self.lead(Self.ramp(from: 0, [Stage(duration: .zero, target: 400), Stage(duration: .seconds(60), target: 0)])) == .seconds(3))
    }

    @Test func sharedConnectionsAreFewer() {
        #expect(Self.lead(.constantVUs(vus: 1_000, duration: .seconds(60)), shared: 16) == .milliseconds(1_080))
        #expect(Self.lead(.constantVUs(vus: 4, duration: .seconds(60)), shared: 16) == .milliseconds(1_020))
    }

    /// The largest part counts.
    @Test func tasksShareThem() {
        #expect(Self.lead(.constantVUs(vus: 1_000, duration: .seconds(60)), tasks: 4) == .milliseconds(2_250))
        #expect(Self.lead(.constantVUs(vus: 5, duration: .seconds(60)), tasks: 4) == .milliseconds(1_010))
    }
}
