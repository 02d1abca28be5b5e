// How far a JSON string goes on with bytes that mean themselves, sixteen at a time. C, because Swift 6.3 compares a SIMD16 lane
// by lane, and eight bytes in a word cost three times the instructions: 3,727 of an answer of 1.2 kB, a sixth of all that we
// add to libcurl's request.
#ifndef SML_PLAIN_H
#define SML_PLAIN_H

#include <stddef.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

// Bytes from `text` on, at most `length`, before the first `"`, `\`, control character or byte above 0x7F. Of a stretch's last
// fifteen bytes it may count too few, never too many.
static inline size_t sml_plain_bytes(const void *text, size_t length) {
    typedef signed char lanes __attribute__((vector_size(16)));
    size_t at = 0;
    while (length - at >= 16) {
        lanes bytes;
        memcpy(&bytes, (const char *)text + at, 16);
        // Signed: what is above 0x7F is below 0x20 too.
        lanes special = (lanes)(bytes == '"') | (lanes)(bytes == '\\') | (lanes)(bytes < 0x20);
#ifdef __SSE2__
        int marks = _mm_movemask_epi8((__m128i)special);
        if (marks != 0) return at + (size_t)__builtin_ctz((unsigned)marks);
#else
        unsigned long long halves[2];
        memcpy(halves, &special, 16);
        if ((halves[0] | halves[1]) != 0) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            return at + (size_t)(halves[0] != 0 ? __builtin_ctzll(halves[0]) : 64 + __builtin_ctzll(halves[1])) / 8;
#else
            return at + (size_t)(halves[0] != 0 ? __builtin_clzll(halves[0]) : 64 + __builtin_clzll(halves[1])) / 8;
#endif
        }
#endif
        at += 16;
    }
    return at;
}

#endif
