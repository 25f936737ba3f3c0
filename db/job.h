/* One thing to be written, as one block of bytes, and the bounded queue of them.
 *
 * The queue is a ring of fixed size. A job stays where it is until the transaction that stored it
 * is committed, so that whatever could not be stored can still be spilled. Not locked in itself. */
#ifndef DB_JOB_H
#define DB_JOB_H

#include "core/bytes.h"
#include "db/recorder.h"

/* Beyond enum record_kind, which come first. */
enum {
    JOB_DOCUMENT = RECORD_BATCH_END + 1,
    JOB_INSTRUMENT,
    JOB_STREAM,
    JOB_POINTS,
    JOB_PAD,
    JOB_KINDS
};
enum { JOB_TEXTS = 9, JOB_INTS = 6, JOB_REALS = 8, JOB_ALIGN = 64, JOB_SITES = 65 };

struct job {
    uint32_t size; /* of all of it, a multiple of JOB_ALIGN */
    uint16_t kind, site;
    uint64_t tag;
    int64_t t_us; /* UTC */
    int64_t ints[JOB_INTS];
    double reals[JOB_REALS];
    uint32_t texts[JOB_TEXTS]; /* where in the job; 0: NULL */
    uint32_t data, data_len;
    struct job *next; /* of the same stream, in one transaction */
};

struct job_draft {
    struct job head; /* kind, site, tag, t_us, ints, reals */
    const char *texts[JOB_TEXTS];
    struct span data[2]; /* one after the other */
};

/* Names of the slots, for the spill file; NULL ends a list. */
struct job_names {
    const char *kind, *ints[JOB_INTS + 1], *reals[JOB_REALS + 1], *texts[JOB_TEXTS + 1];
};
const struct job_names *job_names_of(unsigned kind);

/* Bytes the draft will take; RC_RANGE-like 0 when it is beyond 1 GiB. */
size_t job_size(const struct job_draft *draft);
void job_fill(const struct job_draft *draft, size_t size, struct job *out);
const char *job_text(const struct job *job, unsigned index); /* NULL or with its NUL */
struct span job_data(const struct job *job);

struct queue {
    char *bytes;
    size_t cap;          /* a multiple of JOB_ALIGN */
    uint64_t head, tail; /* bytes taken out and put in since the beginning */
};

MUST_CHECK enum rc queue_init(struct queue *queue, size_t cap);
void queue_fini(struct queue *queue);
/* RC_NOSPACE: full. */
MUST_CHECK enum rc queue_put(struct queue *queue, const struct job_draft *draft);
/* The job at position *at (head <= *at < end), which moves on behind it; NULL at the end. */
struct job *queue_next(const struct queue *queue, uint64_t *at, uint64_t end);

/* One line of JSON for a job that was not stored; waveforms only as a summary. */
MUST_CHECK enum rc job_put_json(const struct job *job, struct obuf *out);

#endif
