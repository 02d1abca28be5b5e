// What decides a result without being asked for is kept, secrets are not.

import Base
import Foundation
import Testing

@testable import Metrics

struct RunConditionsTests {
    private let conditions = RunConditions(
        proxy: "user:secret@proxy:3128", addresses: ["10.0.0.1"], libcurlFeatures: ["HTTP2"], systemPrompt: "abc",
        environment: [
            "HTTPS_PROXY": "http://user:secret@proxy:3128", "NO_PROXY": "localhost", "SML_CSCS_API_KEY": "secret",
            "K6_PROMETHEUS_RW_PASSWORD": "secret", "SYSTEM_PROMPT": "secret", "HOME": "/home/secret", "PATH": "/secret", "OTHER": "secret",
            "PROMPT_SEED": "7", "RUN_LABEL": "", "LANG": "C.UTF-8", "LC_ALL": "C",
        ])

    @Test func secretsAreNotKept() throws {
        #expect(conditions.proxy == "http://****:****@proxy:3128")
        #expect(conditions.systemPromptDigest == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            conditions.environment.map { "\($0.name)=\($0.value ?? "-")" } == [
                "HTTPS_PROXY=http://****:****@proxy:3128", "K6_PROMETHEUS_RW_PASSWORD=-", "NO_PROXY=localhost", "PROMPT_SEED=7",
                "SML_CSCS_API_KEY=-", "SYSTEM_PROMPT=-",
            ])
        #expect(!String(decoding: try JSONEncoder().encode(conditions), as: UTF8.self).contains("secret"))
    }

    @Test func aResultHasThem() throws {
        var context = Samples.context()
        context.conditions = conditions
        let summary = SummaryTests.summary([Samples.request()], context: context)
        #expect(summary.document[path: "sml", "run", "conditions", "libcurl_features"]?.elements == [.string("HTTP2")])
        #expect(try Summary(jsonData: summary.jsonData(), path: "s").result.run == context)
        let text = summary.textBlock(color: false)
        #expect(text.contains("  proxy        http://****:****@proxy:3128\n"))
        #expect(
            text.contains("  environment  HTTPS_PROXY, K6_PROMETHEUS_RW_PASSWORD, NO_PROXY, PROMPT_SEED, SML_CSCS_API_KEY, SYSTEM_PROMPT\n")
        )
    }
}
