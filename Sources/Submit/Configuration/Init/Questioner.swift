// How `sml init` asks: a terminal in the command, a script in tests.

/// Asks one question at a time and does not return without an answer.
package protocol Questioner {
    /// An empty answer is `standard`.
    func text(_ question: String, standard: String?) throws -> String
    /// One of `choices`; an empty answer is `standard`.
    func choice(_ question: String, among choices: [(key: String, title: String)], standard: String?) throws -> String
    /// Not shown while it is typed. May be empty.
    func secret(_ question: String) throws -> String
}
