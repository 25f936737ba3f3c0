/* Batches on several processes. Each worker is a fork of this process, so that what was loaded and
 * checked once serves all; worker w of n runs batches w, w + n, ... and writes its records into a
 * pipe. Which worker runs a batch changes nothing. */
#ifndef BENCH_QUALIFY_POOL_H
#define BENCH_QUALIFY_POOL_H

#include "bench/qualify.h"

enum { QUALIFY_JOBS_MAX = 64 };

struct qualify_pool {
    const struct qualify_plan *plan;
    unsigned jobs; /* 1..QUALIFY_JOBS_MAX processes beside this one */
    /* In the worker. Writes the records of a batch, in the order of its parts. */
    enum rc (*work)(void *ctx, unsigned batch, struct qualify_record *out);
    void (*progress)(void *ctx, unsigned parts_done); /* in this process; may be NULL */
    void *ctx;
};

/* `records`: one for each part of the plan. RC_IO: a worker died, failed or sent nonsense (said on
 * stderr); no worker is left running then. */
MUST_CHECK enum rc qualify_pool_run(const struct qualify_pool *pool,
                                    struct qualify_record *records);

#endif
