/* The bytes of a port as text, in the form of the drivers' captures/ files: `instr trace`, and the
 * last lines before a failure.
 *
 *   # 12.345678                  seconds of the bench clock, where it is asked for
 *   > A\r                        sent
 *   < A +014.70 +025.00\r        received; what is not printable is escaped
 *   > hex 10 02 05 80 03         bytes that are no text */
#ifndef INSTRUMENTS_TRACE_H
#define INSTRUMENTS_TRACE_H

#include <stdio.h>

#include "core/bytes.h"
#include "core/clock.h"

enum { TRACE_LINE_MAX = 2048, TRACE_BYTES_MAX = 400 };

/* Append one line. Longer pieces than TRACE_BYTES_MAX are cut there with a "# ... N more bytes"
 * line. RC_NOSPACE: nothing was appended. */
MUST_CHECK enum rc trace_put_line(struct obuf *out, bool sent, struct span bytes);

/* The last pieces that passed; the oldest make room. Allocates when made only. */
struct trace;

/* Keeps about `bytes_max` bytes. NULL: out of memory. */
struct trace *trace_new(size_t bytes_max);
void trace_free(struct trace *trace);
void trace_add(struct trace *trace, bool sent, struct span bytes, struct instant t);

/* Oldest first; stamps on lines of their own when asked for. RC_IO: `to` cannot be written. */
MUST_CHECK enum rc trace_write(const struct trace *trace, FILE *to, bool stamps);

#endif
