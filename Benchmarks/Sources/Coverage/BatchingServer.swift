// A server of continuous batching: every step gives each running request one token and takes longer the more there are;
// memory for keys and values is limited, and when it runs out the youngest request is thrown back and computed again.

import Glibc

struct BatchingServer: Server {
    struct Settings {
        /// Tokens whose keys and values fit.
        var memory = 12_000
        var stepSeconds = 0.008, secondsPerRequest = 0.00015, secondsPerPromptToken = 0.000005
        /// How much slower everything is.
        var slowness = 1.0
        /// Lengths of answers: the same for both arms of a pair, or drawn by each.
        var lengthSeed: UInt64
        /// Arrivals and prompts.
        var scheduleSeed: UInt64
        /// Noise of the steps.
        var noiseSeed: UInt64
    }

    private struct Running {
        let number: Int
        let prompt, length: Int
        var made = 0
        var tokens: Int { prompt + made }
    }

    private let settings: Settings
    private var schedule, lengths, noise: Random
    private var now = 0.0, nextArrival = 0.0
    private var waiting: [Running] = [], running: [Running] = []
    private var requests: [Request] = []
    private var handedOut = 0, used = 0

    init(_ settings: Settings) {
        self.settings = settings
        schedule = Random(seed: settings.scheduleSeed)
        lengths = Random(seed: settings.lengthSeed)
        noise = Random(seed: settings.noiseSeed)
    }

    mutating func next() -> Request {
        while handedOut >= requests.count || requests[handedOut].latency < 0 { step() }
        defer { handedOut += 1 }
        return requests[handedOut]
    }

    private mutating func arrive() {
        let prompt = Int(100 + 400 * schedule.uniform())
        let length = max(1, Int(100 * exp(0.6 * lengths.normal() - 0.18)))
        waiting.append(Running(number: requests.count, prompt: prompt, length: length))
        requests.append(Request(scheduled: nextArrival, latency: -1, tokens: Double(length)))
        nextArrival += schedule.exponential(mean: 1 / requestsPerSecond)
    }

    private mutating func step() {
        while nextArrival <= now { arrive() }
        if running.isEmpty, waiting.isEmpty {
            now = nextArrival
            arrive()
        }
        var prefill = 0
        while let first = waiting.first, used + first.tokens + running.count < settings.memory || running.isEmpty {
            waiting.removeFirst()
            running.append(first)
            used += first.tokens
            prefill += first.tokens
        }
        while used + running.count > settings.memory, running.count > 1 {
            let youngest = running.removeLast()
            used -= youngest.tokens
            waiting.insert(youngest, at: 0)
        }
        let seconds =
            settings.stepSeconds + settings.secondsPerRequest * Double(running.count) + settings.secondsPerPromptToken * Double(prefill)
        now += seconds * settings.slowness * exp(0.02 * noise.normal())
        used += running.count
        for index in running.indices { running[index].made += 1 }
        running.removeAll { request in
            guard request.made >= request.length else { return false }
            requests[request.number].latency = now - requests[request.number].scheduled
            used -= request.tokens
            return true
        }
    }
}
