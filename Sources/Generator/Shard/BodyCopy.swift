// The body of a request that has a nonce: the corpus's bodies are shared and never change, so each user has a copy, which
// libcurl may read until the request has ended. 1 µs for a body of 10 kB, and only in runs whose prompts must be new.

import Scenarios

/// Memory for one user's body. Not Sendable: it belongs to its shard.
final class BodyCopy {
    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)

    deinit { memory.deallocate() }

    /// A copy of a prompt's body with the nonce of `pass` in it, valid until the next call.
    func fill(_ corpus: Corpus, prompt: Int, nonce: PromptNonce, pass: Int) -> UnsafeRawBufferPointer {
        let body = corpus.body(at: prompt)
        if memory.count < body.count {
            memory.deallocate()
            memory = .allocate(byteCount: body.count, alignment: 16)
        }
        memory.copyMemory(from: body)
        let offset = corpus.nonceOffset(at: prompt)
        nonce.write(pass: pass, to: UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + PromptNonce.width]))
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<body.count])
    }
}
