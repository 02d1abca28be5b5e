// `constant-vus`: a fixed number of users, each sending its next request when the last is done (closed loop). They all
// end with the run's graceful stop; nothing ramps.

import Base

struct ConstantVUs: ExecutorKind {
    static let name = "constant-vus"
    static let keys = ["vus", "duration"]

    let vus: Int
    let duration: Duration

    init(vus: Int, duration: Duration) {
        self.vus = vus
        self.duration = duration
    }

    init(_ fields: inout ExecutorFields) throws(ConfigurationError) {
        vus = try fields.users("vus", least: 1, standard: 10)
        duration = try fields.wholeDuration()
    }

    var load: ExecutorLoad {
        .users(
            VirtualUserSteps(startVUs: vus, stages: [Stage(duration: duration, target: vus)]), gracefulRampDown: nil)
    }

    var regularEnd: Int64 { duration.nanoseconds }

    var maxVUs: Int { vus }

    var parameters: [ExecutorParameter] { [.init("vus", .whole(vus)), .init("duration", .duration(duration))] }

    var pattern: String { "\(vus) VUs" }

    func scaled(toDuration duration: Duration) -> ConstantVUs { ConstantVUs(vus: vus, duration: duration) }

    func steady(at load: Double, lasting duration: Duration) -> Executor { .constantVUs(vus: Int(load), duration: duration) }

    var firstLoad: Double { Double(vus) }
}

extension Executor {
    package static func constantVUs(vus: Int, duration: Duration) -> Executor {
        Executor(ConstantVUs(vus: vus, duration: duration))
    }
}
