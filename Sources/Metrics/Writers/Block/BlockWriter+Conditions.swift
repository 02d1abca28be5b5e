// What decided the result without being asked for: the way to the server, the build, the environment.

import Base
import Generator

extension BlockWriter {
    var conditions: TextSection {
        var section = TextSection()
        for kind in result.connections.prefix(8) {
            let spoken = [kind.httpVersion, kind.tlsVersion, kind.cipher].compactMap { $0 }.map { plain($0) }
            let text = "\(plain(kind.address)): \(Format.grouped(kind.count)) opened" + spoken.map { ", \($0)" }.joined()
            section.add(row(section.lines.isEmpty ? "server" : "", text), .detail)
        }
        if let made = result.connections.first?.preconnect {
            let reasons = made.failed.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
                .map { "; \(Format.grouped($0.value)) failed: \(plain($0.key))" }
            let text = "\(Format.grouped(made.ready)) of \(Format.grouped(made.asked)) connections were ready when the load began"
            section.add(row("preconnect", text + reasons.joined()), made.ready < made.asked ? .figure : .detail)
        }
        if let streams = result.connections.first?.streams {
            let limit = streams.limit.map { ", the server allows \($0)" } ?? ""
            let waited = streams.waited > 0 ? "; \(Format.grouped(streams.waited)) requests waited for one or for their connection" : ""
            section.add(row("streams", "at most \(streams.most) at once on a shared connection\(limit)\(waited)"), .detail)
        }
        if result.connections.count > 8 { section.add(row("", "and \(result.connections.count - 8) more kinds"), .detail) }
        let reasons = result.finishReasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(8)
            .map { "\(plain($0.key)) \(Format.grouped($0.value))" }
        if !reasons.isEmpty { section.add(row("finished by", reasons.joined(separator: ", ")), .detail) }
        guard let run = result.run else { return section }
        if let conditions = run.conditions {
            if let proxy = conditions.proxy { section.add(row("proxy", plain(proxy)), .context) }
            if let digest = conditions.systemPromptDigest { section.add(row("system prompt", plain(digest)), .detail) }
            if conditions.realtime == true { section.add(row("priority", "real time, for the generator's shards"), .detail) }
            let names = conditions.environment.map { plain($0.name) }
            if !names.isEmpty { section.add(row("environment", names.joined(separator: ", ")), .detail) }
        }
        let build = run.build.map { " (\(plain($0.commit).prefix(12))\($0.dirty ? ", changed" : ""))" } ?? ""
        let library = plain(run.libcurlVersion).split(separator: " ").prefix(2).joined(separator: " ")
        section.add(row("build", "\(plain(run.version))\(build), \(library)"), .detail)
        return section
    }
}
