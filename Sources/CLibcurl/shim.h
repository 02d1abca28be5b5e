// libcurl for Swift. Swift cannot call C variadic functions, so each typed use of curl_easy_setopt,
// curl_easy_getinfo, curl_multi_setopt and curl_share_setopt has a static inline twin here; nothing else does.
#ifndef SML_CLIBCURL_SHIM_H
#define SML_CLIBCURL_SHIM_H

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "framing.h"

static inline int sml_has_http2(void) { return !!(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2); }
static inline int sml_has_openssl(void) {
    const char *name = curl_version_info(CURLVERSION_NOW)->ssl_version;
    return name != NULL && strncmp(name, "OpenSSL/", 8) == 0;
}
// Ends with NULL; NULL where libcurl does not know them yet.
static inline const char *const *sml_feature_names(void) {
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    if (info->age >= CURLVERSION_ELEVENTH) return info->feature_names;
#endif
    return NULL;
}
static inline CURLcode sml_easy_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode sml_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode sml_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode sml_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
// Macros with casts, which Swift does not import.
static const long sml_auth_basic = (long)CURLAUTH_BASIC;
static const long sml_auth_bearer = (long)CURLAUTH_BEARER;
typedef size_t (*sml_write_callback)(char *data, size_t size, size_t count, void *context);
static inline CURLcode sml_easy_set_write(CURL *easy, sml_write_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}
// curl_xferinfo_callback with Swift's Int for curl_off_t.
typedef int (*sml_progress_callback)(void *context, long total_down, long down, long total_up, long up);
static inline CURLcode sml_easy_set_progress(CURL *easy, sml_progress_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, (curl_xferinfo_callback)callback);
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, context);
    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) : code;
}
static inline CURLcode sml_easy_set_header(CURL *easy, sml_write_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}
static inline CURLcode sml_easy_set_socket_callbacks(
    CURL *easy, curl_opensocket_callback on_open, void *opener, curl_closesocket_callback on_close, void *closer) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, opener);
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, closer) : code;
}
static inline long long sml_monotonic_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}
// Watches an exchange: the instants of its phases, what was sent of it, and the answer's header lines, trailers included.
//
// Instants are CLOCK_MONOTONIC nanoseconds, taken here because libcurl 7.88's are not those of the phases: "pretransfer"
// is stamped after the first write, "starttransfer" at the first write of a body that goes by itself (HTTP/2, or from
// 64 KiB), and all of them count from an instant that it does not tell. Nor does its "request size" have such a body.
//
// libcurl bounds headers itself (300 KiB) but keeps trailers without end: 35 MB/s from one connection. And it takes a
// connection that closes inside the headers for a complete answer.
//
// In C, because it runs for every line and some ten times a request.
typedef struct {
    // Header lines of the answer, and more than this many bytes of them are refused.
    size_t bytes;
    size_t limit;
    // The empty line after the headers has arrived.
    int ended;
    // There was a Content-Encoding.
    int encoded;
    // Transfer-Encoding: how many there were; and whether one was more than the framing that we asked for.
    int transfers;
    int unasked;
    // The whole request went out with the first write.
    int is_whole;
    // HTTP/2: the answer was whole before all of the request was written. libcurl 7.88 would go on writing, or wait for a
    // window to write to that never comes, and in the end fail; refusing what it hands over ends the transfer there and then.
    int is_early;
    CURL *easy;
    // Earlier than the write of now; whoever lets libcurl act sets it.
    const long long *acted;
    // Length of the body to send.
    long long body;
    // Before the first write; when the first header line had arrived; last sign of life after the headers. 0: not yet.
    long long sent, first_byte, last;
    // Earlier than the write that took the request's last byte, but later than the one before it. 0: not all is sent.
    long long written;
    // What went out of the head (-1: unknown yet) and of the body, and of the sendings before this one.
    long long head, uploaded, before;
    // libcurl's request size so far, over all its sendings.
    long counted;
    sml_framing framing;
} sml_exchange_watch;
// libcurl would undo any compression named there, without a bound.
static inline int sml_is_plain_transfer(const char *value, size_t length) {
    while (length && (*value == ' ' || *value == '\t')) value++, length--;
    while (length && (value[length - 1] == ' ' || value[length - 1] == '\t' || value[length - 1] == '\r' || value[length - 1] == '\n')) length--;
    return (length == 7 && !strncasecmp(value, "chunked", 7)) || (length == 8 && !strncasecmp(value, "identity", 8));
}
static inline void sml_watch_coding(sml_exchange_watch *watch, const char *data, size_t length) {
    static const char content[] = "content-encoding:";
    static const char transfer[] = "transfer-encoding:";
    if (length >= sizeof content && !strncasecmp(data, content, sizeof content - 1)) watch->encoded = 1;
    else if (length >= sizeof transfer && !strncasecmp(data, transfer, sizeof transfer - 1)) {
        size_t name = sizeof transfer - 1;
        if (++watch->transfers > 1 || !sml_is_plain_transfer(data + name, length - name)) watch->unasked = 1;
    }
}
static inline void sml_watch_clear(sml_exchange_watch *watch) {
    if (watch->head >= 0) watch->before += watch->head + watch->uploaded;
    watch->head = -1;
    watch->uploaded = watch->sent = watch->written = watch->first_byte = watch->last = 0;
    watch->ended = watch->is_whole = watch->is_early = watch->encoded = watch->transfers = watch->unasked = 0;
}
// libcurl begins with a request: the first one of an exchange, or the same once more.
static inline void sml_watch_start(sml_exchange_watch *watch, int is_first) {
    sml_watch_clear(watch);
    if (is_first) watch->before = 0;
    watch->counted = 0;
    watch->bytes = 0;
}
// The request is about to be sent, for the first time or once more.
static inline void sml_watch_sending(sml_exchange_watch *watch) {
    sml_watch_clear(watch);
    watch->sent = sml_monotonic_now();
}
static inline long long sml_watch_bytes_sent(const sml_exchange_watch *watch) {
    return watch->before + (watch->head >= 0 ? watch->head + watch->uploaded : 0);
}
// Of the answer's body `received` bytes have come: whether libcurl has nothing more to do.
static inline int sml_watch_is_early(sml_exchange_watch *watch, long long received) {
    if (watch->written || !watch->sent || !sml_framing_is_whole(&watch->framing, received)) return 0;
    watch->last = sml_monotonic_now();
    return watch->is_early = 1;
}
static inline size_t sml_watch_header(char *data, size_t size, size_t count, void *context) {
    sml_exchange_watch *watch = (sml_exchange_watch *)context;
    size_t length = size * count;
    // An interim answer (1xx) is an answer, as for k6; one of a proxy came before sml_watch_sending.
    if (!watch->first_byte) watch->first_byte = sml_monotonic_now();
    if (length <= 2) watch->ended = 1;
    else if (length > 5 && data[0] == 'H' && data[4] == '/' && data[1] == 'T') {
        watch->ended = watch->encoded = watch->transfers = 0;
    } else if ((data[0] | 0x20) == 'c' || (data[0] | 0x20) == 't') sml_watch_coding(watch, data, length);
    watch->bytes += length;
    // Trailers frame nothing.
    if (!watch->ended) sml_framing_line(&watch->framing, data, length);
    else if (length <= 2 && (sml_framing_is_wrong(&watch->framing) || sml_watch_is_early(watch, 0))) return 0;
    return watch->bytes <= watch->limit && !watch->unasked ? length : 0;
}
// libcurl calls it after each write, each read and each step of its own.
static inline int sml_watch_progress(
    void *context, curl_off_t download_size, curl_off_t downloaded, curl_off_t upload_size, curl_off_t uploaded) {
    sml_exchange_watch *watch = (sml_exchange_watch *)context;
    (void)download_size, (void)downloaded, (void)upload_size;
    if (watch->ended) watch->last = sml_monotonic_now();
    if (!watch->sent) return 0;
    // libcurl sets its counter back before it sends again.
    if (uploaded > watch->uploaded) watch->uploaded = uploaded;
    if (watch->head < 0) {
        // After the first write, which is what libcurl's request size counts, with what it has of the body.
        long size = 0;
        curl_easy_getinfo(watch->easy, CURLINFO_REQUEST_SIZE, &size);
        watch->head = size - watch->counted - uploaded;
        watch->counted = size;
        watch->is_whole = uploaded >= watch->body;
        if (watch->is_whole) watch->written = watch->sent;
    } else if (!watch->written && uploaded >= watch->body) {
        watch->written = *watch->acted > watch->sent ? *watch->acted : watch->sent;
    }
    return 0;
}
static inline CURLcode sml_easy_set_exchange_watch(CURL *easy, sml_exchange_watch *watch) {
    CURLcode code = sml_easy_set_header(easy, sml_watch_header, watch);
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, sml_watch_progress);
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, watch);
    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) : code;
}
static inline long sml_easy_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}
static inline long long sml_easy_get_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}
// Borrowed from the handle; valid until its next transfer or its end.
static inline const char *sml_easy_get_string(CURL *easy, CURLINFO info) {
    char *value = NULL;
    curl_easy_getinfo(easy, info, &value);
    return value;
}
static inline void *sml_easy_get_private(CURL *easy) {
    char *value = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value);
    return value;
}

