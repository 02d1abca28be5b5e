// Token counts as an answer states them. The details stand there only where an option brings them about, so that answers without
// have the bytes they always had.

import NIOCore

/// The `usage` object of an answer.
struct Usage {
    var promptTokens: Int
    var completionTokens: Int
    /// Of the prompt's; `nil` leaves `prompt_tokens_details` out.
    var cachedTokens: Int?
    /// Of the completion's; `nil` leaves `completion_tokens_details` out.
    var reasoningTokens: Int?

    func write(to buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"prompt_tokens":"#)
        buffer.writeDecimal(UInt64(promptTokens))
        buffer.writeStaticString(#","completion_tokens":"#)
        buffer.writeDecimal(UInt64(completionTokens))
        buffer.writeStaticString(#","total_tokens":"#)
        buffer.writeDecimal(UInt64(promptTokens + completionTokens))
        if let cachedTokens {
            buffer.writeStaticString(#","prompt_tokens_details":{"cached_tokens":"#)
            buffer.writeDecimal(UInt64(cachedTokens))
            buffer.writeStaticString("}")
        }
        if let reasoningTokens {
            buffer.writeStaticString(#","completion_tokens_details":{"reasoning_tokens":"#)
            buffer.writeDecimal(UInt64(reasoningTokens))
            buffer.writeStaticString("}")
        }
        buffer.writeStaticString("}")
    }
}
