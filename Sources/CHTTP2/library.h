// How a function that stands between libcurl and nghttp2 calls nghttp2's own.
#ifndef SML_CHTTP2_LIBRARY_H
#define SML_CHTTP2_LIBRARY_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stdlib.h>

// The next definition of a function; whoever called has it.
#define LIBRARY(name) ({                                             \
    static _Atomic(__typeof__(&(name))) found;                       \
    if (!found) found = (__typeof__(&(name)))dlsym(RTLD_NEXT, #name); \
    if (!found) abort();                                             \
    found;                                                           \
})

#endif
