// What a driver has done for it. The shard executes these with libcurl, a test with numbers; a driver is compiled for
// either, so that an action is a call and nothing is allocated to hand it over.

/// A user's iteration, as an action needs it.
struct UserIteration: Sendable, Equatable {
    /// The user's place among the shard's.
    var slot: Int
    /// The user's number in the run, from 0.
    var user: Int
    /// Number of the iteration over the whole run.
    var iteration: UInt32
}

/// Instants are nanoseconds since the run's start. None of these calls back into the driver: what becomes of a request is
/// told to it later, by ``Driver/answered(_:status:retryAfter:at:_:)``.
protocol DriverActions: AnyObject {
    /// The time now. Read again after each arrival, as each takes a while.
    var time: Int64 { get }
    /// Makes what user `number` needs, whose slot is the next one; false when it cannot be made.
    func makeUser(number: Int) -> Bool
    /// Sends the iteration's request, due at `scheduled`.
    func send(_ iteration: UserIteration, scheduled: Int64)
    /// Records the request that has been answered in `slot`.
    func recordAnswer(in slot: Int, endsIteration: Bool, at now: Int64)
    /// Cuts the request in `slot` off, and records it so.
    func cancelRequest(in slot: Int, at now: Int64)
    /// Records the end of an iteration that a request's record does not tell of.
    func recordEnd(of iteration: UserIteration, started: Int64, interrupted: Bool, at now: Int64)
    /// Records `count` arrivals of one second that are dropped, the last of them due at `due`.
    func recordDropped(_ count: Int, due: Int64, flags: RecordFlags, at now: Int64)
}
