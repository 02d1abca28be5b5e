// Systems, user and jobs of the fake.

import Foundation
import TestSupport

extension FakeFirecREST {
    func computeAnswer(_ operation: String, _ request: FakeRequest) throws -> ScriptedAnswer {
        switch operation {
        case "systems":
            try request.requireQuery()
            let system: [String: Any] = [
                "name": options.system, "ssh": ["host": "login", "port": 22],
                "scheduler": ["type": "slurm", "version": options.slurmVersion], "servicesHealth": [],
                "fileSystems": options.fileSystems.map {
                    ["path": $0, "dataType": $0 == "/users" ? "users" : "scratch", "defaultWorkDir": $0 == "/scratch"]
                },
                "dataOperation": [
                    "max_ops_file_size": options.operationLimit, "data_transfer": ["service_type": "s3"],
                ],
            ]
            return Self.json(200, ["systems": [system]])
        case "partitions":
            try request.requireQuery()
            let partitions = options.partitions.map { ["name": $0, "cpus": 4, "totalNodes": 2, "partition": "UP"] }
            return Self.json(200, ["partitions": partitions])
        case "userinfo":
            try request.requireQuery()
            return Self.json(
                200,
                [
                    "user": ["id": "1000", "name": options.user], "group": ["id": "1000", "name": options.group],
                    "groups": [["id": "1000", "name": options.group]], "accounts": [["name": options.group, "default": true]],
                ])
        case "submit": return try submit(request)
        case "jobs":
            try request.requireQuery(optional: ["allusers", "account", "name"])
            let wanted = request.query["name"]
            let listed = hidesNewJobsFromTheList ? [] : compute.jobs()
            return Self.json(200, ["jobs": listed.filter { wanted == nil || $0.name == wanted }.map(shown)])
        case "job":
            try request.requireQuery(optional: ["allusers", "account"])
            return job(request.segments[3])
        default:
            try request.requireQuery()
            do {
                let id = request.segments[3]
                let isTransfer = state.withLock { state in
                    state.transfers[id]?.isCancelled = true
                    return state.transfers[id] != nil
                }
                if isTransfer { return .status(204) }
                try compute.cancel(id)
                return .status(204)
            } catch let refusal as CommandRefusal {
                return Self.error(500, Self.slurm(refusal))
            }
        }
    }

    private func submit(_ request: FakeRequest) throws -> ScriptedAnswer {
        try request.requireQuery()
        let body = try request.json(["job"])
        let job = try request.json(
            ["workingDirectory|working_directory", "script"],
            optional: ["account", "env", "name", "partition", "reservation"], in: body["job"])
        guard let script = job["script"] as? String, let directory = job["workingDirectory"] as? String,
            directory.hasPrefix("/")
        else { throw Violation(text: "submit: script or working directory") }
        do {
            let id = try compute.submit(script, directory, job["account"] as? String)
            if options.looksUntilKnown > 0 { state.withLock { $0.hiddenLooks[id] = options.looksUntilKnown } }
            return Self.json(201, ["jobId": id])
        } catch let refusal as CommandRefusal {
            return Self.error(500, Self.slurm(refusal))
        }
    }

    private static func slurm(_ refusal: CommandRefusal) -> String {
        "Unexpected Slurm command response. exit_status:1 std_err:\(refusal.stderr)"
    }

    private func job(_ id: String) -> ScriptedAnswer {
        guard id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else { return Self.error(400, "job id") }
        let isHidden = state.withLock { state in
            guard let looks = state.hiddenLooks[id], looks > 0 else { return false }
            state.hiddenLooks[id] = looks - 1
            return true
        }
        let transfer: FakeJob? = state.withLock { state in
            guard let state = state.transfers[id]?.look() else { return nil }
            var job = FakeJob(id: id, name: "EgressFileTransfer", state: state)
            if state == "PENDING" { job.reason = "Resources" }
            return job
        }
        guard !isHidden, let job = transfer ?? compute.jobs().first(where: { $0.id == id }) else {
            return Self.error(404, "Job not found.")
        }
        return Self.json(200, ["jobs": [shown(job)]])
    }

    private func shown(_ job: FakeJob) -> [String: Any] {
        [
            "jobId": job.id, "name": job.name, "account": options.group, "allocationNodes": 1, "cluster": options.system,
            "status": [
                "state": job.state, "stateReason": job.reason ?? "None", "exitCode": job.exitCode ?? 0,
                "interruptSignal": job.signal,
            ] as [String: Any],
            "time": ["elapsed": 3, "start": 1, "end": job.end ?? NSNull(), "suspended": 0, "limit": job.limit] as [String: Any],
            "user": options.user,
            "tasks": job.steps.map { step in
                [
                    "id": step.id, "name": "step",
                    "status": ["state": step.state, "stateReason": NSNull(), "exitCode": step.exitCode, "interruptSignal": step.signal]
                        as [String: Any],
                    "time": ["elapsed": 3, "start": 1, "end": step.end ?? NSNull(), "suspended": 0, "limit": NSNull()] as [String: Any],
                ] as [String: Any]
            },
        ]
    }
}
