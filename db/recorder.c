#include "db/recorder.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "db/chunk.h"
#include "db/recorder_private.h"

/* ---- making ---- */

static void on_commit_due(void *ctx)
{
    struct recorder *r = ctx;
    r->last_commit = loop_now(r->config.loop);
    recorder_drain(r);
    recorder_checkpoint(r, r->config.store->db);
    recorder_deliver(r);
}

static enum rc start(struct recorder *r)
{
    int64_t batches = 0;
    sqlite3 *db = r->config.store->db;
    int code = sql_get_int(db, "SELECT coalesce(max(id),0) FROM batch", &batches);
    r->batches = (uint64_t)batches;
    if (code == SQLITE_OK)
        code = writer_new(r->config.store, &r->writer);
    if (code != SQLITE_OK) {
        char text[WHY_MAX];
        struct obuf out = {text, 0, sizeof text - 1};
        store_describe(code, sqlite3_system_errno(db), store_path(r->config.store), &out);
        log_say(r->config.log, LOG_ERROR, "%.*s", (int)out.len, text);
        return RC_IO;
    }
    enum rc rc = queue_init(&r->queue, RING_BYTES);
    if (rc == RC_OK && !r->inline_writes)
        rc = recorder_start_thread(r);
    if (rc != RC_OK)
        log_say(r->config.log, LOG_ERROR, "%s: the recorder cannot start: %s",
                store_path(r->config.store), rc_text(rc));
    return rc;
}

enum rc recorder_new(const struct recorder_config *config, struct recorder **out)
{
    if (config->store->mode != STORE_WRITE)
        return RC_REFUSED;
    struct recorder *r = calloc(1, sizeof *r);
    if (!r)
        return RC_NOSPACE;
    r->config = *config;
    r->inline_writes = config->inline_writes || loop_clock(config->loop)->is_virtual;
    r->timer = timer_of(on_commit_due, r);
    r->last_commit = loop_now(config->loop);
    r->watch.fd = -1;
    spill_init(&r->spill, store_path(config->store));
    if (pthread_mutex_init(&r->lock, NULL) != 0 || pthread_cond_init(&r->wake, NULL) != 0 ||
        pthread_cond_init(&r->done, NULL) != 0) {
        free(r);
        return RC_NOSPACE;
    }
    enum rc rc = start(r);
    if (rc != RC_OK) {
        recorder_free(r);
        return rc;
    }
    *out = r;
    return RC_OK;
}

