// The verdict on the generator as the first line of a result, and what took the processor away as its second.

extension GeneratorVerdict {
    /// `INVALID: requests went out 3.1 % of the median latency late`, with the gravest reason; `VALID` alone.
    package var text: String { reasons.first.map { "\(level.name): \($0.text)" } ?? level.name }
}

extension GeneratorVerdict.Level {
    package var name: String {
        switch self {
        case .valid: "VALID"
        case .suspect: "SUSPECT"
        case .invalid: "INVALID"
        }
    }
}

extension GeneratorVerdict.Reason {
    package var text: String {
        switch self {
        case .meanRelativeLateness(let share): "requests went out \(Figures.percent(share)) % of the median latency late"
        case .readLate(let share):
            "answers were read \(Figures.percent(share)) % of the median latency late"
        case .relativeBacklog(let ratio):
            "\(Figures.text(ratio, decimals: 1)) times as many requests as were in flight waited for the generator"
        case .shift(let p, let share):
            "\(Figures.percentile(p)) is \(Figures.percent(share)) % higher from the schedule than from the start"
        case .unmeasured(let p, let share):
            "\(Figures.percent(share)) % of requests were dropped, interrupted or lost, too many for \(Figures.percentile(p))"
        case .atCap(let share): "in flight at the limit of users or connections for \(Figures.percent(share)) % of the time"
        }
    }
}

extension Cause {
    /// `the CPU was taken away for 4.0 s at 00:12: cgroup throttling`.
    package var text: String {
        let (what, why) =
            switch kind {
            case .throttling: ("the CPU was taken away", "cgroup throttling")
            case .steal: ("the CPU was taken away", "another guest of the host")
            case .runQueue: ("the CPU was taken away", "other processes")
            case .heartbeat: ("the loop stood still", "busy or blocked")
            case .descriptors: ("no connection could be opened", "file descriptors used up")
            }
        return "\(what) for \(Figures.text(seconds, decimals: 1)) s at \(Figures.clock(at)): \(why)"
    }
}
