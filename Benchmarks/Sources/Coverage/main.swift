// What the statistics promise against what they keep, by simulation: intervals, comparisons, their cost, OVERLOADED,
// and searches for a capacity.
//
//     swift run -c release -Xswiftc -enable-testing --package-path Benchmarks Coverage intervals [RUNS]
//     swift run -c release -Xswiftc -enable-testing --package-path Benchmarks Coverage comparison [PAIRS]
//     swift run -c release -Xswiftc -enable-testing --package-path Benchmarks Coverage cost [REQUESTS]
//     swift run -c release -Xswiftc -enable-testing --package-path Benchmarks Coverage overload [RUNS]
//     swift run -c release -Xswiftc -enable-testing --package-path Benchmarks Coverage capacity [SEARCHES]

let arguments = CommandLine.arguments.dropFirst()
let number = arguments.dropFirst().first.flatMap { Int($0) }
switch arguments.first {
case "intervals": intervalCoverage(runs: number ?? 400, seconds: [60, 300, 900, 3600], truthRequests: 4_000_000)
case "comparison": comparisonErrors(pairs: number ?? 300, seconds: [300, 900])
case "cost": cost(requests: number ?? 10_000_000)
case "overload": overloadAlarms(runs: number ?? 300, seconds: [6, 12, 20, 60])
case "capacity": capacityTrials(searches: number ?? 100)
default: print("usage: Coverage intervals [RUNS] | comparison [PAIRS] | cost [REQUESTS] | overload [RUNS] | capacity [SEARCHES]")
}
