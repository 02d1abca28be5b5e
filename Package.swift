// swift-tools-version: 6.2
//
// Scenarios says what to run, Generator runs it, Metrics reads what came out, Submit carries it to where it
// runs. Heavy dependencies stay at the edge: only the endpoint needs NIO, only the laptop command needs YAML.

import PackageDescription

let package = Package(
    name: "sml-loadtest",
    products: [
        .executable(name: "sml", targets: ["sml"]),
        .executable(name: "sml-loadgen", targets: ["sml-loadgen"]),
        .executable(name: "sml-endpoint", targets: ["sml-endpoint"]),
        // For Benchmarks/, which is a package of its own.
        .library(name: "Series", targets: ["Series", "RemoteWrite", "Metrics", "Generator"]),
        .library(name: "Statistics", targets: ["Statistics"]),
        // For Fuzz/, likewise.
        .library(
            name: "Parsers",
            targets: [
                "Base", "Scenarios", "ScenarioFiles", "Generator", "Metrics", "RemoteWrite", "Endpoint", "K6", "HTTPClient", "Submit",
                "Models",
                "Tasks",
            ]),
    ],
    // Exact, since no lock file is kept: what is tested is what is built. The last two come with SwiftNIO and subprocess.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        // No traits: the default one is for Foundation's streams and links all of Foundation and ICU.
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0", traits: []),
        // No traits, for the same reason.
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-atomics", exact: "1.3.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    ],
    targets: [
        // C: what Swift cannot import or express.
        .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CHTTP2"),
        .systemLibrary(name: "CPlainBytes"),
        .target(name: "CProcessStart"),
        .target(name: "CEarlySignals", dependencies: ["CProcessStart"]),
        // What all our clients of libcurl have in common: its start, whom they trust.
        .target(name: "LibcurlClient", dependencies: ["CLibcurl", "Base"]),
        .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"])]),
        .systemLibrary(name: "CDecoders", providers: [.apt(["zlib1g-dev", "libbrotli-dev", "libzstd-dev"])]),
        .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),

        // Libraries, in the order data flows.
        // What all of them use: text, JSON, files, processes, errors, durations, the environment.
        .target(name: "Base", dependencies: ["BuildFacts", "CPlainBytes"]),
        // Which commit this is, asked of git at every build.
        .target(name: "BuildFacts", plugins: ["BuildFactsPlugin"]),
        .plugin(name: "BuildFactsPlugin", capability: .buildTool(), path: "Plugins/BuildFacts"),
        // How certain a figure is: intervals, windows, comparisons, verdicts. Numbers in, values out.
        .target(name: "Statistics"),
        .target(name: "Scenarios", dependencies: ["Base"]),
        .target(
            name: "ScenarioFiles",
            dependencies: ["Base", "Scenarios", "CYAML"],
            resources: [.embedInCode("BuiltIn")]),
        .target(
            name: "Generator",
            dependencies: [
                "Base", "Scenarios", "CLibcurl", "CDecoders", "CLinux", "CHTTP2", "LibcurlClient",
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ]),
        .target(name: "Metrics", dependencies: ["Base", "Scenarios", "Generator", "Statistics"]),
        // Runs to look at: pages and plots, from results.
        .target(name: "Report", dependencies: ["Base", "Metrics", "Statistics"], resources: [.embedInCode("Assets")]),
        .target(
            name: "RemoteWrite",
            dependencies: [
                "CLibcurl", "CSnappy", "Base", "Scenarios", "LibcurlClient",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["Protobuf/remote.proto", "Protobuf/README.md"]),
        .target(name: "Series", dependencies: ["Base", "Generator", "Metrics", "RemoteWrite"]),
        // How several processes carry out one plan.
        .target(name: "Tasks", dependencies: ["Base", "Scenarios", "Generator"]),
        // The command line of k6 as SML uses it, for the image's `k6`.
        .target(name: "K6", dependencies: ["Base", "Scenarios"]),
        .target(name: "HTTPClient", dependencies: ["Base", "CLibcurl", "LibcurlClient"]),
        // Whether a server serves a model, asked from wherever that has to be known.
        .target(name: "Health", dependencies: ["Base", "Scenarios", "HTTPClient"]),
        .target(
            name: "Submit",
            dependencies: [
                "HTTPClient", "Health", "LibcurlClient", "Base", "Scenarios", "ScenarioFiles",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        // What is launched before it is tested: which models there are and the job that serves one.
        .target(
            name: "Models",
            dependencies: ["Submit", "Base", "Scenarios", "ScenarioFiles"],
            resources: [.embedInCode("BuiltIn")]),
        .target(
            name: "Endpoint",
            dependencies: [
                "Base", "Scenarios",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),

        // One run from its request to its exit code: what sml-loadgen does under either of its names.
        .target(
            name: "Run",
            dependencies: [
                "CEarlySignals", "CProcessStart", "Base", "Scenarios", "Generator", "Metrics", "RemoteWrite", "Series", "Tasks", "Health",
                "HTTPClient", "LibcurlClient",
            ]),

        // Load tests as jobs, from what is asked for to their results at home; with a model launched before.
        .target(
            name: "Loadtests",
            dependencies: [
                "Base", "Scenarios", "ScenarioFiles", "Generator", "Metrics", "RemoteWrite", "HTTPClient", "Health", "Submit", "Models",
                "LibcurlClient", "Report", "Statistics",
            ]),

        // Commands: thin, one file a subcommand.
        .target(
            name: "CommandEdge", dependencies: ["Base", "Scenarios", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
        .executableTarget(
            name: "sml",
            dependencies: [
                "CProcessStart", "CommandEdge", "Base", "Scenarios", "ScenarioFiles", "Generator", "Metrics", "RemoteWrite", "HTTPClient",
                "Submit", "Models", "Loadtests", "Report", "Statistics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "sml-loadgen",
            dependencies: [
                "CommandEdge", "Base", "Scenarios", "Generator", "Run", "RemoteWrite", "Series", "K6", "Tasks",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "sml-endpoint",
            dependencies: [
                "CProcessStart", "CommandEdge", "Endpoint", "Base", "Scenarios",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // What several test targets share: a real Prometheus, a receiver that misbehaves on demand.
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        // A strict FirecREST v2 on loopback: what it does not know fails the test.
        .target(name: "FirecRESTFake", dependencies: ["TestSupport"], path: "Tests/FirecRESTFake"),
        .testTarget(name: "BaseTests", dependencies: ["Base", "TestSupport"]),
        .testTarget(name: "StatisticsTests", dependencies: ["Statistics"], exclude: ["Fixtures"]),
        .testTarget(name: "ScenariosTests", dependencies: ["Base", "Scenarios", "ScenarioFiles", "TestSupport"], exclude: ["Fixtures"]),
        .testTarget(
            name: "GeneratorTests", dependencies: ["Generator", "CLibcurl", "CDecoders", "CHTTP2", "TestSupport"], exclude: ["Fixtures"]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics", "TestSupport"], exclude: ["Fixtures"]),
        .testTarget(name: "ReportTests", dependencies: ["Report", "Metrics", "Generator", "Statistics", "TestSupport"]),
        .testTarget(name: "K6Tests", dependencies: ["K6"], exclude: ["Fixtures"]),
        .testTarget(name: "RunTests", dependencies: ["Run", "Generator"]),
        .testTarget(name: "TasksTests", dependencies: ["Tasks", "Generator", "Base", "Scenarios"]),
        .testTarget(name: "EndpointTests", dependencies: ["Endpoint", "sml-endpoint"]),
        .testTarget(name: "RemoteWriteTests", dependencies: ["RemoteWrite", "TestSupport"], exclude: ["Fixtures"]),
        .testTarget(
            name: "SeriesTests",
            dependencies: ["Series", "RemoteWrite", "Metrics", "Generator", "Endpoint", "TestSupport", "sml", "sml-loadgen"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "FuzzCorpusTests",
            dependencies: [
                "Base", "Scenarios", "ScenarioFiles", "Generator", "Metrics", "RemoteWrite", "Endpoint", "K6", "HTTPClient", "Submit",
                "Models",
                "Tasks",
            ],
            exclude: ["Corpus"]),
        .testTarget(name: "HTTPClientTests", dependencies: ["HTTPClient", "LibcurlClient", "TestSupport"]),
        .testTarget(
            name: "SubmitTests",
            dependencies: [
                "Submit", "Health", "HTTPClient", "Base", "Scenarios", "Generator", "Metrics", "FirecRESTFake", "TestSupport", "Loadtests",
                "Run", "Statistics",
                "sml-loadgen",
            ],
            exclude: ["Fixtures"]),
        .testTarget(name: "ModelsTests", dependencies: ["Models", "Submit", "TestSupport"]),
        // Runs the three built commands as child processes.
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "FirecRESTFake", "Generator", "Metrics", "Models", "Base", "Scenarios", "Submit", "TestSupport", "sml", "sml-loadgen",
                "sml-endpoint",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
