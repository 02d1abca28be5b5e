// Every variable of k6's remote write, its accepted and refused values, and that errors keep secrets to themselves.

import Testing

@testable import RemoteWrite

@Suite struct RemoteWriteEnvironmentTests {
    private static func read(_ variables: [String: String], url: String? = nil) throws -> RemoteWriteConfiguration {
        let environment = Dictionary(
            uniqueKeysWithValues: variables.map { ($0.hasPrefix("SSL_") ? $0 : "K6_PROMETHEUS_RW_" + $0, $1) })
        return try RemoteWriteConfiguration(environment: environment.merging(["PATH": "/bin"]) { $1 }, serverURL: url) {
            text in
            text.hasSuffix("s") ? Double(text.dropLast()).map { .seconds($0) } : Int64(text).map { .milliseconds($0) }
        }
    }

    @Test func defaultsAreThoseOfK6() throws {
        let configuration = try Self.read([:])
        #expect(configuration.receiver.description == "http://localhost:9090/api/v1/write")
        #expect(configuration.pushInterval == .seconds(5))
        #expect(configuration.trendStatistics.map(\.suffix) == ["p99"])
        #expect(!configuration.trendAsNativeHistogram && !configuration.staleMarkers)
        #expect(configuration.authorization == .none && configuration.headers.isEmpty)
        #expect(configuration.tls == RemoteWriteConfiguration.TLS())
        #expect(configuration.tls.minimumVersion == .v1_2)
        #expect(configuration.delivery.timeout == .seconds(5))
    }

    @Test func readsEveryVariable() throws {
        let configuration = try Self.read([
            "SERVER_URL": "https://host:1/w?tenant=x", "PUSH_INTERVAL": "250",
            "TREND_STATS": "min,avg, med,p(90),p(99.9),p(0.5),max,sum,count",
            "TREND_AS_NATIVE_HISTOGRAM": "true", "STALE_MARKERS": "T", "USERNAME": "u", "PASSWORD": "p:w",
            "HTTP_HEADERS": "X-A: b,X-B:c", "HEADERS_X_B": "d", "INSECURE_SKIP_TLS_VERIFY": "1",
            "TLS_MINIMUM_VERSION": "1.3",
            "CLIENT_CERTIFICATE": "c.pem", "CLIENT_CERTIFICATE_KEY": "k.pem", "SSL_CERT_FILE": "ca.pem",
            "SSL_CERT_DIR": "cas",
        ])
        #expect(configuration.pushInterval == .milliseconds(250))
        #expect(
            configuration.trendStatistics.map(\.suffix) == [
                "min", "avg", "med", "p90", "p999", "p05", "max", "sum", "count",
            ])
        #expect(configuration.trendStatistics[4] == .percentile(99.9, text: "99.9"))
        #expect(configuration.trendAsNativeHistogram && configuration.staleMarkers)
        // Basic authorization stays beside custom headers; k6 drops it.
        #expect(configuration.authorization == .basic(user: "u", password: "p:w"))
        #expect(
            configuration.headers
                == [
                    HTTPHeader(name: "X-A", value: "b"), HTTPHeader(name: "X-B", value: "c"),
                    HTTPHeader(name: "X_B", value: "d"),
                ])
        #expect(configuration.tls.skipVerification && configuration.tls.minimumVersion == .v1_3)
        #expect(configuration.tls.clientCertificate == "c.pem" && configuration.tls.clientCertificateKey == "k.pem")
        #expect(configuration.tls.authorities.file == "ca.pem" && configuration.tls.authorities.directories == "cas")
        #expect(configuration.receiver.text == "https://host:1/w?tenant=x")
    }

    @Test func credentialsInTheURLBecomeBasicAuthorizationAndAreNeverShown() throws {
        let configuration = try Self.read(
            ["HEADERS_X": "header-secret"], url: "http://us%40er:s%3Acret@host:9/w?token=query-secret#f")
        #expect(configuration.authorization == .basic(user: "us@er", password: "s:cret"))
        #expect(configuration.receiver.text == "http://host:9/w?token=query-secret")
        for shown in [
            "\(configuration)", String(reflecting: configuration), "\(configuration.receiver)",
            "\(configuration.headers)",
            String(reflecting: configuration.authorization), "\(configuration.authorization)",
        ] {
            #expect(!shown.contains("cret") && !shown.contains("us@er"), "\(shown)")
        }
    }

    @Test func otherAuthorizations() throws {
        #expect(try Self.read(["BEARER_TOKEN": "t"]).authorization == .bearer(token: "t"))
        #expect(
            try Self.read(["SIGV4_REGION": "eu-central-1", "SIGV4_ACCESS_KEY": "a", "SIGV4_SECRET_KEY": "s"])
                .authorization
                == .awsSignatureV4(region: "eu-central-1", accessKey: "a", secretKey: "s"))
        // An exported but empty variable means that there is none.
        #expect(try Self.read(["USERNAME": "", "PASSWORD": "", "BEARER_TOKEN": ""]).authorization == .none)
    }

    @Test(arguments: [
        ["SERVER_URL": "localhost:9090"], ["SERVER_URL": ""], ["SERVER_URL": "ftp://host/"], ["SERVER_URL": "http://"],
        ["SERVER_URL": "http://user:secret@ho st/"], ["PUSH_INTERVAL": "0s"], ["PUSH_INTERVAL": "soon"],
        ["TREND_STATS": "p(101)"],
        ["TREND_STATS": "avg,,max"], ["TREND_STATS": "p(nan)"], ["STALE_MARKERS": "yes"],
        ["TREND_AS_NATIVE_HISTOGRAM": ""],
        ["PASSWORD": "secret"], ["USERNAME": "u", "PASSWORD": "secret", "BEARER_TOKEN": "secret"],
        ["SERVER_URL": "http://u:secret@h/", "USERNAME": "u"], ["SERVER_URL": "http://u%3Asecret:p@h/"],
        ["USERNAME": "u", "HEADERS_AUTHORIZATION": "secret"],
        ["HTTP_HEADERS": "X-A:secret:c"], ["HTTP_HEADERS": "X-A"], ["HEADERS_X Y": "secret"],
        ["HEADERS_X": "secret\r\nInjected: 1"],
        ["HEADERS_": "secret"], ["HEADERS_HOST": "secret"], ["TLS_MINIMUM_VERSION": "1.1"],
        ["CLIENT_CERTIFICATE": "c.pem"],
        ["SIGV4_REGION": "r"], ["SIGV4_ACCESS_KEY": "secret", "SIGV4_SECRET_KEY": "secret"], ["URL": "http://h/"],
        ["HEADER_X": "secret"],
    ])
    func badSettingsAreOneLineWithoutSecrets(_ variables: [String: String]) throws {
        let error = #expect(throws: RemoteWriteConfigurationError.self) { try Self.read(variables) }
        let text = "\(try #require(error))"
        #expect(!text.contains("secret") && !text.contains("\n"))
        let named =
            variables.keys.contains { text.hasPrefix("K6_PROMETHEUS_RW_\($0)") }
            || text.hasPrefix("K6_PROMETHEUS_RW_SIGV4")
        #expect(named, "\(text)")
        #expect(error?.exitCode == 255)
    }
}
