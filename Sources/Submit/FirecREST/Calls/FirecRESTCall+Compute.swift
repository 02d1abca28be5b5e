// Operations on systems and jobs.

import Base

extension FirecRESTCall {
    static var systems: FirecRESTCall { .init("GET", ["status", "systems"]) }
    static func partitions(_ system: String) -> FirecRESTCall { .init("GET", ["status", system, "partitions"]) }
    static func userInfo(_ system: String) -> FirecRESTCall { .init("GET", ["status", system, "userinfo"]) }

    /// Not to be repeated blindly: each success is a job.
    static func submit(_ system: String, script: String, workingDirectory: String, account: String?) -> FirecRESTCall {
        var job: [JSON.Member] = [
            .init("workingDirectory", .string(workingDirectory)), .init("script", .string(script)),
        ]
        if let account { job.append(.init("account", .string(account))) }
        var call = FirecRESTCall("POST", ["compute", system, "jobs"])
            .sending(.object([.init("job", .object(job))]))
        call.repeating = .unsafe
        return call
    }

    /// One's own jobs, for finding one by its name; servers that know no `name` ignore it.
    static func jobs(_ system: String, name: String) -> FirecRESTCall {
        .init("GET", ["compute", system, "jobs"], query: [("allusers", "false"), ("name", name)])
    }

    static func job(_ system: String, id: String) -> FirecRESTCall {
        var call = FirecRESTCall("GET", ["compute", system, "jobs", id], query: [("allusers", "false")])
        call.isOneLook = true
        return call
    }

    static func cancel(_ system: String, id: String) -> FirecRESTCall { .init("DELETE", ["compute", system, "jobs", id]) }
}
