// What a lane's driver decides, done: requests go out through libcurl, what became of them goes into records. An exchange and
// a record under way for each user's slot.

import CLibcurl
import Base
import Scenarios

/// The doing side of one lane on one shard. Not Sendable: it belongs to that shard.
final class ShardTransfers {
    private let index: Int
    /// Among the shard's lanes.
    private let lane: Int
    private let context: ShardContext
    private let groups: TransferGroups
    private let common: CommonTransferState
    var records: RecordBatcher
    var dropped: DroppedArrivals
    private var heard = HeardFailures()
    /// By slot.
    private var exchanges: [Exchange] = []
    /// By slot: the record of the request under way.
    private var requests: [RunRecord] = []
    /// Answers are asked for as streams.
    private let streams: Bool
    private let nonce: PromptNonce?
    /// By slot: the body under way, where prompts have a nonce.
    private var copies: [BodyCopy] = []
    /// How many groups this lane has, and the last of them, which has room.
    private var groupCount = 0
    private var openGroup: TransferGroup?
    /// The shard's part of the connections that users share, each a group of its own: nil where everyone has one.
    private let connections: ConnectionPart?
    private var sharing: [TransferGroup] = []

    init(
        index: Int, lane: Int, context: ShardContext, groups: TransferGroups, records: RecordBatcher
    ) throws(GeneratorError) {
        self.index = index
        self.lane = lane
        self.context = context
        self.groups = groups
        self.records = records
        dropped = DroppedArrivals(shard: index, arm: context.arm)
        streams = context.settings.target.streams
        nonce = context.nonce
        connections = context.settings.target.connections.shared.map {
            ConnectionPart(of: context.share.part(of: $0), shard: index, shards: context.shards)
        }
        common = CommonTransferState(
            settings: context.settings, addresses: context.addresses, api: context.api, answers: context.answers,
            clock: context.clock, connections: context.connections, shards: context.shards, poller: groups.poller)
        // What libcurl refuses this user it would refuse all, and every arrival would count as dropped for want of one.
        let group = try TransferGroup(index: 0, poller: groups.poller, shared: connections.map { _ in context.connections })
        _ = try Exchange(slot: 0, number: 0, group: group, common: common)
    }

    /// Hands over what is left and gives the users' handles back.
    func close(at now: Int64) {
        dropped.flush(into: &records, now: now)
        records.flush()
        records.flushCounts()
        for group in sharing { group.sharing?.end() }
        exchanges = []
        requests = []
        copies = []
    }

    var log: ConnectionLog { context.connections }

    /// Connections that `users` of the shard begin with.
    func connectionsToOpen(users: Int) -> Int { min(users, connections?.count ?? users) }

    /// Makes the connection of the user in `slot`; with shared ones the first slots have one each.
    func open(_ slot: Int, at now: Int64) {
        exchanges[slot].open(at: now)
        launch(exchanges[slot])
    }

    /// Puts an exchange's request on the wire as far as it goes without waiting.
    private func launch(_ exchange: Exchange) {
        exchange.group.actOnTimeout()
        groups.touch(exchange.group)
    }

    // MARK: - Answers

    /// How a request ended, for the driver.
    struct Answer {
        var status: UInt16
        /// Nanoseconds, -1 if it did not say.
        var retryAfter: Int64
        /// When libcurl said so.
        var time: Int64
    }

    /// libcurl is done with `exchange`.
    ///
    /// - Returns: nil when the request goes on, because it is sent again or follows a redirect.
    func complete(_ exchange: Exchange, result: CURLcode) -> Answer? {
        if exchange.isOpening {
            log.preconnected(exchange.finishOpening(result: result))
            return nil
        }
        if result != CURLE_OK, exchange.sendAgain(after: result, now: context.clock.now) {
            launch(exchange)
            return nil
        }
        let slot = exchange.slot
        let (figures, isComplete) = exchange.finish(result: result)
        requests[slot].fill(figures)
        let now = context.clock.now
        if isComplete, requests[slot].hop < Redirect.limit, let redirect = exchange.redirect(of: figures.status) {
            follow(redirect, exchange, now: now)
            return nil
        }
        let times = streams ? exchange.reader.tokenTimes() : nil
        if let times { requests[slot].fill(times) }
        if isComplete {
            let asked = context.corpus.tokensAsked(at: Int(requests[slot].prompt))
            requests[slot].fill(exchange.readAnswer(isError: figures.status != 200), tokensAsked: asked)
            if !requests[slot].isSuccess {
                keepWords(of: exchange, status: figures.status)
            } else if streams {
                noteSuccess(times, in: slot, now: now)
            }
        } else {
            exchange.discardAnswer()
        }
        context.live.requestEnded()
        return Answer(status: figures.status, retryAfter: figures.retryAfter, time: now)
    }

