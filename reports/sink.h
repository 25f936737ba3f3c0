/* A growing buffer that every report is rendered into, and one way to write untrusted text for each
 * place it can end up in. An error sticks: after it nothing is appended, and it is asked for once,
 * at the end (`failed`: out of memory). */
#ifndef REPORTS_SINK_H
#define REPORTS_SINK_H

#include "core/bytes.h"

struct sink {
    char *at; /* owned; not NUL-terminated */
    size_t len, cap;
    bool failed;
};

void sink_fini(struct sink *sink);

/* As it is: our own text. */
void sink_put(struct sink *sink, struct span bytes);
void sink_text(struct sink *sink, const char *trusted);
__attribute__((format(printf, 2, 3))) void sink_printf(struct sink *sink, const char *format, ...);

/* Untrusted text; NULL writes nothing (JSON: null). */
void sink_markup(struct sink *sink, const char *text);   /* HTML and XML, content and attributes */
void sink_json(struct sink *sink, const char *text);     /* quoted */
void sink_csv(struct sink *sink, const char *text);      /* one cell */
void sink_terminal(struct sink *sink, const char *text); /* printable ASCII and \xNN */
/* The same, at most `width` columns: longer text ends in "..". Returns the columns written. */
size_t sink_terminal_cut(struct sink *sink, const char *text, size_t width);

/* Numbers, by core/num. `absent` stands for what is not finite. */
void sink_short(struct sink *sink, double value, unsigned digits); /* "-" when not finite */
void sink_fixed(struct sink *sink, double value, unsigned decimals);
void sink_exact(struct sink *sink, double value, const char *absent);

void sink_pad(struct sink *sink, size_t count); /* blanks */

#endif
