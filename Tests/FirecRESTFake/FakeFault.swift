// What can be made to go wrong, call by call.

/// One misbehaviour, at the next call of an operation.
package enum FakeFault: Sendable {
    /// An error answer in FirecREST's form; nothing is carried out.
    case status(Int, headers: [String: String] = [:], message: String = "injected")
    /// None: the one after it is for the call after.
    case pass
    /// Carried out, but the answer is lost.
    case loseAnswer
    /// Carried out, and an error is answered.
    case failAfter(Int)
    /// No answer, the connection stays.
    case hang
    /// The connection ends after this many bytes of the body.
    case truncate(Int)
    /// Every token so far is refused from now on.
    case expireTokens
}
