// How long before its load a plan with `preconnect` begins. Whoever gives a run time, such as a job's limit, must know it just as
// well as the generator does, so it stands here.

import Base

/// How fast connections are made that are to be there before the load.
package enum ConnectionPace {
    /// From one connection of a task to the next: a whole TLS handshake is 1 to 4 ms of CPU on either side.
    package static let between = Duration.milliseconds(5)
    /// For what was begun last, and for the server to come to rest.
    package static let rest = Duration.seconds(1)
    /// However many there are, without the rest.
    package static let longest = Duration.seconds(120)

    /// How long before its load a task begins that makes `count` connections.
    package static func lead(_ count: Int) -> Duration { count == 0 ? .zero : min(longest, between * count) + rest }
}

extension Plan {
    /// How long before its load the plan begins: zero but for one that makes connections first.
    ///
    /// - Parameter tasks: which share the connections; the largest part counts, as all begin together.
    package func lead(tasks: Int = 1) -> Duration {
        guard target.connections.preconnects else { return .zero }
        let users = executor.usersAtStart
        return ConnectionPace.lead((min(users, target.connections.shared ?? users) + tasks - 1) / tasks)
    }
}

extension Executor {
    /// Users that the plan begins with, all tasks together.
    var usersAtStart: Int {
        switch load {
        case .arrivals(_, let planned): planned
        case .users(let steps, _): steps.prefix { $0.time == 0 }.map(\.count).max() ?? 0
        }
    }
}
