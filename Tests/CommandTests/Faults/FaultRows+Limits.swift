// Too much of something: bodies and headers without end, resets by the thousand, no descriptor or port left.

import Foundation
import Generator
import TestSupport

extension FaultRow {
    private static func endless(_ head: String, _ piece: String) -> [ServerAction] {
        [.send(head), .sendWithoutEnd(Array(String(repeating: piece, count: 500).utf8))]
    }
    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let line = "X-Bomb: \(String(repeating: "y", count: 60))\r\n"
    private static let tooMuch = FaultView.broken(1000, "response headers over the limit", .receive)
    private static let tooLong = FaultView.broken(1000, "response body over the limit", .receive)
    private static let inMemory = "k6 holds it all in memory"
    private static let mebibyte = FaultBench.Settings(timeout: "20s", scenario: #", "response_limit": 1048576"#)

    /// A whole answer.
    private static let emptyBlocks =
        "SFRUUC8xLjEgMjAwIE9LDQpDb250ZW50LVR5cGU6IGFwcGxpY2F0aW9uL2pzb24NCkNvbnRlbnQtRW5jb2Rpbmc6IGd6aXAsIGd6aXAsIGd6aX"
        + "ANCkNvbnRlbnQtTGVuZ3RoOiAyMjMNCg0KH4sIAAAAAAACA+3bsUpCcRTA4X/WcA0Sq1WQQGiIoLbaXFt8hkJHa9TBoZCgoSXao0XaghyMNpX0"
        + "DZwMgpprcxFK4/oQDZfvxzec+ayHk7+OQlxq+WvQT4e9KLSb92cfvczjZ+7wpfJbH76vBUmSJEmSJEmSlKR6T5tXK/FQnHVrl8dvz6cAAAAAAE"
        + "CynGxn0vEx4OLn/DvqWwgAAAAAACTOaym3sfgRmM7H600LAQAAAACAxHm4OyjEt4DsZN7ZqWZvCke3AAAAAPynVieUR1uN1d39pT9xQHjc83EA"
        + "AA=="

    static let bombs: [FaultRow] = [
        .scripted(
            "body over the limit, announced", k6: inMemory, tooLong, settings: mebibyte,
            .send(ok + "Content-Length: 50000000000\r\n\r\n{"), .pause(milliseconds: 200)),
        FaultRow(name: "body over the limit, without end", k6: inMemory, expected: tooLong) {
            try await $0.scripted(
                endless(ok + "Transfer-Encoding: chunked\r\n\r\n", "64\r\n\(String(repeating: "z", count: 100))\r\n"),
                settings: mebibyte)
        },
        FaultRow(name: "body over the 64 MiB default", k6: inMemory, expected: tooLong) {
            try await $0.scripted(
                endless(ok + "\r\n", String(repeating: "z", count: 1000)),
                requests: 1, settings: FaultBench.Settings(timeout: "20s"))
        },
        FaultRow(name: "gzip bomb: 200 kB that become 200 MB", k6: inMemory, expected: tooLong) { bench in
            let made = try await Program.run(
                "/bin/sh", ["-c", "head -c 200000000 /dev/zero | gzip -9 > bomb.gz"], in: bench.scratch)
            guard made.code == 0 else { throw Program.Failure(description: made.errors) }
            let bomb = [UInt8](try Data(contentsOf: URL(filePath: bench.scratch.file("bomb.gz"))))
            return try await bench.scripted(
                [.send(ok + "Content-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"), .sendBytes(bomb)],
                settings: mebibyte)
        },
        .scripted(
            "gzip in gzip in gzip around 20 MB of empty blocks: 223 bytes", k6: "works through it",
            .broken(1701, "error decompressing response body: over the limits", .receive),
            .sendBytes(Array(Data(base64Encoded: emptyBlocks) ?? Data()))),
        FaultRow(name: "headers without end", k6: "10 MiB, 1000", expected: tooMuch) {
            try await $0.scripted(endless(ok, line))
        },
        FaultRow(name: "a header line without end", k6: "10 MiB, 1000", expected: tooMuch) {
            try await $0.scripted(endless(ok + "X-Bomb: ", "y"))
        },
        FaultRow(name: "100 Continue without end", k6: "5 of them, 1000", expected: tooMuch) {
            try await $0.scripted(endless("", "HTTP/1.1 100 Continue\r\nX-A: yyyy\r\n\r\n"))
        },
        FaultRow(name: "trailers without end", expected: tooMuch) {
            try await $0.scripted(endless(ok + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", line))
        },
        FaultRow(
            name: "a chunk extension without end", expected: .broken(1050, "request timeout", .receive), seconds: 0.4
        ) {
            try await $0.scripted(
                endless(ok + "Transfer-Encoding: chunked\r\n\r\n2;a=", "y"),
                settings: FaultBench.Settings(timeout: "400ms"))
        },
        FaultRow(name: "a status line without end", k6: "10 MiB, 1000", expected: .broken(1000, "malformed HTTP response", .receive)) {
            try await $0.scripted(endless("", "y"))
        },
    ]

    static let machine: [FaultRow] = [
        FaultRow(
            name: "2,000 requests at once, all reset",
            expected: .broken(1220, "read: connection reset by peer", .wait, note: "2000 of 2000 in the server's log"),
            check: { results, _ in "\(results.requests.count) of 2000 in the server's log" },
            run: { bench in
                let endpoint = try await EndpointProcess.start(
                    ["--ttft", "500ms", "--time-per-token", "0", "--max-batch", "5000", "--fail", "reset:1"], in: bench.scratch)
                let results = try await bench.load(
                    endpoint.url,
                    settings: FaultBench.Settings(
                        timeout: "30s",
                        executor:
                            #""executor": "constant-arrival-rate", "rate": 2000, "duration": "1s", "preAllocatedVUs": 2000, "maxVUs": 4000"#
                    ))
                let log = try await endpoint.stop()
                guard log.count == 2000 + results.count("sml", "connections", "transport_retries"), log.allSatisfy({ $0.status == 0 })
                else {
                    throw Program.Failure(description: "the endpoint logged \(log.count)")
                }
                return results
            }),
        FaultRow(
            name: "no descriptor left (`ulimit -n 80`, 60 users)", k6: "1000 or 1200, the system's text",
            expected: .broken(
                1210, "dial: too many open files (limit 80)", .connect, note: "warned of before the run; the others succeeded"),
            isAffected: { $0.errorCode != 0 },
            check: { results, bench in
                let warned = bench.lastErrors.contains("60 virtual users may need more than the 80 open files")
                let others = results.requests.filter { $0.errorCode == 0 }
                return warned && !others.isEmpty && others.allSatisfy { $0.status == 200 }
                    ? "warned of before the run; the others succeeded" : "unexpected: \(bench.lastErrors)"
            },
            run: { bench in
                let server = try ScriptedServer { _ in [.pause(milliseconds: 300), .completion] }
                defer { server.stop() }
                return try await bench.load(
                    server.base,
                    settings: FaultBench.Settings(
                        shell: #"ulimit -n 80; exec "$@""#,
                        executor: #""executor": "constant-vus", "vus": 60, "duration": "1s""#))
            }),
        FaultRow(
            name: "no local port left (20 ports, 60 users)", k6: "1000 or 1200, the system's text",
            expected: .broken(
                1210, "dial: cannot assign requested address (local ports 40000-40019 used up)", .connect,
                note: "20 connections at once, the others failed"),
            isAffected: { $0.errorCode != 0 },
            check: { results, _ in
                let good = Set(results.requests.filter { $0.errorCode == 0 }.map(\.virtualUser)).count
                return good == 20 ? "20 connections at once, the others failed" : "\(good) users succeeded"
            },
            obstacle: { canMakeNamespaces() ? nil : "user namespaces are not allowed here" },
            run: { bench in
                // A network of its own, so that nobody else runs out of ports; the endpoint is inside it too.
                let inside = """
                    ip link set lo up && echo "40000 40019" > /proc/sys/net/ipv4/ip_local_port_range || exit 99
                    "\(Program.path("sml-endpoint"))" --port 18080 --ttft 1500ms --time-per-token 0 > endpoint.out & endpoint=$!
                    for i in $(seq 200); do grep -q listening endpoint.out && break; sleep 0.05; done
                    "$@"; code=$?
                    kill -9 $endpoint
                    exit $code
                    """
                let settings = FaultBench.Settings(
                    timeout: "20s", shell: "exec unshare --user --map-root-user --net /bin/sh -c '\(inside)' sh \"$@\"",
                    executor: #""executor": "constant-vus", "vus": 60, "duration": "1s""#)
                return try await bench.load("http://127.0.0.1:18080", settings: settings)
            }),
    ]

    private static func canMakeNamespaces() -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = ["--user", "--map-root-user", "--net", "/usr/sbin/ip", "link", "set", "lo", "up"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
