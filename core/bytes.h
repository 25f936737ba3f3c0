/* Bounded views of memory: `span` to read, `obuf` to append. Neither owns what it points at. */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/rc.h"

struct span {
    const char *at;
    size_t len;
};

struct obuf {
    char *at;
    size_t len, cap;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SPAN(literal) ((struct span){"" literal "", sizeof(literal) - 1})

static inline struct span span_text(const char *text)
{
    return (struct span){text, strlen(text)};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool span_is(struct span a, const char *text)
{
    return span_equal(a, span_text(text));
}

/* What is left of `a` after its first `n` bytes; empty when there are fewer. */
static inline struct span span_skip(struct span a, size_t n)
{
    n = n < a.len ? n : a.len;
    return (struct span){a.at + n, a.len - n};
}

/* As a text of C in `to[cap]`, cut where that ends. */
static inline void span_copy(struct span a, char *to, size_t cap)
{
    size_t len = a.len < cap - 1 ? a.len : cap - 1;
    memcpy(to, a.at, len);
    to[len] = '\0';
}

static inline struct span obuf_span(const struct obuf *out)
{
    return (struct span){out->at, out->len};
}

/* Append; on RC_NOSPACE nothing was appended. */
MUST_CHECK static inline enum rc obuf_put(struct obuf *out, struct span bytes)
{
    if (bytes.len > out->cap - out->len)
        return RC_NOSPACE;
    if (bytes.len)
        memcpy(out->at + out->len, bytes.at, bytes.len);
    out->len += bytes.len;
    return RC_OK;
}

MUST_CHECK static inline enum rc obuf_byte(struct obuf *out, unsigned byte)
{
    if (out->len == out->cap)
        return RC_NOSPACE;
    out->at[out->len++] = (char)(unsigned char)byte;
    return RC_OK;
}

/* For integers and text only: a double goes through core/num, which knows no locale. */
__attribute__((format(printf, 2, 3))) MUST_CHECK static inline enum rc
obuf_printf(struct obuf *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out->at + out->len, out->cap - out->len, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= out->cap - out->len)
        return RC_NOSPACE;
    out->len += (size_t)n;
    return RC_OK;
}

/* Append bytes that came from outside so that any terminal or log may show them: printable ASCII
 * as it is, all else as \xNN (and \r \n \t). Stops quietly when `out` is full. */
void obuf_escaped(struct obuf *out, struct span untrusted);

#endif
