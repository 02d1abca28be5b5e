// What a variable of the environment says. One that is set to nothing says nothing: scripts export those, and they must
// not hide another name or a default.

extension [String: String] {
    /// The value of the first of `names` that has one.
    package func filled(_ names: String...) -> String? { names.lazy.compactMap { self[$0] }.first { !$0.isEmpty } }
}
