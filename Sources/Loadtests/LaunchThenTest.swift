// A model and its load test, from the last check to the last cancellation: what `advanced` and `preconfigured` do once
// they know what to launch.

import Models
import Base
import Submit

package struct LaunchThenTest {
    let test: PreparedLoadtest
    /// Where the scripts go that would be submitted; nil submits.
    let outputScript: String?
    /// Whether the model's job ends with its test, however that ended.
    let cancelsAfter: Bool

    package init(test: PreparedLoadtest, outputScript: String?, cancelsAfter: Bool) {
        self.test = test
        self.outputScript = outputScript
        self.cancelsAfter = cancelsAfter
    }

    /// - Parameters:
    ///   - timeOption: what the model's time limit is called.
    ///   - describe: the launch, once it is known whose it is.
    /// - Returns: the exit code.
    package func carryOut(
        timeOption: String, _ describe: (OpenedCluster) throws -> ModelLaunch
    ) async throws -> Int32 {
        // Scripts are shown as a dry run's are: nothing is asked that only a submission needs.
        let isShown = test.request.isDryRun || outputScript != nil
        let place = try await test.openCluster(checkingPartition: !isShown)
        let launch = try describe(place)
        try checkTime(launch.time, timeOption)
        try place.partition?.check(launch.time, option: timeOption)
        try place.partition?.check(nodes: launch.topology.nodes, option: "replicas times nodes per replica")
        let aimed = try test.aimed(model: launch.servedName.description, size: launch.size)
        let job = try aimed.job(at: place)
        if let directory = outputScript {
            try LaunchScripts(launch: launch, job: job).write(to: directory)
            return 0
        }
        if test.request.isDryRun {
            try StandardOutput.write("# model's job script\n\(launch.script())\n\(try job.preview())")
            return 0
        }
        try await launch.checkImage(place.launcher)
        try await launch.checkWeights(place.launcher)
        try await job.checkFiles()
        return try await LaunchedModel.with(launch, cancelsAfter: cancelsAfter, test: aimed, place: place) { model, interrupts in
            try await model.loadtest(interrupts)
        }
    }

    /// A model that goes down in the middle of its test measures nothing.
    private func checkTime(_ time: JobTime, _ option: String) throws {
        let repeats = test.settings.repeats
        let needed = JobTime.longestEnd(of: test.plan, repeats: repeats)
        guard time.duration > needed else {
            throw SubmitError.usage(
                "\(option): \(time) is too short for \(repeats > 1 ? "\(repeats) runs of " : "")scenario \"\(test.scenario.name)\", which runs for "
                    + "\(DurationGrammar.format(needed)) once the model has loaded")
        }
    }
}
