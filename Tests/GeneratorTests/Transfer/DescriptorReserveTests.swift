// How many descriptors connections leave free, and when there are too few for a run.

import Testing

@testable import Generator

@Suite struct DescriptorReserveTests {
    @Test(arguments: [(1_048_576, 1_048_512), (1024, 960), (256, 192), (128, 96), (80, 60), (64, 48), (40, 24), (24, 8), (8, -8)])
    func connectionsStayBelow(openFiles: Int, ceiling: Int32) {
        #expect(DescriptorReserve(openFiles: openFiles).ceiling == ceiling)
    }

    @Test func aRunNeedsRoomForItsShardsAndOneConnection() throws {
        let free = try #require(DescriptorReserve.firstFree)
        // Others of this process may open and close some meanwhile.
        let roomy = Int(free) + 2 * 5 + 64 + 200
        try DescriptorReserve(openFiles: roomy).require(shards: 2)
        #expect(throws: GeneratorError.self) { try DescriptorReserve(openFiles: roomy).require(shards: 400) }
        let error = #expect(throws: GeneratorError.self) { try DescriptorReserve(openFiles: 24).require(shards: 2) }
        #expect(error?.exitCode == 69)
        #expect(
            error?.description
                == "this process may have 24 open files, too few for 2 workers beside the 16 that are kept free (ulimit -Hn, --workers)")
    }

    @Test func usersThatWillNotFitAreWarnedOf() {
        let limits = SystemLimits(openFiles: 128, localPorts: "")
        #expect(limits.warning(users: 72) == nil)
        #expect(limits.warning(users: 73)?.contains("128 open files this process may have, of which 32 are kept free") == true)
    }
}
