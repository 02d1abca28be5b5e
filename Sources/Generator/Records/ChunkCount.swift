// A number of chunks where a record has room for it: in the place of `Retry-After`, which answers with tokens do not have.

extension RunRecord {
    /// Chunks with output of a streamed answer: exact below 4,096, then rounded down to 1/2,048; 0 without a ``firstToken``, which
    /// is set before it.
    package var chunks: Int {
        get { firstToken < 0 ? 0 : Int(ShortDuration(code: retryAfterSeconds).nanoseconds / 1000) }
        set { if firstToken >= 0 { retryAfterSeconds = ShortDuration(nanoseconds: Int64(newValue) * 1000).code } }
    }
}
