// A port for a program that is told which one to use. Looking for a free one and closing it again would leave it to whoever
// asks next; a socket that is bound and does not listen keeps it, and lets in only who binds to it by its number with
// SO_REUSEADDR, as every server here does.

import Glibc

/// A port of this machine that nobody is given by chance and nobody listens on unless told to, as long as the value lives.
package final class ReservedPort: Sendable {
    package let number: UInt16
    private let descriptor: Int32

    package init() throws {
        descriptor = try LoopbackSocket.make()
        do {
            number = try LoopbackSocket.bind(descriptor, port: 0, to: INADDR_ANY)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }
}
