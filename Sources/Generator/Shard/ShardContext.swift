// What all shards of a run are given for one of its lanes.

import Scenarios

/// Constants of a lane, and what the shards share of it.
struct ShardContext: Sendable {
    /// Its number, which its records carry.
    var arm: UInt16 = 0
    var plan: Plan
    var corpus: Corpus
    var order: PromptOrder
    var settings: TransferSettings
    var addresses: ServerAddresses
    var clock: RunClock
    var live: LiveCounters
    var shards: Int
    var share: TaskShare
    var connections = ConnectionLog()
    /// How the server's answers are read.
    var api = ServerAPI.chatCompletions
    var answers: AnswerSetting
    /// Only with `on_429: pause`.
    var pause: RequestPause?
    /// Only where prompts must be new to the server.
    var nonce: PromptNonce?
}
