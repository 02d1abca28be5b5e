// The line before a shared connection. Whoever leaves it out of turn, because it was cut off, stays in its place as a name that
// nobody answers to: taking it out would look through the line.

import DequeModule

/// Exchanges that wait for a stream, in their order.
struct WaitingLine {
    private var places: Deque<(exchange: Exchange, ticket: UInt64, deadline: Int64)> = []
    private var tickets: UInt64 = 0

    var isEmpty: Bool { places.isEmpty }
    /// Of the first; `Int64.max` without any. All wait equally long, so that it is the earliest.
    var deadline: Int64 { places.first?.deadline ?? .max }

    mutating func append(_ exchange: Exchange, deadline: Int64) {
        tickets += 1
        exchange.ticket = tickets
        exchange.waitsUntil = deadline
        places.append((exchange, tickets, deadline))
    }

    /// It did not get the stream after all.
    mutating func putBack(_ exchange: Exchange) {
        tickets += 1
        exchange.ticket = tickets
        places.prepend((exchange, tickets, exchange.waitsUntil))
    }

    /// The first that still waits.
    mutating func next() -> Exchange? {
        while let place = places.popFirst() {
            if place.exchange.isWaiting, place.exchange.ticket == place.ticket { return place.exchange }
        }
        return nil
    }

    /// Hands those that have waited until `now` to `body`.
    mutating func removeOverdue(at now: Int64, _ body: (Exchange) -> Void) {
        while let place = places.first, place.deadline <= now {
            places.removeFirst()
            if place.exchange.isWaiting, place.exchange.ticket == place.ticket { body(place.exchange) }
        }
    }
}
