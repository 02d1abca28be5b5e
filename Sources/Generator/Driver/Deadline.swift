// A sleep or a cut of one virtual user, ordered by time. Entries are never removed early: one whose user has moved
// on is recognised when it comes up (its instant is no longer the user's) and ignored.

struct Deadline: Comparable, Sendable {
    enum Purpose { case wake, cut }

    var time: Int64
    var purpose: Purpose
    /// The user's.
    var slot: Int

    static func < (left: Deadline, right: Deadline) -> Bool { left.time < right.time }
}
