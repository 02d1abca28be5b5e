// Which prompts the simulated server has seen: a repeated prompt costs it next to no prefill, which is how a benchmark whose corpus
// repeats comes to measure a cache. Whole prompts only; a shared beginning is not one here.

/// Remembers the prompts used last, by their digest.
struct PrefixCache: Sendable {
    private struct Entry {
        var prompt: UInt64
        var newer: Int
        var older: Int
    }

    private let capacity: Int
    private var places: [UInt64: Int] = [:]
    /// Linked from the newest to the oldest; -1 ends the list.
    private var entries: [Entry] = []
    private var newest = -1
    private var oldest = -1

    /// - Parameter capacity: prompts remembered; 0 remembers none.
    init(capacity: Int) { self.capacity = capacity }

    func contains(_ prompt: UInt64) -> Bool { places[prompt] != nil }

    /// Makes `prompt` the newest; the oldest is forgotten where there is no room.
    mutating func remember(_ prompt: UInt64) {
        guard capacity > 0 else { return }
        let place: Int
        if let known = places[prompt] {
            unlink(known)
            place = known
        } else if entries.count < capacity {
            place = entries.count
            entries.append(Entry(prompt: prompt, newer: -1, older: -1))
        } else {
            place = oldest
            unlink(place)
            places[entries[place].prompt] = nil
            entries[place].prompt = prompt
        }
        places[prompt] = place
        entries[place].newer = -1
        entries[place].older = newest
        if newest >= 0 { entries[newest].newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let entry = entries[place]
        if entry.newer >= 0 { entries[entry.newer].older = entry.older } else { newest = entry.older }
        if entry.older >= 0 { entries[entry.older].newer = entry.newer } else { oldest = entry.newer }
    }
}

/// The digest of a prompt's bytes. Not Swift's own hash, whose values differ in each process.
enum PromptDigest {
    /// Eight bytes a step, each mixed as SplitMix64 does.
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var digest = mix(UInt64(bytes.count))
        var offset = 0
        while offset + 8 <= bytes.count {
            digest = mix(digest ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return mix(digest ^ rest)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
