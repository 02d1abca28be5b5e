// What the first screen's figures are out of, and what makes them other than they look: requests, tokens of the whole run, odd
// answers, repeated prompts.

import Base

extension BlockWriter {
    var counts: TextSection {
        let finished = count(.finished)
        var section = TextSection()
        var requests = "\(Format.grouped(finished)) finished, \(Format.grouped(count(.started))) started"
        if let planned = result.run?.plannedArrivals { requests += " of \(Format.grouped(planned)) planned" }
        section.add(row("requests", requests), .context)
        if result.certainty != nil { section.add(row("tokens/s all", tokenRates), .context) }
        addLateness(to: &section)
        let odd = remarks("answers") { style.bad($0) }
        if !odd.isEmpty { section.add(row("answers", "of the successful: " + odd.joined(separator: ", ")), .figure) }
        if !result.otherModels.isEmpty {
            let names = result.otherModels.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let shown = names.prefix(3).map { "\(plain($0.key)) \(Format.grouped($0.value))" }
            section.add(row("", "answered by " + shown.joined(separator: ", ") + (names.count > 3 ? ", …" : "")), .figure)
        }
        addPrompts(to: &section)
        return section
    }

    var tokenRates: String {
        let rates = [("output", MetricName.outputPerSecond), ("input", .inputPerSecond), ("total", .totalPerSecond)]
            .compactMap { name, metric in result.metrics.number(metric).map { "\(Format.measure($0)) \(name)" } }
        guard !rates.isEmpty else { return count(.finished) == 0 ? "n/a" : "n/a, no answer said how many it has" }
        return rates.joined(separator: ", ")
    }

    /// What makes the tokens too few.
    var silentAnswers: String {
        let silent = count(.withoutUsage)
        guard silent > 0, result.metrics.number(.outputPerSecond) != nil else { return "" }
        return style.bad("; \(Format.grouped(silent)) answers did not say")
    }

    /// Of the plan's time, not of the wait for the last answers after it.
    var requestRates: String {
        let rates = [("asked", MetricName.askedPerSecond), ("achieved", .achievedPerSecond), ("succeeded", .succeededPerSecond)]
            .compactMap { name, metric in result.metrics.number(metric).map { "\(Format.measure($0))/s \(name)" } }
        guard !rates.isEmpty, let seconds = result.metrics.number(.planSeconds) else {
            return result.seconds > 0 ? "\(Format.measure(result.rate(.finished)))/s finished" : "n/a"
        }
        return rates.joined(separator: ", ") + ", over \(Format.duration(seconds: seconds))"
    }

    /// What was cut off or never started.
    func addUnfinished(to section: inout TextSection) {
        let interrupted = count(.interrupted)
        let dropped = count(.dropped)
        let paused = count(.pausedArrivals)
        if interrupted > 0 {
            let oldest = Format.duration(seconds: (result.metrics.trend(.interruptedAge)?.max ?? 0) / 1e3)
            let text = style.bad(Format.grouped(interrupted)) + " cut off, the oldest after \(oldest); in no latency below"
            section.add(row("interrupted", text), .headline)
        }
        if dropped > paused {
            section.add(row("dropped", style.bad(Format.grouped(dropped - paused)) + " arrivals found all virtual users busy"), .headline)
        }
        if paused > 0 {
            section.add(row("dropped", style.bad(Format.grouped(paused)) + " arrivals fell into pauses after a 429"), .headline)
        }
    }

    /// From this share of the input on, a server's cache is most of why it was fast.
    private static let muchCached = 0.1

    private func addPrompts(to section: inout TextSection) {
        let started = count(.started)
        let distinct = count(.distinctPrompts)
        let repeated = result.metrics.number(.repeatedFrom)
        let corpus = result.run?.corpus
        if distinct > 0 {
            var text = "\(Format.grouped(started)) sent, \(Format.grouped(distinct)) distinct"
            if let repeated { text += ", repeated from \(Format.duration(seconds: repeated)) on" }
            if let different = corpus?.distinct, corpus?.hasRepeats == true {
                text += style.bad("; the corpus has \(Format.grouped(different)) different ones only")
            }
            section.add(row("prompts", text), .context)
        }
        guard let cached = result.metrics.number(.cachedShare), cached > 0 else {
            // Where the server says nothing of its cache.
            if result.certainty?.firstRepeat != nil, result.metrics.number(.cachedShare) == nil {
                section.add(row("", "inside of the steady window: prefix caches may answer those faster"), .context)
            }
            return
        }
        let isMuch = cached >= Self.muchCached
        let share = isMuch ? style.bad(share(cached)) : share(cached)
        let why =
            repeated == nil && corpus?.hasRepeats != true
            ? "it knew these prompts, or how they begin, before this run"
            : "prompts repeat, or it knew how they begin: new ones take longer"
        section.add(row("cache", "\(share) of the input came from the server's cache:"), isMuch ? .headline : .context)
        section.add(row("", why), isMuch ? .headline : .context)
    }
}
