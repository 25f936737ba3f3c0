/* Reading results. Every text and number is copied out; free with the matching call. While a
 * recorder with its thread is writing, read through a store of your own (STORE_READ). */
#ifndef DB_QUERY_H
#define DB_QUERY_H

#include "db/store.h"

struct result_measure {
    char *name, *unit, *step, *verdict, *quality, *tags;
    double value, u95, sd, lsl, usl, al, au, margin; /* NaN: absent */
    int64_t n, t_us;
    bool critical;
};
struct result_step {
    char *path, *verdict, *error;
    int64_t started_us, dur_us, attempt; /* dur_us -1: it never ended */
};
struct result_run {
    int64_t id, site, attempt;
    char *uuid, *serial, *part, *verdict, *first_fail;
    struct result_measure *measures;
    size_t measure_count;
    struct result_step *steps;
    size_t step_count;
};
struct result_curve { /* one channel of one stream */
    char *stream, *channel, *unit;
    int64_t site;
    double *t_s, *value; /* seconds from the batch's start; NaN: gap */
    size_t count;
};
struct result_document {
    char *kind, *name, *version, sha256[65];
    char *text; /* of a variant, else NULL */
};
struct result_instrument {
    char *name, *driver, *model, *serial, *firmware, *maturity, *cert, *cal_due;
    bool simulated;
};
struct result_event {
    int64_t site, t_us;
    char *kind, *text;
};
struct result_batch {
    int64_t id, started_us, ended_us, seed;
    char *uuid, *station, *program, *params, *mode, *state, *version;
    bool simulated;
    struct result_run *runs;
    size_t run_count;
    struct result_document *documents;
    size_t document_count;
    struct result_instrument *instruments;
    size_t instrument_count;
    struct result_event *events;
    size_t event_count;
};

/* `what`: "last", a prefix of a batch's or run's UUID (>= 4 hex digits), or a serial number (its
 * newest batch). RC_RANGE: nothing found, or the prefix is ambiguous (said in the log with the
 * candidates). */
MUST_CHECK enum rc query_batch(struct store *store, const char *what, struct log *log,
                               struct result_batch **out);
void query_free_batch(struct result_batch *batch);

/* RC_CONFIG: a chunk is damaged; the log (may be NULL) says which, and how. */
MUST_CHECK enum rc query_curves(struct store *store, int64_t batch_id, struct log *log,
                                struct result_curve **out, size_t *count);
void query_free_curves(struct result_curve *curves, size_t count);

struct list_filter {
    const char *verdict, *part, *serial; /* NULL: any */
    int64_t since_us;                    /* 0: any */
    unsigned limit;                      /* 0: 50 */
};
struct list_row {
    char uuid[33], batch[33], serial[48], part[32], verdict[16], station[32], program[48],
        first_fail[64];
    char state[12];
    int64_t started_us, site;
};
/* Newest first; free(*out). Texts longer than their field are cut. */
MUST_CHECK enum rc query_list(struct store *store, const struct list_filter *filter,
                              struct list_row **out, size_t *count);

/* SHA-256 over the whole logical content in key order, for "the same run gives the same database".
 */
MUST_CHECK enum rc query_content_hash(struct store *store, char hex[65]);

#endif
