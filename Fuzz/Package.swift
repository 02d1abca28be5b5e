// swift-tools-version: 6.2
//
// libFuzzer on every parser of outside input. A package of its own, because it is built with instrumentation:
// `make fuzz`.

import PackageDescription

let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "sml-loadtest", path: "..")],
    targets: [
        // Targets.swift and Targets+….swift are links to the files that the tests replay the corpus with.
        .executableTarget(
            name: "Fuzz", dependencies: [.product(name: "Parsers", package: "sml-loadtest")],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])])
    ],
    swiftLanguageModes: [.v6]
)
