// Sees that a server's settings have come. libcurl 7.88 tells nobody; but it asks nghttp2 for the number of streams that the server
// allows as soon as its settings are there, and at no other time.

#define _GNU_SOURCE
#include "CHTTP2.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

// Of this thread's connections; a shard looks after each of its groups.
static _Thread_local int have_come;

__attribute__((visibility("default")))
uint32_t nghttp2_session_get_remote_settings(void *session, int setting) {
    enum { most_streams = 3 };
    static _Atomic(uint32_t (*)(void *, int)) library;
    if (!library) library = (uint32_t (*)(void *, int))dlsym(RTLD_NEXT, "nghttp2_session_get_remote_settings");
    // Whoever called has it.
    if (!library) abort();
    if (setting == most_streams) have_come = 1;
    return library(session, setting);
}

int sml_http2_take_settings(void) {
    int taken = have_come;
    have_come = 0;
    return taken;
}