    /// What the server said of a failure, if this shard has not heard it yet.
    private func keepWords(of exchange: Exchange, status: UInt16) {
        if heard.isNew(requests[exchange.slot]) { requests[exchange.slot].words = exchange.words(status: status) }
        exchange.discardAnswer()
    }

    /// A good answer to a request for a stream, which may be no stream.
    private func noteSuccess(_ times: TokenTimes?, in slot: Int, now: Int64) {
        if let times {
            records.count(times, of: requests[slot], started: exchanges[slot].requestStarted, now: now)
        } else {
            requests[slot].flags.insert(.answeredWhole)
        }
    }

    private func follow(_ redirect: Redirect, _ exchange: Exchange, now: Int64) {
        exchange.discardAnswer()
        records.append(requests[exchange.slot], now: now)
        let started = context.clock.now
        requests[exchange.slot] = RunRecord(
            following: requests[exchange.slot], to: context.answers.texts.index(of: redirect.url),
            keepsBody: redirect.keepsBody, started: started)
        exchange.follow(redirect, at: started)
        launch(exchange)
    }
}

// MARK: - What the driver wants

extension ShardTransfers: DriverActions {
    var time: Int64 { context.clock.now }

    func makeUser(number: Int) -> Bool {
        do throws(GeneratorError) {
            guard let place = try place(ofUser: number) else { return false }
            exchanges.append(try Exchange(slot: exchanges.count, number: place.number, group: place.group, common: common))
        } catch {
            return false
        }
        requests.append(RunRecord())
        if nonce != nil { copies.append(BodyCopy()) }
        return true
    }

    /// The group of the next user, and the number that chooses its address: in a group with room, or the one whose turn it is of those
    /// that share a connection. Each group has two descriptors of libcurl's: with none to spare users share the last one, for a longer
    /// walk.
    private func place(ofUser number: Int) throws(GeneratorError) -> (group: TransferGroup, number: Int)? {
        if let connections {
            let index = exchanges.count % connections.count
            if index == sharing.count { sharing.append(try groups.make(lane: lane, shared: context.connections)) }
            return (sharing[index], connections.number(of: index))
        }
        if exchanges.count >= groupCount * TransferGroup.capacity, openGroup == nil || DescriptorReserve.current.hasRoom {
            openGroup = try groups.make(lane: lane)
            groupCount += 1
        }
        return openGroup.map { ($0, number) }
    }

    func send(_ iteration: UserIteration, scheduled: Int64) {
        let prompt = context.order.prompt(forIteration: Int(iteration.iteration))
        let exchange = exchanges[iteration.slot]
        let started = context.clock.now
        requests[iteration.slot] = RunRecord(
            iteration: iteration.iteration, of: iteration.user, scheduled: scheduled, started: started, prompt: prompt,
            label: context.corpus.labelIndex(at: prompt), shard: index, arm: context.arm)
        context.live.requestStarted()
        if let nonce {
            let pass = Int(iteration.iteration) / context.order.count
            exchange.send(copies[iteration.slot].fill(context.corpus, prompt: prompt, nonce: nonce, pass: pass), at: started)
        } else {
            exchange.send(context.corpus.body(at: prompt), at: started)
        }
        launch(exchange)
    }

    func recordAnswer(in slot: Int, endsIteration: Bool, at now: Int64) {
        requests[slot].finish(endsIteration: endsIteration)
        records.append(requests[slot], now: now)
    }

    func cancelRequest(in slot: Int, at now: Int64) {
        let times = streams ? exchanges[slot].reader.tokenTimes() : nil
        requests[slot].fill(exchanges[slot].cancel(now: now))
        if let times { requests[slot].fill(times) }
        context.live.requestEnded()
        recordAnswer(in: slot, endsIteration: true, at: now)
    }

    func recordEnd(of iteration: UserIteration, started: Int64, interrupted: Bool, at now: Int64) {
        records.append(
            RunRecord(
                iterationEnd: iteration.iteration, of: iteration.user, started: started, end: now, shard: index, arm: context.arm,
                interrupted: interrupted),
            now: now)
    }

    func recordDropped(_ count: Int, due: Int64, flags: RecordFlags, at now: Int64) {
        dropped.drop(count, due: due, flags: flags, now: now, into: &records)
    }
}
