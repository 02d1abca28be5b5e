// swift-tools-version: 6.2
//
// libFuzzer on every parser of outside input. A package of its own, because it is built with instrumentation:
// `make fuzz`.

import Foundation
import PackageDescription

/// The product's declarations are `package`: this package counts itself as part of it. SwiftPM names a package after its folder.
let product = URL(fileURLWithPath: Context.packageDirectory).deletingLastPathComponent().lastPathComponent.lowercased()

let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "sml-loadtest", path: "..")],
    targets: [
        // Targets.swift and Targets+….swift are links to the files that the tests replay the corpus with.
        .executableTarget(
            name: "Fuzz", dependencies: [.product(name: "Parsers", package: "sml-loadtest")],
            swiftSettings: [.unsafeFlags(["-parse-as-library", "-package-name", product])])
    ],
    swiftLanguageModes: [.v6]
)