// Called before each sending of a request, also the one libcurl repeats by itself after a dead reused connection.
typedef int (*sml_prerequest_callback)(
    void *context, char *remote_address, char *local_address, int remote_port, int local_port);
static inline CURLcode sml_easy_set_prerequest(CURL *easy, sml_prerequest_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
}
// Called for each TLS connection with the TLS library's context of it.
typedef CURLcode (*sml_context_callback)(CURL *easy, void *tls_context, void *context);
static inline CURLcode sml_easy_set_context(CURL *easy, sml_context_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, context);
}
// OpenSSL's `SSL *` of the transfer's live connection, or NULL (other backend, plain http, already detached).
static inline void *sml_easy_get_openssl(CURL *easy) {
    struct curl_tlssessioninfo *info = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || info == NULL) return NULL;
    return info->backend == CURLSSLBACKEND_OPENSSL ? info->internals : NULL;
}

typedef int (*sml_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *context, void *socket_context);
typedef int (*sml_timer_callback)(CURLM *multi, long timeout_ms, void *context);
static inline CURLMcode sml_multi_set_callbacks(
    CURLM *multi, sml_socket_callback on_socket, sml_timer_callback on_timer, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    return code;
}
static inline CURLMcode sml_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLSHcode sml_share_set_data(CURLSH *share, curl_lock_data data) {
    return curl_share_setopt(share, CURLSHOPT_SHARE, data);
}
// The completed transfer of a message; the union in CURLMsg is awkward from Swift.
static inline CURLcode sml_message_result(const CURLMsg *message) { return message->data.result; }

#endif
