// A model, or two to compare, and their load test, from the last check to the last cancellation: what `advanced` and
// `preconfigured` do once they know what to launch.

import Models
import Base
import Scenarios
import Submit

package struct LaunchThenTest {
    let test: PreparedLoadtest
    /// Where the scripts go that would be submitted; nil submits.
    let outputScript: String?
    /// Whether the model's job ends with its test, however that ended.
    let cancelsAfter: Bool
    /// Of two launches: how often each is made, in turns; 1 for both at once.
    let pairs: Int

    package init(test: PreparedLoadtest, outputScript: String?, cancelsAfter: Bool, pairs: Int = 1) {
        self.test = test
        self.pairs = pairs
        self.outputScript = outputScript
        self.cancelsAfter = cancelsAfter
    }

    /// - Parameters:
    ///   - timeOption: what a model's time limit is called.
    ///   - describe: the launch, once it is known whose it is; two for a comparison.
    /// - Returns: the exit code.
    package func carryOut(
        timeOption: String, _ describe: (OpenedCluster) throws -> [ModelLaunch]
    ) async throws -> Int32 {
        // Scripts are shown as a dry run's are: nothing is asked that only a submission needs.
        let isShown = test.request.isDryRun || outputScript != nil
        let place = try await test.openCluster(checkingPartition: !isShown)
        let launches = distinct(try describe(place))
        for launch in launches { try check(launch, at: place, timeOption) }
        let tests = try tests(launches)
        let jobs = try tests.map { try $0.job(at: place) }
        if let directory = outputScript {
            try LaunchScripts(launches: launches, jobs: jobs).write(to: directory)
            return 0
        }
        if test.request.isDryRun {
            try StandardOutput.write(try preview(launches, jobs))
            return 0
        }
        for launch in launches {
            try await launch.checkImage(place.launcher)
            try await launch.checkWeights(place.launcher)
        }
        try await jobs[0].checkFiles()
        let interrupts = Interrupts()
        if pairs > 1 {
            var turns = LaunchesInTurns(test: test, place: place, launches: launches, pairs: pairs, interrupts: interrupts)
            return try await turns.carryOut()
        }
        var models = LaunchedModels(test: tests[0], place: place, cancelsAfter: cancelsAfter, interrupts: interrupts)
        return try await models.loadtest(launches)
    }

    /// Of all launches together, or of each by itself where they take turns.
    private func tests(_ launches: [ModelLaunch]) throws -> [PreparedLoadtest] {
        let targets = launches.map { PreparedLoadtest.Target(model: $0.servedName.description, size: $0.size) }
        guard pairs > 1 else { return [try test.aimed(at: targets)] }
        return try targets.enumerated().map { arm, target in try test.alone(arm: arm, pair: 0).aimed(at: [target]) }
    }

    /// Whoever asks a gateway for a model gets any of that name.
    private func distinct(_ launches: [ModelLaunch]) -> [ModelLaunch] {
        guard launches.count == 2, launches[0].servedName == launches[1].servedName, !launches.allSatisfy(test.isTestedDirectly) else {
            return launches
        }
        return zip(RunConfiguration.armNames, launches).map { $1.served(as: $0) }
    }

    private func preview(_ launches: [ModelLaunch], _ jobs: [LoadtestJob]) throws -> String {
        let models = zip(RunConfiguration.armNames, launches).map { arm, launch in
            "# \(launches.count > 1 ? "arm \(arm): " : "")model's job script\n\(launch.script())\n"
        }
        let tests = try zip(RunConfiguration.armNames, jobs).map { arm, job in
            (jobs.count > 1 ? "# arm \(arm): load test\n" : "") + (try job.preview())
        }
        return (models + tests).joined()
    }

    private func check(_ launch: ModelLaunch, at place: OpenedCluster, _ timeOption: String) throws {
        try checkTime(launch.time, timeOption)
        try place.partition?.check(launch.time, option: timeOption)
        try place.partition?.check(nodes: launch.topology.nodes, option: "replicas times nodes per replica")
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
