// `ramping-vus`: the number of users follows a line through the stages (closed loop).

import Base

struct RampingVUs: ExecutorKind {
    static let name = "ramping-vus"
    static let keys = ["startVUs", "stages", "gracefulRampDown"]

    let startVUs: Int
    let stages: [Stage]
    /// How long a user that a falling stage takes away may go on.
    let gracefulRampDown: Duration

    init(startVUs: Int, stages: [Stage], gracefulRampDown: Duration) {
        self.startVUs = startVUs
        self.stages = stages
        self.gracefulRampDown = gracefulRampDown
    }

    init(_ fields: inout ExecutorFields) throws(ConfigurationError) {
        startVUs = try fields.users("startVUs", least: 0, standard: 0)
        stages = try fields.stages(most: ExecutorFields.mostVUs)
        guard startVUs > 0 || stages.contains(where: { $0.target > 0 }) else {
            throw fields.group.error("startVUs and every stage's target are 0, so nothing would run")
        }
        gracefulRampDown = try fields.duration("gracefulRampDown", standard: .seconds(30))
    }

    var load: ExecutorLoad {
        .users(VirtualUserSteps(startVUs: startVUs, stages: stages), gracefulRampDown: gracefulRampDown)
    }

    var duration: Duration { stages.total }

    /// The end of the last stage that is not all zero (k6 §4.2): the last user ends there.
    var regularEnd: Int64 {
        var end = Int64(0)
        var time = Int64(0)
        var count = startVUs
        for stage in stages {
            time += stage.duration.nanoseconds
            if count > 0 || stage.target > 0 { end = time }
            count = stage.target
        }
        return end
    }

    var maxVUs: Int { stages.highest(from: startVUs) }

    var parameters: [ExecutorParameter] {
        [
            .init("startVUs", .whole(startVUs)), .init("stages", .stages(stages)),
            .init("gracefulRampDown", .duration(gracefulRampDown)),
        ]
    }

    var pattern: String { "\(stages.line(from: startVUs)) VUs" }

    func scaled(toDuration duration: Duration) -> RampingVUs {
        RampingVUs(
            startVUs: startVUs, stages: stages.scaled(toDuration: duration), gracefulRampDown: gracefulRampDown)
    }

    func steady(at load: Double, lasting duration: Duration) -> Executor { .constantVUs(vus: Int(load), duration: duration) }

    var firstLoad: Double { Double(stages.least(from: startVUs)) }
}

extension Executor {
    package static func rampingVUs(startVUs: Int, stages: [Stage], gracefulRampDown: Duration) -> Executor {
        Executor(RampingVUs(startVUs: startVUs, stages: stages, gracefulRampDown: gracefulRampDown))
    }
}
