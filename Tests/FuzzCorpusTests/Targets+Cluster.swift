// What reaches us on the way to a cluster and back: command lines and scripts of jobs, configuration files of another
// program, answers of SLURM's commands and of FirecREST, files kept between a submission and its result.

import Foundation
import Base

@testable import HTTPClient
@testable import K6
@testable import Models
@testable import ScenarioFiles
@testable import Scenarios
@testable import Submit

extension FuzzTarget {
    /// Stands for a secret in everything a server may echo.
    private static let secret = "canary-secret"

    /// One argument a line; after an empty line, one variable a line.
    static func k6(_ bytes: UnsafeRawBufferPointer) {
        let (arguments, variables) = parts(bytes)
        var environment: [String: String] = [:]
        for line in variables {
            let pair = line.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { environment[String(pair[0])] = String(pair[1]) }
        }
        do {
            // A line break inside an argument is written as a return.
            let words = arguments.map { String($0.replacing("\r", with: "\n")) }
            let invocation = try K6Invocation(arguments: words, environment: environment)
            precondition(invocation.wantsHelp || !invocation.script.isEmpty)
            precondition(invocation.tags.allSatisfy { !$0.name.isEmpty && !$0.value.isEmpty })
        } catch {
            oneLine(error)
        }
    }

    static func script(_ bytes: UnsafeRawBufferPointer) {
        do {
            _ = try PackagedScript(String(decoding: bytes, as: UTF8.self), name: "file")
        } catch {
            oneLine(error)
            precondition(error.description.hasPrefix("file"))
        }
    }