void recorder_free(struct recorder *r)
{
    if (!r)
        return;
    loop_disarm(r->config.loop, &r->timer);
    recorder_stop_thread(r);
    bool lost_before = r->failed && r->spill.failed; /* then it was said */
    if (r->queue.bytes)
        recorder_drain(r);
    if (r->failed && !r->told)
        log_say(r->config.log, LOG_ERROR, "%s", r->why);
    if (r->spill.failed && !lost_before)
        log_say(r->config.log, LOG_ERROR, "%s: not all results could be spilled either",
                store_path(r->config.store));
    writer_free(r->writer);
    queue_fini(&r->queue);
    spill_fini(&r->spill);
    free(r->acks.items);
    free(r->delivery.items);
    (void)pthread_cond_destroy(&r->wake);
    (void)pthread_cond_destroy(&r->done);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

enum rc recorder_flush(struct recorder *r)
{
    loop_disarm(r->config.loop, &r->timer);
    if (r->inline_writes) {
        r->last_commit = loop_now(r->config.loop);
        recorder_drain(r);
    } else {
        pthread_mutex_lock(&r->lock);
        uint64_t end = r->queue.tail;
        r->urgent = r->queue.head != end;
        pthread_cond_signal(&r->wake);
        while (r->queue.head < end)
            (void)pthread_cond_wait(&r->done, &r->lock);
        pthread_mutex_unlock(&r->lock);
    }
    recorder_deliver(r);
    pthread_mutex_lock(&r->lock);
    bool failed = r->failed;
    pthread_mutex_unlock(&r->lock);
    return failed ? RC_IO : RC_OK;
}

/* ---- jobs ---- */

static int64_t utc_us(const struct recorder *r, struct instant t)
{
    return clock_wall_us(loop_clock(r->config.loop), t);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static struct uuid new_uuid(struct recorder *r, int64_t t_us)
{
    return r->inline_writes ? uuid_from_seed(r->config.seed, r->batches, r->uuids++)
                            : uuid_from_time(t_us);
}

static bool word_in(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (word && strcmp(word, *list) == 0)
            return true;
    return false;
}

static enum rc check_batch(const struct recorder *r, const struct record_batch *batch)
{
    static const char *const modes[] = {"production", "lab", "regression", "simulate", "grr", NULL};
    static const char *const kinds[] = {"sequence", "limits", "station", "table", "gases",
                                        "channels", "driver", "variant", NULL};
    bool good = !r->in_batch && batch->document_count > 0 &&
                batch->document_count <= WRITER_DOCUMENTS && word_in(batch->mode, modes);
    for (unsigned i = 0; good && i < batch->document_count; i++)
        good = word_in(batch->documents[i].kind, kinds);
    if (!good)
        log_say(r->config.log, LOG_ERROR, "%s: mode, state or documents of a batch are not allowed",
                store_path(r->config.store));
    return good ? RC_OK : RC_RANGE;
}

static enum rc submit_documents(struct recorder *r, const struct record_batch *batch)
{
    enum rc rc = RC_OK;
    size_t waiting = 0;
    for (unsigned i = 0; i < batch->document_count && rc == RC_OK; i++) {
        const struct record_document *doc = &batch->documents[i];
        struct job_draft draft = {
            .head = {.kind = JOB_DOCUMENT, .t_us = batch->started_us, .ints = {i}},
            .texts = {doc->kind, or_empty(doc->name), doc->version},
            .data = {doc->body}};
        waiting += doc->body.len;
        if (waiting > RING_BYTES / 4) { /* nothing runs yet: it may take its time */
            rc = recorder_flush(r);
            waiting = doc->body.len;
        }
        if (rc == RC_OK)
            rc = recorder_submit(r, &draft);
    }
    return rc;
}

static enum rc submit_instruments(struct recorder *r, const struct record_batch *batch)
{
    enum rc rc = RC_OK;
    for (unsigned i = 0; i < batch->instrument_count && rc == RC_OK; i++) {
        const struct record_instrument *it = &batch->instruments[i];
        struct job_draft draft = {
            .head = {.kind = JOB_INSTRUMENT, .t_us = batch->started_us, .ints = {i, it->simulated}},
            .texts = {or_empty(it->name), or_empty(it->driver), it->model, it->serial, it->firmware,
                      it->maturity, it->cert, it->cal_due}};
        rc = recorder_submit(r, &draft);
    }
    return rc;
}

enum rc recorder_begin_batch(struct recorder *r, const struct record_batch *batch)
{
    enum rc rc = check_batch(r, batch);
    if (rc != RC_OK)
        return rc;
    r->uuids = 0;
    struct uuid ids[2] = {new_uuid(r, batch->started_us), new_uuid(r, batch->started_us)};
    r->batches++;
    uuid_hex(ids[0].bytes, r->batch_id);
    struct job_draft draft = {.head = {.kind = RECORD_BATCH,
                                       .t_us = batch->started_us,
                                       .ints = {batch->simulated, (int64_t)batch->seed}},
                              .texts = {r->batch_id, or_empty(batch->station_name),
                                        batch->station_kind, or_empty(batch->program),
                                        or_empty(batch->params), batch->mode,
                                        or_empty(batch->version)},
                              .data = {{(const char *)ids, sizeof ids}}};
    rc = submit_documents(r, batch);
    if (rc == RC_OK)
        rc = recorder_submit(r, &draft);
    if (rc != RC_OK)
        return rc;
    r->in_batch = true;
    r->streams = 0;
    memset(r->has_run, 0, sizeof r->has_run);
    return submit_instruments(r, batch);
}

const char *recorder_batch_id(const struct recorder *r)
{
    return r->batch_id;
}

enum rc recorder_begin_run(struct recorder *r, unsigned site, const char *serial, const char *part)
{
    if (!r->in_batch || site == 0 || site >= JOB_SITES)
        return RC_RANGE;
    int64_t now = utc_us(r, loop_now(r->config.loop));
    struct uuid id = new_uuid(r, now);
    char hex[UUID_TEXT];
    uuid_hex(id.bytes, hex);
    struct job_draft draft = {
        .head = {.kind = RECORD_RUN, .site = (uint16_t)site, .t_us = now},
        .texts = {hex, serial && serial[0] ? serial : "unnamed", or_empty(part)},
        .data = {{(const char *)&id, sizeof id}}};
    r->has_run[site] = true;
    return recorder_submit(r, &draft);
}

static bool has_site(const struct recorder *r, unsigned site)
{
    return r->in_batch && site < JOB_SITES && (site == 0 || r->has_run[site]);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of the public header */
enum rc recorder_begin_step(struct recorder *r, unsigned site, const char *path, unsigned line,
                            unsigned attempt, struct instant t)
{
    if (!has_site(r, site))
        return RC_RANGE;
    struct job_draft draft = {.head = {.kind = RECORD_STEP_BEGIN,
                                       .site = (uint16_t)site,
                                       .t_us = utc_us(r, t),
                                       .ints = {line, attempt}},
                              .texts = {or_empty(path)}};
    return recorder_submit(r, &draft);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of the public header */
enum rc recorder_end_step(struct recorder *r, unsigned site, const char *path, const char *verdict,
                          const char *error, struct instant t, uint64_t tag)
{
    if (!has_site(r, site))
        return RC_RANGE;
    struct job_draft draft = {
        .head = {.kind = RECORD_STEP_END, .site = (uint16_t)site, .tag = tag, .t_us = utc_us(r, t)},
        .texts = {or_empty(path), verdict, error}};
    return recorder_submit(r, &draft);
}

enum rc recorder_add_measure(struct recorder *r, unsigned site, const struct record_measure *m,
                             uint64_t tag)
{
    if (!has_site(r, site) || site == 0 || !m->name || !m->quality || !m->quality[0])
        return RC_RANGE;
    struct job_draft draft = {
        .head = {.kind = RECORD_MEASURE,
                 .site = (uint16_t)site,
                 .tag = tag,
                 .t_us = utc_us(r, m->t),
                 .ints = {m->n, m->limit_row, m->critical},
                 .reals = {m->value, m->u95, m->sd, m->lsl, m->usl, m->al, m->au, m->margin}},
        .texts = {m->name, m->unit, m->tags, m->quality, m->step_path, m->verdict}};
    return recorder_submit(r, &draft);
}

enum rc recorder_add_event(struct recorder *r, unsigned site, struct instant t, const char *kind,
                           const char *text)
{
    if (!r->in_batch || site >= JOB_SITES)
        return RC_RANGE;
    struct job_draft draft = {
        .head = {.kind = RECORD_EVENT, .site = (uint16_t)site, .t_us = utc_us(r, t)},
        .texts = {or_empty(kind), text}};
    return recorder_submit(r, &draft);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of the public header */
enum rc recorder_end_run(struct recorder *r, unsigned site, const char *verdict,
                         const char *first_fail, struct instant t, uint64_t tag)
{
    if (!has_site(r, site) || site == 0)
        return RC_RANGE;
    struct job_draft draft = {
        .head = {.kind = RECORD_RUN_END, .site = (uint16_t)site, .tag = tag, .t_us = utc_us(r, t)},
        .texts = {verdict, first_fail}};
    return recorder_submit(r, &draft);
}

enum rc recorder_end_batch(struct recorder *r, const char *state, struct instant t, uint64_t tag)
{
    if (!r->in_batch)
        return RC_RANGE;
    struct job_draft draft = {.head = {.kind = RECORD_BATCH_END, .tag = tag, .t_us = utc_us(r, t)},
                              .texts = {state}};
    r->in_batch = false;
    return recorder_submit(r, &draft);
}
