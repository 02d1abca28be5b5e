// What the file of an executor has to say. All that differs between executors is behind these few members, so that
// nobody else asks which one it is.

import Base

/// A way to apply load over time, with its values.
protocol ExecutorKind: Sendable, Equatable {
    /// The name in a scenario file.
    static var name: String { get }
    /// Keys beside those every scenario may have, as a scenario file has them.
    static var keys: [String] { get }

    /// Reads, checks and fills up what a scenario says.
    init(_ fields: inout ExecutorFields) throws(ConfigurationError)

    /// See ``Executor/load``.
    var load: ExecutorLoad { get }
    /// See ``Executor/duration``.
    var duration: Duration { get }
    /// See ``Executor/regularEnd``.
    var regularEnd: Int64 { get }
    /// See ``Executor/maxVUs``.
    var maxVUs: Int { get }
    /// See ``Executor/parameters``. Read again, they give the same executor.
    var parameters: [ExecutorParameter] { get }
    /// See ``Executor/pattern``.
    var pattern: String { get }
    /// See ``Executor/scaled(toDuration:)``.
    func scaled(toDuration duration: Duration) throws(ConfigurationError) -> Self
    /// See ``Executor/reseeded(by:)``.
    func reseeded(by offset: Int) -> Self
    /// See ``Executor/steady(at:lasting:)``.
    func steady(at load: Double, lasting duration: Duration) throws(ConfigurationError) -> Executor
    /// See ``Executor/firstLoad``.
    var firstLoad: Double { get }
}

extension ExecutorKind {
    func reseeded(by offset: Int) -> Self { self }
}

/// The two kinds of load there are, whatever shape it has over time. All that the generator knows of an executor.
package enum ExecutorLoad: Sendable {
    /// Open loop: requests start at fixed instants whatever the server does.
    case arrivals(any ArrivalSchedule, preAllocatedVUs: Int)
    /// Closed loop: each user sends its next request when the last is done. `gracefulRampDown` is how long a user that
    /// a falling stage takes away may go on; nil where no stage does.
    case users(VirtualUserSteps, gracefulRampDown: Duration?)
}