    /// `config.yml`, which Python's `sml` writes too: what was read is written so that it reads back the same.
    static func settings(_ bytes: UnsafeRawBufferPointer) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        do {
            var tree = try ConfigurationNode(try YAMLReader.parse(text, file: "file"))
            tree.migrate()
            let written = YAMLFile.text(tree.configValue)
            let again = try ConfigurationNode(try YAMLReader.parse(written, file: "written"))
            precondition(again == tree, written)
            _ = tree.value(ConfigurationNode.Name.launcher)
        } catch let error as ConfigurationError {
            precondition(error.description.hasPrefix("file"), error.description)
            oneLine(error)
        } catch {
            oneLine(SubmitError.notConfigured("\(error)"))
        }
    }

    /// squeue, sacct, scontrol, sbatch, sinfo, and the times of jobs.
    static func slurm(_ bytes: UnsafeRawBufferPointer) {
        let output = String(decoding: bytes, as: UTF8.self)
        if let id = SlurmAnswer.submitted(output) {
            precondition(!id.description.isEmpty && id.description.utf8.allSatisfy { (0x30...0x39).contains($0) })
        }
        for state in [SlurmAnswer.queued(output), SlurmAnswer.accounted(output), SlurmAnswer.shown(output)] {
            guard let state else { continue }
            precondition(isPlain(state.name), state.name)
            if case .pending(let reason?) = state { precondition(isPlain(reason), reason) }
            if case .ended(let end) = state, let id = JobID("1") {
                precondition(
                    isPlain(JobOutcome(end, job: id, limit: .seconds(60), lost: LostTasks([1], of: 2)).sentence) && isPlain(end.sentence))
            }
        }
        for partition in SlurmAnswer.partitions(output) {
            precondition(!partition.name.isEmpty && (partition.timeLimit ?? .zero) >= .zero)
        }
        precondition(SlurmAnswer.expectedStart(output).map(isPlain) != false)
        precondition(LogTail.lines(of: output).allSatisfy { isPlain($0) && $0.count <= 501 })
        if let version = SlurmVersion(output) { _ = version >= .makesLogDirectory }
        do {
            let time = try JobTime(output, option: "--job-time")
            let again = try JobTime(time.description, option: "again")
            precondition(again == time)
        } catch {
            oneLine(error)
        }
    }

    /// Header lines, an empty one, a body: everything that any call may read out of it.
    static func firecrest(_ bytes: UnsafeRawBufferPointer) {
        let answer = response(bytes)
        if let wait = RetryAfter.read(answer, now: 1_700_000_000) {
            precondition(wait >= .zero)
            var state = RetryState(policy: RetryPolicy(), repeating: .harmless)
            var waited = Duration.zero
            while case .retry(let pause, _) = state.decide(.answer(status: 429, retryAfter: wait, complaint: nil), at: waited) {
                precondition(pause >= .seconds(1))
                waited += pause
            }
            precondition(waited <= RetryPolicy().rate)
        }
        do {
            for system in (try? FirecRESTSystem.list(answer)) ?? [] {
                precondition(system.operationLimit > 0 && system.downloadLimit >= 0)
                precondition(system.directory(user: "u").hasSuffix("/u/.sml"))
            }
            for job in (try? FirecRESTJob.list(answer)) ?? [] {
                precondition(isPlain(JobState(slurm: job.state, reason: job.reason, exitCode: "").name))
            }
            _ = try? FirecRESTUser(answer)
            _ = try? FirecRESTPartitions.list(answer)
            _ = try? FirecRESTFile.size(answer)
            _ = try? FirecRESTFile.checksum(answer)
            _ = try? FirecRESTFile.content(answer)
            if let listing = try? FirecRESTFile.listing(answer) { precondition(listing.values.allSatisfy { $0 >= 0 }) }
            _ = try? FirecRESTJob.submitted(answer)
            if let token = try? AccessToken(answer, receivedAt: .now) { _ = token.isFresh(at: .now) }
            let transfer = try FirecRESTTransfer(answer)
            if let size = transfer.partSize, let parts = UploadParts(size: 100, partSize: size) {
                precondition(parts.ranges.map(\.count).reduce(0, +) == 100)
            }
        } catch {
            oneLine(error)
        }
        let shown = Redactor(secrets: [secret]).line(FirecRESTErrorBody(answer).message)
        // By scalars: a mark on its last letter hides no secret.
        precondition(isPlain(shown) && !shown.unicodeScalars.contains(secret.unicodeScalars) && shown.count <= 201)
    }

    /// The records of a submitted job and of a launched model, what a model's job says of its replicas, and the file of
    /// Python's keyring.
    static func kept(_ bytes: UnsafeRawBufferPointer) {
        if let record = try? JSONDecoder().decode(JobRecord.self, from: Data(bytes)) {
            let again = try? JSONDecoder().decode(JobRecord.self, from: JSONEncoder().encode(record))
            precondition(again == record)
        }
        if let record = try? JSONDecoder().decode(ModelRecord.self, from: Data(bytes)) {
            let again = try? JSONDecoder().decode(ModelRecord.self, from: JSONEncoder().encode(record))
            precondition(again == record)
        }
        if let report = ReplicaHealthReport(json: Array(bytes)) {
            precondition(isPlain(report.description) && (!report.isHealthy || !report.replicas.isEmpty))
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if let found = PythonKeyringFile.secret(in: text, service: DesktopKeyring.service, user: "cscs_api_key") {
            precondition(!found.isEmpty)
        }
    }

    private static func parts(_ bytes: UnsafeRawBufferPointer) -> (before: [Substring], after: [Substring]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let middle = lines.firstIndex(of: "") ?? lines.endIndex
        return (Array(lines[..<middle]), Array(lines[middle...].dropFirst()))
    }

    /// As libcurl would deliver it.
    private static func response(_ bytes: UnsafeRawBufferPointer) -> HTTPResponse {
        let (head, body) = parts(bytes)
        let reader = ResponseCollector(destination: .memory, limit: 1 << 20)
        for line in head {
            var line = line.utf8.map { CChar(bitPattern: $0) }
            let count = line.count
            line.withUnsafeMutableBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                precondition(ResponseCollector.header(start, 1, count, reader.opaque) == count)
            }
        }
        return HTTPResponse(status: 500, headers: reader.headers, body: Array(body.joined(separator: "\n").utf8))
    }
}
