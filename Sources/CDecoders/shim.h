// The decoders of compressed answers: zlib, brotli and zstd, the same libraries that libcurl brings along. Ours to
// drive, because libcurl's own decoding knows no bound and refuses what k6 takes.
#ifndef SML_CDECODERS_SHIM_H
#define SML_CDECODERS_SHIM_H

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

// A macro, which Swift does not import. `window`: 15 for a zlib header, 31 for a gzip one, -15 for none.
static inline int sml_inflate_begin(z_stream *stream, int window) { return inflateInit2(stream, window); }

#endif
