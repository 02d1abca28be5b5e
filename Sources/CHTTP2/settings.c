// Sees that a server's settings have come. libcurl 7.88 tells nobody; but it asks nghttp2 for the number of streams that the server
// allows as soon as its settings are there, and at no other time.

#include "CHTTP2.h"
#include "library.h"

#include <stdint.h>

// Of this thread's connections; a shard looks after each of its groups.
static _Thread_local int have_come;

uint32_t nghttp2_session_get_remote_settings(void *session, int setting) {
    enum { most_streams = 3 };
    if (setting == most_streams) have_come = 1;
    return LIBRARY(nghttp2_session_get_remote_settings)(session, setting);
}

int sml_http2_take_settings(void) {
    int taken = have_come;
    have_come = 0;
    return taken;
}
