/* Writes one batch: documents, runs, steps, measurements with grades, chunks, events, verdicts.
 *
 * Each call puts a job into a bounded queue; one writer thread takes them (under a virtual clock
 * the same code runs inline). Steps, measurements and verdicts are committed at once, chunks at
 * most every 100 ms. `acknowledged` is called from the loop's thread after COMMIT, in order: only
 * then may a verdict be shown. After the first failure nothing more is written, `failed` is called
 * once, and the jobs that were not stored are appended to a spill file (db/spill.h)
 * (waveforms as a summary); every call then returns RC_IO.
 *
 * Under a virtual clock a commit is made when a run or the batch ends, at the latest after a minute
 * of virtual time, which takes a fraction of a second; the callbacks then come from a timer of the
 * loop, never from within a call other than recorder_flush. Chunks with tag 0 are not acknowledged.
 * Chunks of a stream that follow each other in time are merged within a commit. */
#ifndef DB_RECORDER_H
#define DB_RECORDER_H

#include "core/clock.h"
#include "core/hash.h"
#include "core/loop.h"
#include "db/store.h"

struct recorder;

enum record_kind {
    RECORD_BATCH,
    RECORD_RUN,
    RECORD_STEP_BEGIN,
    RECORD_STEP_END,
    RECORD_MEASURE,
    RECORD_CHUNK,
    RECORD_EVENT,
    RECORD_RUN_END,
    RECORD_BATCH_END
};

struct recorder_events {
    void (*acknowledged)(void *ctx, enum record_kind kind, uint64_t tag); /* tag: as given */
    void (*failed)(void *ctx, const char *why);
    void *ctx;
};

struct recorder_config {
    struct store *store; /* the recorder's until recorder_free; closed by the caller after */
    struct loop *loop;
    bool inline_writes; /* virtual clock */
    uint64_t seed;      /* of the UUIDs when inline: runs repeat byte for byte */
    struct log *log;
    struct recorder_events events;
};

MUST_CHECK enum rc recorder_new(const struct recorder_config *config, struct recorder **out);
/* Waits until the queue is written; calls nothing back any more. Not from within a callback. */
void recorder_free(struct recorder *recorder);

struct record_document {
    const char *kind; /* sequence limits station table gases channels driver variant */
    const char *name, *version;
    struct span body;
};

struct record_instrument {
    const char *name, *driver, *model, *serial, *firmware, *maturity;
    bool simulated;
    const char *cert;
    const char *cal_due; /* ISO date or NULL */
};

struct record_batch {
    const char *station_name, *station_kind, *program, *params, *mode,
        *version; /* of this program */
    const struct record_document
        *documents; /* the first is the sequence; limits and station marked by kind */
    unsigned document_count;
    const struct record_instrument *instruments;
    unsigned instrument_count;
    bool simulated;
    uint64_t seed;
    int64_t started_us; /* UTC */
};
MUST_CHECK enum rc recorder_begin_batch(struct recorder *recorder,
                                        const struct record_batch *batch);
const char *recorder_batch_id(const struct recorder *recorder); /* hex UUID, 8+ digits are shown */

MUST_CHECK enum rc recorder_begin_run(struct recorder *recorder, unsigned site, const char *serial,
                                      const char *part);
/* `site` 0 means the batch itself where that makes sense (events, streams). */
MUST_CHECK enum rc recorder_begin_step(struct recorder *recorder, unsigned site, const char *path,
                                       unsigned line, unsigned attempt, struct instant t);
MUST_CHECK enum rc recorder_end_step(struct recorder *recorder, unsigned site, const char *path,
                                     const char *verdict, const char *error, struct instant t,
                                     uint64_t tag);

struct record_measure {
    const char *name, *unit, *tags, *quality, *step_path;
    double value, u95, sd; /* NaN is stored as NULL where quality says why */
    unsigned n;
    struct instant t;
    /* grade; verdict NULL: none */
    const char *verdict;
    double lsl, usl, al, au, margin; /* infinite and NaN are stored as NULL */
    unsigned limit_row;
    bool critical;
};
MUST_CHECK enum rc recorder_add_measure(struct recorder *recorder, unsigned site,
                                        const struct record_measure *measure, uint64_t tag);

/* A recorded stream: `channels` are names, `units` theirs. Returns its number (>= 0) or -1. */
int recorder_add_stream(struct recorder *recorder, unsigned site, const char *name,
                        const char *const *channels, const char *const *units, unsigned count,
                        double rate_Hz);
/* `rows` rows of `count` columns, row by row, regular in time; NaN: no fresh value. Copied. */
MUST_CHECK enum rc recorder_add_chunk(struct recorder *recorder, int stream, struct instant t0,
                                      struct duration dt, const float *values, unsigned rows,
                                      uint64_t tag);
/* One channel with its own times (captures): t in seconds from t0. Copied. */
MUST_CHECK enum rc recorder_add_points(struct recorder *recorder, int stream, unsigned column,
                                       struct instant t0, const float *t_s, const float *values,
                                       unsigned count, uint64_t tag);

MUST_CHECK enum rc recorder_add_event(struct recorder *recorder, unsigned site, struct instant t,
                                      const char *kind, const char *text);
MUST_CHECK enum rc recorder_end_run(struct recorder *recorder, unsigned site, const char *verdict,
                                    const char *first_fail, struct instant t, uint64_t tag);
/* state: done aborted error. */
MUST_CHECK enum rc recorder_end_batch(struct recorder *recorder, const char *state,
                                      struct instant t, uint64_t tag);
/* Blocks until all that was queued is committed or has failed, and calls back before it returns. */
MUST_CHECK enum rc recorder_flush(struct recorder *recorder);

#endif
