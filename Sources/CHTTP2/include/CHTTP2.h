// What stands between libcurl and nghttp2. libcurl calls nghttp2 through the dynamic linker, which looks for a function in the program
// first: those of nghttp2's that are defined here are found before the library's own, and call it.
#ifndef SML_CHTTP2_H
#define SML_CHTTP2_H

// Whether libcurl's sessions are made by way of here, as far as one has been made.
int sml_http2_is_between(void);

// Whether a server's settings have come since the last call, on this thread.
int sml_http2_take_settings(void);

#endif
