// The shape that most errors of ours have: a kind, which decides the exit code, and a line. Once, so that configuration,
// tasks and the drop-in `k6` differ only in their kinds.

/// What kinds a library's errors are of.
package protocol ErrorKind: Sendable, Equatable {
    /// What a command ends with.
    var status: ExitStatus { get }
}

/// An error of one of a library's kinds. `description` is one line for stderr, whatever a user wrote (``OneLine``).
package struct KindedError<Kind: ErrorKind>: CommandError, Equatable {
    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = OneLine.escaped(description)
    }

    package var exitCode: Int32 { kind.status.rawValue }
}
