// The servers of the simulation. Each is an endless stream of requests at 20 a second, handed out in order of their
// schedule; what they share is that requests near each other share their fate, in four different ways.

import Glibc

struct Request {
    /// Seconds.
    var scheduled, latency: Double
    /// Completion tokens.
    var tokens = 0.0
}

protocol Server {
    mutating func next() -> Request
}

let requestsPerSecond = 20.0

/// Lognormal latencies whose logarithms remember 0.97 of the one before: 33 requests, 1.7 s.
struct CorrelatedServer: Server {
    private static let memory = 0.97, spread = 0.5
    private var random: Random
    private var number = 0.0, level = 0.0

    init(seed: UInt64) {
        random = Random(seed: seed)
        level = random.normal()
    }

    mutating func next() -> Request {
        level = Self.memory * level + (1 - Self.memory * Self.memory).squareRoot() * random.normal()
        number += 1
        return Request(scheduled: number / requestsPerSecond, latency: exp(Self.spread * level))
    }
}

/// Independent lognormal latencies on a machine whose speed drifts by 3 % with a memory of 300 s.
struct DriftingServer: Server {
    private static let drift = 0.03, memorySeconds = 300.0, spread = 0.25
    private var random: Random, noise: Random?
    private var number = 0.0, speed = 0.0

    /// - Parameter noise: seed of the latencies; nil to draw them from the drift's numbers.
    init(seed: UInt64, noise: UInt64? = nil) {
        random = Random(seed: seed)
        self.noise = noise.map { Random(seed: $0) }
        speed = random.normal()
    }

    mutating func next() -> Request {
        let kept = exp(-1 / requestsPerSecond / Self.memorySeconds)
        speed = kept * speed + (1 - kept * kept).squareRoot() * random.normal()
        number += 1
        let own = noise?.normal() ?? random.normal()
        return Request(scheduled: number / requestsPerSecond, latency: exp(Self.drift * speed + Self.spread * own))
    }
}

/// Poisson arrivals at four places, busy 85 % of the time, lognormal service with a variation of 1.
struct QueueServer: Server {
    private static let places = 4, load = 0.85
    private var random: Random, services: Random?
    private var now = 0.0
    private var freeAt = [Double](repeating: 0, count: places)

    /// - Parameter service: seed of the service times; nil to draw them from the arrivals' numbers.
    init(seed: UInt64, service: UInt64? = nil) {
        random = Random(seed: seed)
        services = service.map { Random(seed: $0) }
    }

    mutating func next() -> Request {
        now += random.exponential(mean: 1 / requestsPerSecond)
        let variance = log(2.0)
        let mean = Self.load * Double(Self.places) / requestsPerSecond
        let drawn = services?.normal() ?? random.normal()
        let service = mean * exp(variance.squareRoot() * drawn - variance / 2)
        let place = freeAt.indices.min { freeAt[$0] < freeAt[$1] }!
        let end = max(now, freeAt[place]) + service
        freeAt[place] = end
        return Request(scheduled: now, latency: end - now, tokens: 1)
    }
}
