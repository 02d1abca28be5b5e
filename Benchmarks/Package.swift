// swift-tools-version: 6.2
//
// Measurements that take too long, or a release build, for `swift test`. A package of its own, so that a plain build
// of the product stays as it is.

import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "sml-loadtest", path: "..")],
    targets: [
        .target(name: "CAllocationCount"),
        .executableTarget(
            name: "PushBenchmark",
            dependencies: ["CAllocationCount", .product(name: "Series", package: "sml-loadtest")]),
        .executableTarget(name: "Coverage", dependencies: [.product(name: "Statistics", package: "sml-loadtest")]),
    ],
    swiftLanguageModes: [.v6]
)
