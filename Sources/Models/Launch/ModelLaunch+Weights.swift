// Weights that are not there are found out before a job takes its nodes: the container's path is followed back through
// the environment's mounts to a path on the cluster.

import Submit

extension ModelLaunch {
    /// Where the weights are on the cluster; nil where only the node can know: a name of a hub, a path of the image, a
    /// mount with a variable in it.
    var weightsOnCluster: String? {
        guard modelPath.hasPrefix("/"), !modelPath.split(separator: "/").contains("..") else { return nil }
        let mounts = environment.mounts.compactMap { mount -> (source: Substring, target: Substring)? in
            let parts = mount.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard let source = parts.first, !mount.contains("$") else { return nil }
            return (source, parts.count > 1 ? parts[1] : source)
        }
        // The innermost mount is the one that is seen.
        let covering = mounts.filter { modelPath == $0.target || modelPath.hasPrefix($0.target + "/") }
        guard let mount = covering.max(by: { $0.target.count < $1.target.count }) else { return nil }
        return String(mount.source + modelPath.dropFirst(mount.target.count))
    }

    /// - Throws: ``SubmitError/usage(_:)`` when they are not there, ``LauncherError``.
    package func checkWeights(_ launcher: any Launcher) async throws {
        guard let path = weightsOnCluster, try await launcher.size(of: path) == nil else { return }
        let place = path == modelPath ? path : "\(modelPath), which is \(path) on the cluster,"
        throw SubmitError.usage("the model's weights: \(place) does not exist")
    }
}
