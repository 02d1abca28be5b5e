// Sees requests and frames on their way between libcurl and nghttp2, and keeps from libcurl 7.88 the one frame that has it throw an
// answer away. A server may answer before it has read the request, and says with RST_STREAM and NO_ERROR that it wants no more of it;
// the answer counts (RFC 9113 §8.1). libcurl marks the stream as reset when it sees that frame, and when it next comes to the stream, it
// drops what has come of the answer and was not yet handed over. From nghttp2 it also hears that the stream is closed and with which
// code, which is all that it needs. A frame for a stream whose answer has not ended passes.

#include "CHTTP2.h"
#include "library.h"

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// nghttp2's, as far as they are needed: its header need not be there where libcurl's is.
typedef struct {
    size_t length;
    int32_t stream;
    uint8_t type, flags, reserved;
} frame_head;
typedef struct {
    frame_head head;
    uint32_t code;
} reset_frame;
typedef struct {
    frame_head head;
    int32_t last_stream;
    uint32_t code;
} go_away_frame;
typedef int (*frame_callback)(void *session, const frame_head *frame, void *context);
enum { frame_reset = 3, frame_go_away = 7, no_error = 0, refused_stream = 7 };

// Only called by way of LIBRARY.
int nghttp2_session_get_stream_remote_close(void *session, int32_t stream);

// MARK: sessions

struct sml_http2_session {
    void *key;
    sml_http2_watch *first;
    struct sml_http2_session *next;
};

static _Thread_local struct sml_http2_session *sessions[1024];
static _Thread_local sml_http2_watch *expected;

static struct sml_http2_session **place(void *key) {
    // Objects of a kilobyte and more: the lowest bits are alike.
    struct sml_http2_session **at = &sessions[((uintptr_t)key >> 5 ^ (uintptr_t)key >> 15) % 1024];
    while (*at && (*at)->key != key) at = &(*at)->next;
    return at;
}

static void leave(sml_http2_watch *watch) {
    if (!watch->session) return;
    if (watch->previous) watch->previous->next = watch->next;
    else watch->session->first = watch->next;
    if (watch->next) watch->next->previous = watch->previous;
    watch->session = NULL;
    watch->previous = watch->next = NULL;
}

static void join(sml_http2_watch *watch, struct sml_http2_session *session) {
    if (watch->session == session) return;
    leave(watch);
    watch->session = session;
    watch->next = session->first;
    if (watch->next) watch->next->previous = watch;
    session->first = watch;
}

void sml_http2_clear(sml_http2_watch *watch) {
    leave(watch);
    if (expected == watch) expected = NULL;
    *watch = (sml_http2_watch){.go_away = -1, .last_stream = LONG_MAX};
}

void sml_http2_expect(sml_http2_watch *watch) { expected = watch; }

// MARK: what libcurl calls

static int32_t submitted(void *session, int32_t stream) {
    sml_http2_watch *watch = expected;
    expected = NULL;
    if (stream < 0 || !watch) return stream;
    watch->stream = stream;
    struct sml_http2_session **at = place(session);
    if (!*at) {
        *at = calloc(1, sizeof **at);
        // Then nobody hears of the session; its requests go on.
        if (!*at) return stream;
        (*at)->key = session;
    }
    join(watch, *at);
    if (watch->connection) join(watch->connection, *at);
    return stream;
}

int32_t nghttp2_submit_request(
    void *session, const void *priority, const void *headers, size_t count, const void *body, void *context) {
    return submitted(session, LIBRARY(nghttp2_submit_request)(session, priority, headers, count, body, context));
}

// Since nghttp2 1.60; which of the two a libcurl calls is its own affair.
int32_t nghttp2_submit_request2(
    void *session, const void *priority, const void *headers, size_t count, const void *body, void *context) {
    return submitted(session, LIBRARY(nghttp2_submit_request2)(session, priority, headers, count, body, context));
}

void nghttp2_session_del(void *session) {
    struct sml_http2_session **at = place(session), *gone = *at;
    if (gone) {
        while (gone->first) leave(gone->first);
        *at = gone->next;
        free(gone);
    }
    LIBRARY(nghttp2_session_del)(session);
}

static void hear_go_away(void *session, const go_away_frame *frame) {
    struct sml_http2_session *seen = *place(session);
    for (sml_http2_watch *watch = seen ? seen->first : NULL; watch; watch = watch->next) {
        watch->go_away = frame->code;
        watch->last_stream = frame->last_stream;
    }
}

static void hear_refusal(void *session, int32_t stream) {
    struct sml_http2_session *seen = *place(session);
    sml_http2_watch *watch = seen ? seen->first : NULL;
    while (watch && watch->stream != stream) watch = watch->next;
    if (!watch) return;
    watch->refused = 1;
    if (watch->connection) watch->connection->retried = 1;
}

// libcurl's own, the same for all of its sessions with servers. Another one (later libcurls have one for proxies that speak HTTP/2) is
// left alone.
static _Atomic(frame_callback) libcurls;

static int on_frame(void *session, const frame_head *frame, void *context) {
    if (frame->type == frame_go_away) hear_go_away(session, (const go_away_frame *)frame);
    if (frame->type == frame_reset) {
        uint32_t code = ((const reset_frame *)frame)->code;
        if (code == refused_stream) hear_refusal(session, frame->stream);
        if (code == no_error && LIBRARY(nghttp2_session_get_stream_remote_close)(session, frame->stream) == 1) return 0;
    }
    return libcurls(session, frame, context);
}

void nghttp2_session_callbacks_set_on_frame_recv_callback(void *callbacks, frame_callback callback) {
    frame_callback known = NULL;
    if (atomic_compare_exchange_strong(&libcurls, &known, callback) || known == callback) callback = on_frame;
    LIBRARY(nghttp2_session_callbacks_set_on_frame_recv_callback)(callbacks, callback);
}

int sml_http2_is_between(void) { return libcurls != NULL; }
