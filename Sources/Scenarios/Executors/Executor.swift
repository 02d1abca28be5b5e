// How load is applied over time. Each way is a type in a file of its own here, which alone knows its keys, its
// defaults and its schedule; this is the value that holds one of them, whichever it is.

import Base

/// One of the executors in ``all``, with its values.
package struct Executor: Sendable, Equatable {
    /// Every executor there is. A new one is a file beside these and a line here.
    static let all: [any ExecutorKind.Type] = [
        ConstantVUs.self,
        RampingVUs.self,
        ConstantArrivalRate.self,
        RampingArrivalRate.self,
        PoissonArrivalRate.self,
    ]

    let kind: any ExecutorKind

    init(_ kind: some ExecutorKind) { self.kind = kind }

    package static func == (one: Executor, other: Executor) -> Bool { one.kind.equals(other.kind) }

    /// The name in a scenario file.
    package var name: String { type(of: kind).name }

    /// What it asks of the generator.
    package var load: ExecutorLoad { kind.load }

    /// The duration or the sum of the stages. No iteration starts after it.
    package var duration: Duration { kind.duration }

    /// Nanoseconds from the start to the instant after which nothing starts any more: k6 does not wait through stages
    /// in which nothing can start, and rates are divided by the time until here. Requests in flight then may go on
    /// until ``duration`` plus the graceful stop.
    package var regularEnd: Int64 { kind.regularEnd }

    /// The most virtual users that can be active at once.
    package var maxVUs: Int { kind.maxVUs }

    /// Its values under their keys, in the order a scenario file has them.
    package var parameters: [ExecutorParameter] { kind.parameters }

    /// One phrase for a table: `20 VUs`, `0 -> 10 -> 50 VUs`, `20 arrivals/s`.
    package var pattern: String { kind.pattern }

    /// The executor over `duration` (more than 0): the same shape in another time. Rates and user counts stay, because
    /// they are what is being tested. A plan of 0 s cannot be scaled and is returned as it is.
    func scaled(toDuration duration: Duration) throws(ConfigurationError) -> Executor {
        Executor(try kind.scaled(toDuration: duration))
    }

    /// The executor with seeds higher by `offset`; most draw nothing at random.
    func reseeded(by offset: Int) -> Executor {
        func opened(_ kind: some ExecutorKind) -> Executor { Executor(kind.reseeded(by: offset)) }
        return opened(kind)
    }

    /// The same kind of load standing still at `load`, arrivals per second or users, as a search for a server's capacity has it:
    /// what stages say is what the search finds out. Of an open loop no limit of users decides before the server does.
    func steady(at load: Double, lasting duration: Duration) throws(ConfigurationError) -> Executor {
        try kind.steady(at: load, lasting: duration)
    }

    /// Where such a search begins: what is asked for, or the least that stages ask for. Arrivals per second, or users.
    package var firstLoad: Double { kind.firstLoad }

    /// The arrivals of an open loop; nil for closed ones, which have none.
    package var arrivals: (any ArrivalSchedule)? {
        if case .arrivals(let schedule, _) = load { schedule } else { nil }
    }

    /// The user counts of a closed loop; nil for open ones, whose users follow from the arrivals.
    package var userSteps: VirtualUserSteps? {
        if case .users(let steps, _) = load { steps } else { nil }
    }
}

extension ExecutorKind {
    fileprivate func equals(_ other: any ExecutorKind) -> Bool { (other as? Self) == self }
}
