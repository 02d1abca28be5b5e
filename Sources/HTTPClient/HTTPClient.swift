// A small HTTP client on libcurl for everything that is not load: health probes and the cluster's web interface. One
// request at a time, on a queue of its own where it may block; cancelling a task ends its transfer at once. Not
// async-http-client: libcurl is linked already, and NIO with TLS would double the size of `sml`.

internal import CLibcurl
import Dispatch
import Synchronization
import LibcurlClient

/// Sends requests one after the other over kept connections.
///
/// TLS is verified. No redirect is followed (credentials would follow it) and `.netrc` is not read; a proxy is used if
/// the rules say so for the request's URL.
///
/// `@unchecked Sendable` for the sake of `multi`, the one member that is not Sendable. It is used by `perform`, which is
/// called on `queue` only and checks that; by `curl_multi_wakeup`, which libcurl documents as callable from any thread,
/// inside `send` and so while the client lives; and in `deinit`, when no block and no call is left to hold the client.
package final class HTTPClient: @unchecked Sendable {
    private let queue = DispatchQueue(label: "sml.http")
    private let multi: UnsafeMutableRawPointer
    private let userAgent: String
    private let trust: TrustStore
    private let proxies: ProxyRules

    /// - Parameters:
    ///   - trust: whom to trust; whom libcurl trusts by itself unless given.
    ///   - proxies: which requests go through one; none unless given.
    package init(
        userAgent: String, trust: TrustStore = TrustStore(file: nil, directories: nil), proxies: ProxyRules = ProxyRules([:])
    ) {
        precondition(Libcurl.isReady, "libcurl cannot be initialised")
        guard let multi = curl_multi_init() else { preconditionFailure("libcurl cannot be initialised") }
        self.multi = multi
        self.userAgent = userAgent
        self.trust = trust
        self.proxies = proxies
    }

    deinit { curl_multi_cleanup(multi) }

    /// Sends `request` and waits for the end of its answer.
    ///
    /// - Throws: ``HTTPFailure`` when there is no whole answer; `.cancelled` when the task is.
    package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let order = CancelOrder()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: self.perform(request, order)) }
            }
        } onCancel: {
            order.isGiven.store(true, ordering: .releasing)
            curl_multi_wakeup(multi)
        }
        return try result.get()
    }

    private final class CancelOrder: Sendable {
        let isGiven = Atomic(false)
    }

    private func perform(_ request: HTTPRequest, _ order: CancelOrder) -> Result<HTTPResponse, HTTPFailure> {
        dispatchPrecondition(condition: .onQueue(queue))
        do throws(HTTPFailure) {
            let transfer = try Transfer(request, userAgent: userAgent, trust: trust, proxies: proxies)
            guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
                throw HTTPFailure(.other, "libcurl refuses the request")
            }
            defer { curl_multi_remove_handle(multi, transfer.easy) }
            while true {
                guard !order.isGiven.load(ordering: .acquiring) else { throw HTTPFailure(.cancelled, "cancelled") }
                var running: Int32 = 0
                curl_multi_perform(multi, &running)
                if running == 0 { break }
                // Ends early at any event; libcurl's own deadlines shorten it too.
                curl_multi_poll(multi, nil, 0, 1000, nil)
            }
            var left: Int32 = 0
            guard let message = curl_multi_info_read(multi, &left) else {
                throw HTTPFailure(.other, "libcurl lost the transfer")
            }
            return .success(try transfer.outcome(sml_message_result(message)))
        } catch {
            return .failure(error)
        }
    }
}
