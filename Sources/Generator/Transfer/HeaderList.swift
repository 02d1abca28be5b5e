// A libcurl string list with an owner. libcurl keeps the pointer, not a copy, so the list must outlive every
// handle that uses it; each shard owns its own.

import CLibcurl

final class HeaderList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) {
        for line in lines { head = curl_slist_append(head, line) }
    }

    deinit { curl_slist_free_all(head) }
}
