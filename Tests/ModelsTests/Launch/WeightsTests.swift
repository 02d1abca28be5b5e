// Where weights are looked for before a launch.

import Testing

@testable import Models

@Suite struct WeightsTests {
    @Test(
        arguments: [
            ("/capstor/m", #""/capstor""#, "/capstor/m"), ("/w/m", #""/capstor/models:/w:ro""#, "/capstor/models/m"),
            // The innermost mount is the one that is seen.
            ("/capstor/store/m", #""/capstor", "/home/x:/capstor/store""#, "/home/x/m"),
            // Of the image, of a hub, of a mount that only the node knows.
            ("/models/m", #""/capstor""#, nil), ("/capstorage/m", #""/capstor""#, nil), ("org/m", #""/capstor""#, nil),
            ("/scratch/m", #""${SCRATCH}:/scratch""#, nil), ("/capstor/../etc/m", #""/capstor""#, nil),
        ] as [(String, String, String?)])
    func theWayThroughMountsIsFollowed(path: String, mounts: String, onCluster: String?) throws {
        let launch = try Launches.make(environment: "image = \"/i.sqsh\"\nmounts = [\(mounts)]\n", arguments: ["--model", path])
        #expect(launch.weightsOnCluster == onCluster)
    }
}
