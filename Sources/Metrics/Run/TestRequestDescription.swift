// What became of the request that went before the plan, for the summary: it is in no figure, but it warmed the server up.

package struct TestRequestDescription: Codable, Sendable, Equatable {
    /// How often it was sent, of other prompts too.
    package var tries: Int
    /// Of the last answer; 0 without one.
    package var status: Int
    /// From its start to the end of the last answer.
    package var milliseconds: Double
    /// Output tokens it asked for; nil where the body has no limit to lower.
    package var maxTokens: Int?
    /// Why it did not succeed, or what was odd, secrets masked; nil when all was well.
    package var warning: String?

    package init(tries: Int, status: Int, milliseconds: Double, maxTokens: Int? = nil, warning: String? = nil) {
        self.tries = tries
        self.status = status
        self.milliseconds = milliseconds
        self.maxTokens = maxTokens
        self.warning = warning
    }
}
