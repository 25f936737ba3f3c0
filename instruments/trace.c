#include "instruments/trace.h"

#include <stdlib.h>

enum { ENTRIES_MIN = 16, BYTES_PER_ENTRY = 16 };

struct trace_entry {
    struct instant t;
    size_t at, len;
    bool sent;
};

/* Two rings: bytes, and entries that point into them by ever-growing positions. */
struct trace {
    char *bytes;
    size_t cap, written;
    struct trace_entry *entries;
    size_t entry_cap, first, count;
};

/* Text has only printable characters and line ends. */
static bool is_text(struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned byte = (unsigned char)bytes.at[i];
        if ((byte < 0x20 || byte > 0x7e) && byte != '\r' && byte != '\n' && byte != '\t')
            return false;
    }
    return true;
}

static enum rc put_hex(struct obuf *out, struct span bytes)
{
    static const char digits[] = "0123456789abcdef";
    enum rc rc = obuf_put(out, SPAN("hex"));
    for (size_t i = 0; i < bytes.len && rc == RC_OK; i++) {
        unsigned byte = (unsigned char)bytes.at[i];
        char text[3] = {' ', digits[byte >> 4], digits[byte & 15]};
        rc = obuf_put(out, (struct span){text, sizeof text});
    }
    return rc;
}

static enum rc put_cut_line(struct obuf *out, bool sent, struct span bytes)
{
    struct span shown = {bytes.at, bytes.len < TRACE_BYTES_MAX ? bytes.len : TRACE_BYTES_MAX};
    if (out->cap - out->len < 4 * shown.len + 64)
        return RC_NOSPACE;
    enum rc rc = obuf_put(out, sent ? SPAN("> ") : SPAN("< "));
    if (rc == RC_OK && is_text(shown))
        obuf_escaped(out, shown);
    else if (rc == RC_OK)
        rc = put_hex(out, shown);
    if (rc == RC_OK)
        rc = obuf_byte(out, '\n');
    if (rc == RC_OK && shown.len < bytes.len)
        rc = obuf_printf(out, "# ... %zu more bytes\n", bytes.len - shown.len);
    return rc;
}

enum rc trace_put_line(struct obuf *out, bool sent, struct span bytes)
{
    size_t before = out->len;
    enum rc rc = put_cut_line(out, sent, bytes);
    if (rc != RC_OK)
        out->len = before;
    return rc;
}

struct trace *trace_new(size_t bytes_max)
{
    struct trace *trace = calloc(1, sizeof *trace);
    if (!trace)
        return NULL;
    trace->cap = bytes_max > TRACE_BYTES_MAX ? bytes_max : TRACE_BYTES_MAX;
    trace->entry_cap = trace->cap / BYTES_PER_ENTRY + ENTRIES_MIN;
    trace->bytes = malloc(trace->cap);
    trace->entries = calloc(trace->entry_cap, sizeof *trace->entries);
    if (trace->bytes && trace->entries)
        return trace;
    trace_free(trace);
    return NULL;
}

void trace_free(struct trace *trace)
{
    if (!trace)
        return;
    free(trace->bytes);
    free(trace->entries);
    free(trace);
}

static const struct trace_entry *entry(const struct trace *trace, size_t i)
{
    return &trace->entries[(trace->first + i) % trace->entry_cap];
}

/* The oldest whose bytes will be written over, or whose place is needed. */
static void make_room(struct trace *trace, size_t len)
{
    while (trace->count > 0 && (trace->count == trace->entry_cap ||
                                trace->written + len - entry(trace, 0)->at > trace->cap)) {
        trace->first = (trace->first + 1) % trace->entry_cap;
        trace->count--;
    }
}

void trace_add(struct trace *trace, bool sent, struct span bytes, struct instant t)
{
    if (bytes.len > trace->cap)
        bytes.len = trace->cap;
    make_room(trace, bytes.len);
    size_t at = trace->written % trace->cap;
    size_t until_end = trace->cap - at;
    size_t first = bytes.len < until_end ? bytes.len : until_end;
    if (bytes.len > 0) {
        memcpy(trace->bytes + at, bytes.at, first);
        memcpy(trace->bytes, bytes.at + first, bytes.len - first);
    }
    trace->entries[(trace->first + trace->count) % trace->entry_cap] =
        (struct trace_entry){.t = t, .at = trace->written, .len = bytes.len, .sent = sent};
    trace->count++;
    trace->written += bytes.len;
}

static struct span copy_out(const struct trace *trace, const struct trace_entry *from, char *to,
                            size_t cap)
{
    size_t len = from->len < cap ? from->len : cap;
    for (size_t i = 0; i < len; i++)
        to[i] = trace->bytes[(from->at + i) % trace->cap];
    return (struct span){to, len};
}

static enum rc write_entry(const struct trace *trace, const struct trace_entry *from, FILE *to,
                           bool stamps)
{
    char bytes[TRACE_BYTES_MAX], text[TRACE_LINE_MAX];
    struct obuf line = {text, 0, sizeof text};
    enum rc rc = RC_OK;
    if (stamps)
        rc = obuf_printf(&line, "# %lld.%06lld\n", (long long)(from->t.us / 1000000),
                         (long long)(from->t.us % 1000000));
    if (rc == RC_OK)
        rc = trace_put_line(&line, from->sent, copy_out(trace, from, bytes, sizeof bytes));
    if (rc == RC_OK && from->len > sizeof bytes)
        rc = obuf_printf(&line, "# ... %zu more bytes\n", from->len - sizeof bytes);
    if (rc != RC_OK)
        return rc;
    return fwrite(line.at, 1, line.len, to) == line.len ? RC_OK : RC_IO;
}

enum rc trace_write(const struct trace *trace, FILE *to, bool stamps)
{
    for (size_t i = 0; i < trace->count; i++) {
        enum rc rc = write_entry(trace, entry(trace, i), to, stamps);
        if (rc != RC_OK)
            return rc;
    }
    return fflush(to) == 0 ? RC_OK : RC_IO;
}
