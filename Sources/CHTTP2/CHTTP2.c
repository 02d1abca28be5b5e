// Keeps from libcurl 7.88 the one frame that has it throw an answer away. A server may answer before it has read the request, and
// says with RST_STREAM and NO_ERROR that it wants no more of it; the answer counts (RFC 9113 §8.1). libcurl marks the stream as reset
// when it sees that frame, and when it next comes to the stream, it drops what has come of the answer and was not yet handed over. From
// nghttp2 it also hears that the stream is closed and with which code, which is all that it needs. A frame for a stream whose answer
// has not ended passes.

#define _GNU_SOURCE
#include "CHTTP2.h"

#include <dlfcn.h>
#include <stdatomic.h>
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
typedef int (*frame_callback)(void *session, const frame_head *frame, void *context);
enum { reset_stream = 3, no_error = 0 };

// libcurl's own, the same for all of its sessions with servers. Another one (later libcurls have one for proxies that speak HTTP/2) is
// left alone.
static _Atomic(frame_callback) libcurls;

static void *library(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    // Whoever called has it.
    if (!function) abort();
    return function;
}

static int has_ended(void *session, int32_t stream) {
    static _Atomic(int (*)(void *, int32_t)) ask;
    if (!ask) ask = (int (*)(void *, int32_t))library("nghttp2_session_get_stream_remote_close");
    return ask(session, stream) == 1;
}

static int on_frame(void *session, const frame_head *frame, void *context) {
    if (frame->type == reset_stream && ((const reset_frame *)frame)->code == no_error && has_ended(session, frame->stream)) return 0;
    return libcurls(session, frame, context);
}

__attribute__((visibility("default")))
void nghttp2_session_callbacks_set_on_frame_recv_callback(void *callbacks, frame_callback callback) {
    void (*set)(void *, frame_callback) =
        (void (*)(void *, frame_callback))library("nghttp2_session_callbacks_set_on_frame_recv_callback");
    frame_callback known = NULL;
    if (atomic_compare_exchange_strong(&libcurls, &known, callback) || known == callback) callback = on_frame;
    set(callbacks, callback);
}

int sml_http2_is_between(void) { return libcurls != NULL; }
