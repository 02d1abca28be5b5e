// The generator looking at itself: what it uses, how late its loops are, how much is under way. One a second, beside the
// records of what it did.

/// The generator looking at itself, once a second and at the start and end of a run (k6 samples `vus` at the same
/// rhythm). Not a ``RunRecord``: none of its numbers is one of a request's.
///
/// A run of several lanes has one of each, with users and requests of that lane, and one of the whole with the number 0. What
/// is the process's is the same in all of them.
package struct GeneratorSample: Sendable, Equatable {
    /// Nanoseconds since the run's start.
    package var time: Int64
    /// k6's `vus`: closed loop, VUs not yet finished; open loop, VUs inside an iteration.
    package var virtualUsers: UInt32
    /// k6's `vus_max`: closed loop, the planned maximum; open loop, VUs created so far (at least preAllocatedVUs).
    package var maxVirtualUsers: UInt32
    /// Requests handed to libcurl and not yet complete.
    package var inFlight: UInt32
    /// User plus system CPU time of the process so far, nanoseconds.
    package var cpuTime: Int64
    /// Resident memory now, bytes.
    package var residentBytes: Int64
    /// The longest time in the last interval between a deadline and the loop acting on it, nanoseconds.
    package var loopDelay: Int64
    /// Heartbeats of the loops in the last interval, and those of them that came more than 10 ms late.
    package var beats: UInt32
    package var lateBeats: UInt32
    /// Connections given up in the last interval, because bytes came on them that no request had asked for.
    package var strayConnections: UInt32
    /// How late answers were read in the last interval: half the squares of the loops' absences, the mean of the loops, in
    /// nanoseconds times seconds. Divided by a time it is how late an answer that arrives at any instant of it is read.
    package var readDelay: Int64
    /// What took the processor away in the last interval, nanoseconds; 0 also where the kernel does not tell. The longest any
    /// thread was runnable and waited for a core, what the cgroup's limit took, and what the host gave to other guests.
    package var runQueueWait: Int64
    package var throttled: Int64
    package var stolen: Int64
    /// 1 when no descriptor was left for another connection; added up over several tasks.
    package var withoutDescriptors: UInt32
    /// The number of the lane that its users and requests are of; 0 for the whole.
    package var arm: UInt16

    package init(
        time: Int64, virtualUsers: UInt32, maxVirtualUsers: UInt32, inFlight: UInt32, cpuTime: Int64,
        residentBytes: Int64, loopDelay: Int64, beats: UInt32 = 0, lateBeats: UInt32 = 0,
        strayConnections: UInt32 = 0, readDelay: Int64 = 0, runQueueWait: Int64 = 0, throttled: Int64 = 0, stolen: Int64 = 0,
        withoutDescriptors: UInt32 = 0, arm: UInt16 = 0
    ) {
        self.time = time
        self.virtualUsers = virtualUsers
        self.maxVirtualUsers = maxVirtualUsers
        self.inFlight = inFlight
        self.cpuTime = cpuTime
        self.residentBytes = residentBytes
        self.loopDelay = loopDelay
        self.beats = beats
        self.lateBeats = lateBeats
        self.strayConnections = strayConnections
        self.readDelay = readDelay
        self.runQueueWait = runQueueWait
        self.throttled = throttled
        self.stolen = stolen
        self.withoutDescriptors = withoutDescriptors
        self.arm = arm
    }
}
