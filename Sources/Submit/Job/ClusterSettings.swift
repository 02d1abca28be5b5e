// Where and how a job is to run, after options, variables and defaults have been weighed; and the job that follows.

import Base
import Scenarios

package struct ClusterSettings: Sendable, Equatable {
    package var system: String?
    package var partition: String
    package var reservation: String?
    package var account: String?
    /// On the cluster.
    package var promptsFile: String
    package var image: String
    package var jobTime: JobTime
    /// Each of which carries out its exact share of the plan.
    package var nodes: Int
    package var remoteWrite: RemoteWriteSettings
    /// One request before the plan.
    package var testRequest = true
    /// Whether a run that measured its generator is a failure.
    package var requireValid: Bool
    /// Real-time priority for the generator.
    package var realtime = false
    /// How often the plan is run.
    package var repeats = 1
    /// Whether the job searches for the server's capacity.
    package var isCapacity = false
    /// Whether somebody said how long the job may take.
    package var isTimeChosen = true

    package init(
        system: String?, partition: String, reservation: String?, account: String?, promptsFile: String, image: String,
        jobTime: JobTime, nodes: Int, remoteWrite: RemoteWriteSettings, requireValid: Bool = false
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
        self.requireValid = requireValid
    }

    /// The job of a run of `scenario` at `place`.
    package func job(scenario: String, runLabel: String, at place: OpenedCluster) -> LoadJob {
        var job = LoadJob(
            name: JobScript.jobName(scenario: scenario), account: place.account, partition: partition,
            reservation: reservation, time: jobTime, nodes: nodes, runLabel: runLabel, image: image, testRequest: testRequest,
            promptsFile: promptsFile, directory: place.directory, requireValid: requireValid)
        job.realtime = realtime
        job.repeats = repeats
        job.isCapacity = isCapacity
        return job
    }

    /// The same with time for every run of `plan`, where nobody said how long the job may take.
    package func fitted(to plan: Plan) -> ClusterSettings {
        guard !isTimeChosen, repeats > 1 || isCapacity else { return self }
        var fitted = self
        let needed = JobTime.needed(for: plan, nodes: nodes, repeats: repeats)
        if needed.duration > jobTime.duration { fitted.jobTime = needed }
        return fitted
    }

    /// How long a search for the capacity may take in the job's time; nil where nobody said how long that is.
    package func timeForCapacity(of plan: Plan) -> Duration? {
        isTimeChosen ? max(.seconds(1), JobTime.available(in: jobTime, for: plan)) : nil
    }

    /// The directory of the cluster that the container sees under its own name; nil where the corpus's has another one there.
    ///
    /// - Throws: ``SubmitError/usage(_:)`` for a corpus that cannot be mounted.
    package var mountedDirectory: String? { get throws { try JobMounts(promptsFile: promptsFile).sameDirectory } }

    /// That the job's time is enough for `plan`, and its virtual users for the nodes.
    ///
    /// - Throws: ``SubmitError/usage(_:)``.
    package func check(fits plan: Plan, scenario: String) throws {
        try jobTime.check(fits: plan, scenario: scenario, nodes: nodes, repeats: repeats, option: "--loadtest-job-time")
        guard plan.executor.maxVUs >= nodes else {
            throw SubmitError.usage(
                "--loadtest-nodes: \(nodes) nodes cannot share the \(plan.executor.maxVUs) virtual users of scenario \"\(scenario)\"")
        }
    }

    /// That the partition takes a job of this size.
    ///
    /// - Throws: ``SubmitError/usage(_:)``.
    package func check(fits partition: Partition?) throws {
        try partition?.check(jobTime, option: "--loadtest-job-time")
        try partition?.check(nodes: nodes, option: "--loadtest-nodes")
    }

    /// That there is a container engine, and that the corpus and the image are where the job will look for them: said now, not after hours in a queue.
    ///
    /// - Parameter warn: told of what cannot be seen from here, and so is not checked.
    /// - Throws: ``SubmitError/usage(_:)``.
    package func checkFiles(_ launcher: any Launcher, warn: (String) -> Void) async throws {
        try await launcher.containerEngine()?.check()
        func isChecked(_ path: String, _ option: String) -> Bool {
            guard launcher.reaches(path) else {
                warn("\(option) \(path): is outside the file systems that FirecREST shows of \(launcher.name), so it is not checked")
                return false
            }
            return true
        }
        if isChecked(promptsFile, "--loadtest-prompts-file"), try await launcher.size(of: promptsFile) == nil {
            throw SubmitError.usage("--loadtest-prompts-file \(promptsFile): does not exist on the cluster")
        }
        // Anything else names an image in a registry, which only the node can ask.
        guard image.hasPrefix("/"), isChecked(image, "--loadtest-container-image") else { return }
        try await ImageFile.check(image, option: "--loadtest-container-image \(image)", at: launcher)
    }
}
