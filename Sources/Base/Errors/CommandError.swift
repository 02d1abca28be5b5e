// What an error must be for a command to end with it: a line and an exit code. Every library has its own kinds of errors;
// the commands print all of them the same way and need to know none.

/// An error that ends a command. `description` is one line for stderr.
package protocol CommandError: Error, CustomStringConvertible {
    /// The process's exit code, as docs/ERRORS.md has it.
    var exitCode: Int32 { get }
}
