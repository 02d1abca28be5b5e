// Where an HTTP/1 answer ends, read from its header lines as Go's net/http (and so k6) reads them. libcurl 7.88 takes the
// last of several lengths and the digits before a comma, and does not tell how it found the end: a shorter answer is then
// a good one, and its tail the next request's answer.
#ifndef SML_CLIBCURL_FRAMING_H
#define SML_CLIBCURL_FRAMING_H

#include <string.h>
#include <strings.h>

typedef struct {
    // -1: no Content-Length.
    long long length;
    int status;
    // HTTP/1.x; HTTP/2 frames its answers by itself.
    unsigned char is_http1;
    unsigned char is_chunked;
    // Content-Length that is no number, or another one than before.
    unsigned char is_length_wrong;
} sml_framing;

// The value of a header line, without the spaces around it.
static inline const char *sml_header_value(const char *line, size_t length, size_t name, size_t *value_length) {
    const char *value = line + name, *end = line + length;
    while (value < end && (*value == ' ' || *value == '\t')) value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '\n')) end--;
    *value_length = (size_t)(end - value);
    return value;
}

// A number below 2^63 in nothing but digits, or -1.
static inline long long sml_framing_number(const char *text, size_t length) {
    long long number = 0;
    if (length == 0) return -1;
    for (size_t index = 0; index < length; index++) {
        if (text[index] < '0' || text[index] > '9') return -1;
        if (__builtin_mul_overflow(number, 10, &number)) return -1;
        if (__builtin_add_overflow(number, text[index] - '0', &number)) return -1;
    }
    return number;
}

// Takes in the next line of an answer's head: a status line, a header, or the empty line.
static inline void sml_framing_line(sml_framing *framing, const char *line, size_t length) {
    static const char length_name[] = "content-length:", coding_name[] = "transfer-encoding:";
    size_t value_length;
    const char *value;
    if (length >= 12 && strncmp(line, "HTTP/", 5) == 0) {
        framing->length = -1;
        framing->is_chunked = framing->is_length_wrong = 0;
        framing->is_http1 = line[5] == '1';
        const char *status = line[6] == ' ' ? line + 7 : line[8] == ' ' ? line + 9 : NULL;
        framing->status = status && status + 3 <= line + length ? (int)sml_framing_number(status, 3) : 0;
    } else if ((line[0] | 0x20) == 'c' && length >= sizeof length_name
               && strncasecmp(line, length_name, sizeof length_name - 1) == 0) {
        value = sml_header_value(line, length, sizeof length_name - 1, &value_length);
        long long number = sml_framing_number(value, value_length);
        if (number < 0 || (framing->length >= 0 && framing->length != number)) framing->is_length_wrong = 1;
        else framing->length = number;
    } else if ((line[0] | 0x20) == 't' && length >= sizeof coding_name
               && strncasecmp(line, coding_name, sizeof coding_name - 1) == 0) {
        value = sml_header_value(line, length, sizeof coding_name - 1, &value_length);
        framing->is_chunked = value_length == 7 && strncasecmp(value, "chunked", 7) == 0;
    }
}

// 1xx, 204 and 304 have no body, whatever their headers say.
static inline int sml_framing_has_body(const sml_framing *framing) {
    return framing->status >= 200 && framing->status != 204 && framing->status != 304;
}

// Whether an answer with these headers cannot be trusted to end where libcurl thinks. Asked at the empty line. Chunks
// override every length (RFC 9112 §6.3).
static inline int sml_framing_is_wrong(const sml_framing *framing) {
    return framing->is_http1 && sml_framing_has_body(framing) && framing->is_length_wrong && !framing->is_chunked;
}

// The body ends with the connection: only a proper end of the stream says that it is whole.
static inline int sml_framing_ends_with_stream(const sml_framing *framing) {
    return framing->is_http1 && !framing->is_chunked && framing->length < 0 && sml_framing_has_body(framing);
}

// HTTP/2: with `received` bytes of its body the answer is whole, as far as its headers say how long it is.
static inline int sml_framing_is_whole(const sml_framing *framing, long long received) {
    if (framing->is_http1 || framing->status < 200 || framing->is_length_wrong) return 0;
    return sml_framing_has_body(framing) ? framing->length >= 0 && received == framing->length : 1;
}

#endif
