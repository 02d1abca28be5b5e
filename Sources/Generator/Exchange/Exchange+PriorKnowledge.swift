// HTTP/2 over plain http without asking. libcurl 7.88 begins it anew on a connection that speaks it already, which breaks that at the
// second request; told to upgrade instead, it uses such a connection as it is. So it is told the one where a connection is to be made
// and the other where there is one, and where it then turns out to be gone it is not let make another: the request begins again.

import CLibcurl

extension Exchange {
    /// Before libcurl is handed the exchange.
    func chooseConnection() {
        guard common.hasPriorKnowledge else { return }
        if !mustConnect, let sharing = group.sharing { makesConnection = !sharing.hasConnection }
        sml_easy_set_long(
            easy, CURLOPT_HTTP_VERSION, Int(makesConnection ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_2_0))
        sml_easy_set_long(easy, CURLOPT_FRESH_CONNECT, makesConnection ? 1 : 0)
    }

    /// libcurl wants to make a connection: false where there should have been one.
    func mayConnect() -> Bool {
        isWithoutConnection = common.hasPriorKnowledge && !makesConnection
        return !isWithoutConnection
    }
}
