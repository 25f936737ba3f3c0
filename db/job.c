#include "db/job.h"

#include <stdlib.h>

/* clang-format off */
static const struct job_names names[JOB_KINDS] = {
    [RECORD_BATCH] = {"batch", {"simulated", "seed"}, {NULL},
                      {"uuid", "station", "station_kind", "program", "params", "mode", "version"}},
    [RECORD_RUN] = {"run", {NULL}, {NULL}, {"uuid", "serial", "part"}},
    [RECORD_STEP_BEGIN] = {"step_begin", {"line", "attempt"}, {NULL}, {"path"}},
    [RECORD_STEP_END] = {"step_end", {NULL}, {NULL}, {"path", "verdict", "error"}},
    [RECORD_MEASURE] = {"measure", {"n", "limit_row", "critical"},
                        {"value", "u95", "sd", "lsl", "usl", "al", "au", "margin"},
                        {"name", "unit", "tags", "quality", "step", "verdict"}},
    [RECORD_CHUNK] = {"chunk", {"stream", "dt_us", "rows", "columns"}, {NULL}, {NULL}},
    [RECORD_EVENT] = {"event", {NULL}, {NULL}, {"event", "text"}},
    [RECORD_RUN_END] = {"run_end", {NULL}, {NULL}, {"verdict", "first_fail"}},
    [RECORD_BATCH_END] = {"batch_end", {NULL}, {NULL}, {"state"}},
    [JOB_DOCUMENT] = {"document", {"number"}, {NULL}, {"document", "name", "version"}},
    [JOB_INSTRUMENT] = {"instrument", {"number", "simulated"}, {NULL},
                        {"name", "driver", "model", "serial", "firmware", "maturity", "cert", "cal_due"}},
    [JOB_STREAM] = {"stream", {"stream", "columns"}, {"rate_Hz"}, {"name"}},
    [JOB_POINTS] = {"points", {"stream", "column", "count"}, {NULL}, {NULL}},
    [JOB_PAD] = {"", {NULL}, {NULL}, {NULL}},
};
/* clang-format on */

const struct job_names *job_names_of(unsigned kind)
{
    return &names[kind < JOB_KINDS ? kind : JOB_PAD];
}

size_t job_size(const struct job_draft *draft)
{
    size_t size = sizeof(struct job);
    for (int i = 0; i < JOB_TEXTS; i++)
        size += draft->texts[i] ? strlen(draft->texts[i]) + 1 : 0;
    size += draft->data[0].len + draft->data[1].len;
    size = (size + JOB_ALIGN - 1) / JOB_ALIGN * JOB_ALIGN;
    return size > 1U << 30 ? 0 : size;
}

void job_fill(const struct job_draft *draft, size_t size, struct job *out)
{
    char *bytes = (char *)out;
    size_t at = sizeof *out;
    *out = draft->head;
    out->size = (uint32_t)size;
    for (int i = 0; i < JOB_TEXTS; i++) {
        out->texts[i] = draft->texts[i] ? (uint32_t)at : 0;
        size_t len = draft->texts[i] ? strlen(draft->texts[i]) + 1 : 0;
        if (len)
            memcpy(bytes + at, draft->texts[i], len);
        at += len;
    }
    out->data = (uint32_t)at;
    out->data_len = (uint32_t)(draft->data[0].len + draft->data[1].len);
    for (int i = 0; i < 2; i++) {
        if (draft->data[i].len)
            memcpy(bytes + at, draft->data[i].at, draft->data[i].len);
        at += draft->data[i].len;
    }
}

const char *job_text(const struct job *job, unsigned index)
{
    return job->texts[index] ? (const char *)job + job->texts[index] : NULL;
}

struct span job_data(const struct job *job)
{
    return (struct span){(const char *)job + job->data, job->data_len};
}

/* ---- the ring ---- */

enum rc queue_init(struct queue *queue, size_t cap)
{
    cap = cap / JOB_ALIGN * JOB_ALIGN;
    char *bytes = aligned_alloc(JOB_ALIGN, cap);
    if (!bytes)
        return RC_NOSPACE;
    *queue = (struct queue){.bytes = bytes, .cap = cap};
    return RC_OK;
}

void queue_fini(struct queue *queue)
{
    free(queue->bytes);
    *queue = (struct queue){0};
}

static struct job *job_at(const struct queue *queue, uint64_t position)
{
    return (struct job *)(void *)(queue->bytes + position % queue->cap);
}

enum rc queue_put(struct queue *queue, const struct job_draft *draft)
{
    size_t size = job_size(draft);
    size_t to_end = queue->cap - queue->tail % queue->cap;
    size_t pad = size > to_end ? to_end : 0;
    if (size == 0 || size > queue->cap || pad + size > queue->cap - (queue->tail - queue->head))
        return RC_NOSPACE;
    if (pad) { /* JOB_ALIGN bytes at least: room for size and kind */
        struct job *filler = job_at(queue, queue->tail);
        filler->size = (uint32_t)pad;
        filler->kind = JOB_PAD;
        queue->tail += pad;
    }
    job_fill(draft, size, job_at(queue, queue->tail));
    queue->tail += size;
    return RC_OK;
}

struct job *queue_next(const struct queue *queue, uint64_t *at, uint64_t end)
{
    while (*at < end) {
        struct job *job = job_at(queue, *at);
        *at += job->size;
        if (job->kind != JOB_PAD)
            return job;
    }
    return NULL;
}
