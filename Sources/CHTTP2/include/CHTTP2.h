// What stands between libcurl and nghttp2. libcurl calls nghttp2 through the dynamic linker, which looks for a function in the program
// first: those of nghttp2's that are defined here are found before the library's own, and call it. So we see what libcurl 7.88
// tells nobody, or only in words: its texts cost 18,000 instructions a request.
#ifndef SML_CHTTP2_H
#define SML_CHTTP2_H

// Whether libcurl's sessions are made by way of here, as far as one has been made.
int sml_http2_is_between(void);

// What has become of a request's stream and of its connection's session. In the list of the session it was last sent on; a session,
// its requests and their watches belong to one thread.
typedef struct sml_http2_watch {
    // The error code of a GOAWAY (-1: there was none) and the last stream that it says was worked on (LONG_MAX: unknown).
    long go_away, last_stream;
    // The request's own; 0: unknown.
    long stream;
    // The server has refused the stream, as not worked on.
    int refused;
    // A stream of the connection was refused: libcurl gives the connection up and begins again on another.
    int retried;
    // Of the connection, where requests share it: it hears the same.
    struct sml_http2_watch *connection;
    struct sml_http2_session *session;
    struct sml_http2_watch *previous, *next;
} sml_http2_watch;

// As nothing has happened, and on no session. Before the first use `watch` is all zeros; before it is freed it is cleared.
void sml_http2_clear(sml_http2_watch *watch);

// The request that this thread next hands to nghttp2 is that of `watch`.
void sml_http2_expect(sml_http2_watch *watch);

// Whether a server's settings have come on one of this thread's connections since it last asked.
int sml_http2_take_settings(void);

#endif
