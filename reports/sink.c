#include "reports/sink.h"

#include <math.h>
#include <stdlib.h>

#include "core/csv.h"
#include "core/num.h"
#include "core/utf8.h"

void sink_fini(struct sink *sink)
{
    free(sink->at);
    *sink = (struct sink){0};
}

static bool make_room(struct sink *sink, size_t more)
{
    if (sink->failed)
        return false;
    if (more <= sink->cap - sink->len)
        return true;
    size_t cap = sink->cap ? sink->cap : 4096;
    while (cap - sink->len < more && cap < SIZE_MAX / 4)
        cap *= 2;
    char *grown = cap - sink->len < more ? NULL : realloc(sink->at, cap);
    sink->failed = grown == NULL;
    if (!grown)
        return false;
    sink->at = grown;
    sink->cap = cap;
    return true;
}

void sink_put(struct sink *sink, struct span bytes)
{
    if (bytes.len == 0 || !make_room(sink, bytes.len))
        return;
    memcpy(sink->at + sink->len, bytes.at, bytes.len);
    sink->len += bytes.len;
}

void sink_text(struct sink *sink, const char *trusted)
{
    sink_put(sink, span_text(trusted));
}

void sink_printf(struct sink *sink, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || !make_room(sink, (size_t)n + 1))
        return;
    va_start(args, format);
    (void)vsnprintf(sink->at + sink->len, (size_t)n + 1, format, args);
    va_end(args);
    sink->len += (size_t)n;
}

/* Take one character; what is not UTF-8 becomes U+FFFD, byte by byte. */
static struct span take_character(struct span *rest, uint32_t *code)
{
    static const char replacement[] = "\xef\xbf\xbd";
    size_t n = utf8_take(*rest, code);
    struct span taken = {rest->at, n};
    if (n == 0) {
        *code = 0xfffd;
        taken = (struct span){replacement, 3};
    }
    *rest = span_skip(*rest, n ? n : 1);
    return taken;
}

static const char *markup_entity(uint32_t code)
{
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
    case '\r':
    case '\t':
        return " ";
    default: /* XML forbids U+FFFE and U+FFFF; the rest hides or reorders the text around it */
        return !utf8_is_visible(code) || code == 0xfffe || code == 0xffff ? "\xef\xbf\xbd" : NULL;
    }
}

void sink_markup(struct sink *sink, const char *text)
{
    struct span rest = span_text(text ? text : "");
    while (rest.len) {
        uint32_t code = 0;
        struct span taken = take_character(&rest, &code);
        const char *entity = markup_entity(code);
        sink_put(sink, entity ? span_text(entity) : taken);
    }
}

void sink_json(struct sink *sink, const char *text)
{
    if (!text) {
        sink_text(sink, "null");
        return;
    }
    struct span rest = span_text(text);
    sink_text(sink, "\"");
    while (rest.len) {
        uint32_t code = 0;
        struct span taken = take_character(&rest, &code);
        if (code == '"' || code == '\\')
            sink_printf(sink, "\\%c", (int)code);
        else if (!utf8_is_visible(code))
            sink_printf(sink, "\\u%04x", (unsigned)code); /* all of these are below U+10000 */
        else
            sink_put(sink, taken);
    }
    sink_text(sink, "\"");
}

void sink_csv(struct sink *sink, const char *text)
{
    struct span cell = span_text(text ? text : "");
    if (!make_room(sink, 2 * cell.len + 4))
        return;
    struct obuf out = {sink->at, sink->len, sink->cap};
    sink->failed = csv_put_text(&out, cell) != RC_OK;
    sink->len = out.len;
}

void sink_terminal(struct sink *sink, const char *text)
{
    struct span untrusted = span_text(text ? text : "");
    if (!make_room(sink, 4 * untrusted.len + 1))
        return;
    struct obuf out = {sink->at, sink->len, sink->cap};
    obuf_escaped(&out, untrusted);
    sink->len = out.len;
}

size_t sink_terminal_cut(struct sink *sink, const char *text, size_t width)
{
    size_t before = sink->len;
    sink_terminal(sink, text);
    if (sink->failed)
        return 0;
    if (sink->len - before > width) {
        sink->len = before + width;
        for (size_t i = 1; i <= 2 && i <= width; i++)
            sink->at[sink->len - i] = '.';
    }
    return sink->len - before;
}

static void put_obuf(struct sink *sink, const struct obuf *out)
{
    sink_put(sink, obuf_span(out));
}

void sink_short(struct sink *sink, double value, unsigned digits)
{
    char text[NUM_TEXT_MAX];
    struct obuf out = {text, 0, sizeof text};
    num_put_short(&out, value, digits);
    put_obuf(sink, &out);
}

void sink_fixed(struct sink *sink, double value, unsigned decimals)
{
    char text[NUM_TEXT_MAX];
    struct obuf out = {text, 0, sizeof text};
    if (num_put_fixed(&out, value, decimals) != RC_OK) {
        out.len = 0;
        num_put_short(&out, value, 6); /* too large for fixed notation, or not finite */
    }
    put_obuf(sink, &out);
}

void sink_exact(struct sink *sink, double value, const char *absent)
{
    char text[NUM_TEXT_MAX];
    struct obuf out = {text, 0, sizeof text};
    if (num_put(&out, value) == RC_OK)
        put_obuf(sink, &out);
    else
        sink_text(sink, absent);
}

void sink_pad(struct sink *sink, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sink_put(sink, SPAN(" "));
}
