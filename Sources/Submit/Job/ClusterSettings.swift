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
    public var remoteWrite: RemoteWriteSettings

    public init(
        system: String?, partition: String, reservation: String?, account: String?, promptsFile: String, image: String,
        jobTime: JobTime, remoteWrite: RemoteWriteSettings
    ) {
        self.system = system
        self.partition = partition
        self.reservation = reservation
        self.account = account
        self.promptsFile = promptsFile
        self.image = image
        self.jobTime = jobTime
        self.remoteWrite = remoteWrite
    }

    /// The script of a run of `scenario` at `place`.
    public func script(scenario: String, runLabel: String, at place: OpenedCluster) throws -> JobScript {
        try JobScript(
            name: JobScript.jobName(scenario: scenario), account: place.account, partition: partition,
            reservation: reservation, time: jobTime, runLabel: runLabel, image: image, promptsFile: promptsFile,
            directory: place.directory)
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
