/* Replies that are columns of text, as most ASCII instruments send: words between blanks, numbers
 * from the left, names from the right.
 *
 *   +014.62 +021.89 ------- N2 MOV         a word of three or more '-' means "no value": NaN */
#ifndef INSTRUMENTS_PROTO_COLUMNS_H
#define INSTRUMENTS_PROTO_COLUMNS_H

#include "core/bytes.h"

#define COLUMN_SKIP ((size_t)-1)

struct column {
    size_t to;       /* offsetof a double in the result, or COLUMN_SKIP */
    double scale;    /* wire unit -> bench unit */
    double min, max; /* in the bench unit; outside means RC_RANGE; not looked at when skipped */
};

/* Cut the first (last) word off *rest; an empty span when there is none. */
struct span columns_word(struct span *rest);
struct span columns_last_word(struct span *rest);

/* The word says that there is no value. */
bool columns_is_blank(struct span word);

/* One word into *out; NaN when it is blank. RC_PROTOCOL: no number. RC_RANGE: outside the column.
 */
MUST_CHECK enum rc columns_number(struct span word, const struct column *column, double *out);

/* Read `count` numbers from *rest into the struct at `out`. On failure it may be partly written. */
MUST_CHECK enum rc columns_decode(struct span *rest, const struct column *columns, size_t count,
                                  void *out);

#endif
