// Where and how a job is to run, after options, variables and defaults have been weighed; and the job that follows.

import Scenarios

public struct ClusterSettings: Sendable, Equatable {
    public var system: String?
    public var partition: String
    public var reservation: String?
    public var account: String?
    /// On the cluster.
    public var promptsFile: String
    public var image: String
    public var jobTime: JobTime
    /// Each of which carries out its exact share of the plan.
    public var nodes: Int
    public var remoteWrite: RemoteWriteSettings

    public init(
        system: String?, partition: String, reservation: String?, account: String?, promptsFile: String, image: String,
        jobTime: JobTime, nodes: Int, remoteWrite: RemoteWriteSettings
    ) {
        self.system = system
        self.partition = partition
        self.reservation = reservation
        self.account = account
        self.promptsFile = promptsFile
        self.image = image
        self.jobTime = jobTime
        self.nodes = nodes
        self.remoteWrite = remoteWrite
    }

    /// The script of a run of `scenario` at `place`.
    public func script(scenario: String, runLabel: String, at place: OpenedCluster) throws -> JobScript {
        try JobScript(
            name: JobScript.jobName(scenario: scenario), account: place.account, partition: partition,
            reservation: reservation, time: jobTime, nodes: nodes, runLabel: runLabel, image: image,
            promptsFile: promptsFile, directory: place.directory)
    }

    /// That the job's time is enough for `plan`, and its virtual users for the nodes.
    ///
    /// - Throws: ``SubmitError/usage(_:)``.
    public func check(fits plan: Plan, scenario: String) throws {
        try jobTime.check(fits: plan, scenario: scenario, nodes: nodes, option: "--loadtest-job-time")
        guard plan.executor.maxVUs >= nodes else {
            throw SubmitError.usage(
                "--loadtest-nodes: \(nodes) nodes cannot share the \(plan.executor.maxVUs) virtual users of scenario \"\(scenario)\"")
        }
    }

    /// That the partition takes a job of this size.
    ///
    /// - Throws: ``SubmitError/usage(_:)``.
    public func check(fits partition: Partition?) throws {
        try partition?.check(jobTime, option: "--loadtest-job-time")
        try partition?.check(nodes: nodes, option: "--loadtest-nodes")
    }

    /// That the corpus and the image are where the job will look for them: said now, not after hours in a queue.
    ///
    /// - Throws: ``SubmitError/usage(_:)``.
    public func checkFiles(_ launcher: any Launcher) async throws {
        guard try await launcher.size(of: promptsFile) != nil else {
            throw SubmitError.usage("--loadtest-prompts-file \(promptsFile): does not exist on the cluster")
        }
        // Anything else names an image in a registry, which only the node can ask.
        guard image.hasPrefix("/"), try await launcher.size(of: image) == nil else { return }
        throw SubmitError.usage("--loadtest-container-image \(image): does not exist on the cluster")
    }
}
