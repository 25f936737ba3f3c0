#include "db/query.h"

#include <stdlib.h>

#include "db/query_private.h"

/* ---- which batch ---- */

/* Lower-case hex digits of a UUID's prefix, dashes left out. False: it cannot be one. */
static bool prefix_of(const char *what, char out[33])
{
    size_t n = 0;
    for (; *what; what++) {
        static const char digits[] = "0123456789abcdefABCDEF";
        const char *digit = strchr(digits, *what);
        if (*what == '-')
            continue;
        if (n == 32 || !digit)
            return false;
        if (digit - digits >= 16)
            digit -= 6; /* lower case */
        out[n++] = *digit;
    }
    out[n] = '\0';
    return n >= 4;
}

static enum rc find_serial(struct store *store, const char *serial, struct log *log, int64_t *id)
{
    struct reader reader =
        reader_of(store,
                  "SELECT r.batch_id FROM dut d JOIN run r ON r.dut_id=d.id WHERE d.serial=?1"
                  " ORDER BY r.id DESC LIMIT 1",
                  0);
    if (reader.code == SQLITE_OK)
        sql_text(reader.statement, 1, serial);
    if (reader_next(&reader))
        *id = reader_int(&reader, 0, 0);
    return reader_end(&reader, store, log);
}

/* One batch, or the same batch through several of its runs. */
static enum rc find_prefix(struct store *store, const char *prefix, struct log *log, int64_t *id)
{
    char found[200];
    struct obuf candidates = {found, 0, sizeof found};
    bool ambiguous = false;
    struct reader reader = reader_of(
        store,
        "SELECT id,lower(hex(uuid)) FROM batch WHERE substr(lower(hex(uuid)),1,length(?1))=?1"
        " UNION ALL SELECT r.batch_id,lower(hex(b.uuid)) FROM run r JOIN batch b ON b.id=r.batch_id"
        " WHERE substr(lower(hex(r.uuid)),1,length(?1))=?1 LIMIT 200",
        0);
    if (reader.code == SQLITE_OK)
        sql_text(reader.statement, 1, prefix);
    while (reader_next(&reader)) {
        int64_t next = reader_int(&reader, 0, 0);
        if (*id == next)
            continue;
        ambiguous = ambiguous || *id != 0;
        *id = next;
        (void)!obuf_printf(&candidates, " %s",
                           (const char *)sqlite3_column_text(reader.statement, 1));
    }
    enum rc rc = reader_end(&reader, store, log);
    if (rc != RC_OK || !ambiguous)
        return rc;
    log_say(log, LOG_ERROR, "%s fits more than one batch, give more digits:%.*s", prefix,
            (int)candidates.len, found);
    return RC_RANGE;
}

static enum rc find_batch(struct store *store, const char *what, struct log *log, int64_t *id)
{
    char prefix[33], shown[128];
    struct obuf out = {shown, 0, sizeof shown};
    enum rc rc = RC_OK;
    *id = 0;
    if (strcmp(what, "last") == 0) {
        int code = sql_get_int(store->db, "SELECT coalesce(max(id),0) FROM batch", id);
        struct reader ended = {.code = code};
        rc = reader_end(&ended, store, log);
    } else {
        rc = find_serial(store, what, log, id);
        if (rc == RC_OK && *id == 0 && prefix_of(what, prefix))
            rc = find_prefix(store, prefix, log, id);
    }
    if (rc != RC_OK || *id != 0)
        return rc;
    obuf_escaped(&out, span_text(what));
    log_say(
        log, LOG_ERROR,
        "%s: no batch, run or serial number \"%.*s\" in it; `lambdabench list` shows what there "
        "is",
        store->path, (int)out.len, shown);
    return RC_RANGE;
}

/* ---- its content ---- */

/* Takes `stored`; NULL: out of memory. */
static char *state_now(const struct store *store, char *stored)
{
    char *now = stored ? strdup(store_state_now(store, stored)) : NULL;
    free(stored);
    return now;
}

static enum rc read_head(struct store *store, struct log *log, struct result_batch *batch)
{
    struct reader r = reader_of(
        store,
        "SELECT lower(hex(b.uuid)),s.name,b.program,b.params,b.mode,b.state,b.version,b.simulated,"
        "b.seed,b.started,b.ended FROM batch b JOIN station s ON s.id=b.station_id WHERE b.id=?1",
        batch->id);
    if (reader_next(&r)) {
        char **texts[] = {&batch->uuid, &batch->station, &batch->program, &batch->params,
                          &batch->mode, &batch->state,   &batch->version};
        for (int i = 0; i < (int)COUNT(texts); i++)
            *texts[i] = reader_text(&r, i);
        batch->state = state_now(store, batch->state);
        batch->simulated = reader_int(&r, 7, 0) != 0;
        batch->seed = reader_int(&r, 8, 0);
        batch->started_us = reader_int(&r, 9, 0);
        batch->ended_us = reader_int(&r, 10, 0);
    }
    return reader_end(&r, store, log);
}

static enum rc read_measures(struct store *store, struct log *log, struct result_run *run)
{
    struct reader r = reader_of(
        store,
        "SELECT "
        "m.name,m.unit,s.path,g.verdict,m.quality,m.tags,m.value,m.u95,m.sd,g.lsl,g.usl,g.al,"
        "g.au,g.margin,m.n,m.t,g.critical FROM measure m JOIN run r ON r.id=m.run_id"
        " JOIN batch b ON b.id=r.batch_id LEFT JOIN step s ON s.id=m.step_id LEFT JOIN grade g"
        " ON g.measure_id=m.id AND g.limits_sha=coalesce(b.limits_sha,b.seq_sha)"
        " WHERE m.run_id=?1 ORDER BY m.id",
        run->id);
    void *items = NULL;
    struct result_measure *m;
    while (reader_next(&r) && (m = reader_grow(&r, &items, &run->measure_count, sizeof *m))) {
        char **texts[] = {&m->name, &m->unit, &m->step, &m->verdict, &m->quality, &m->tags};
        double *reals[] = {&m->value, &m->u95, &m->sd, &m->lsl,
                           &m->usl,   &m->al,  &m->au, &m->margin};
        for (int i = 0; i < (int)COUNT(texts); i++)
            *texts[i] = reader_text(&r, i);
        for (int i = 0; i < (int)COUNT(reals); i++)
            *reals[i] = reader_real(&r, 6 + i);
        m->n = reader_int(&r, 14, 0);
        m->t_us = reader_int(&r, 15, 0);
        m->critical = reader_int(&r, 16, 0) != 0;
    }
    run->measures = items;
    return reader_end(&r, store, log);
}

static enum rc read_steps(struct store *store, struct log *log, struct result_run *run)
{
    struct reader r = reader_of(
        store,
        "SELECT path,verdict,error,started,dur_us,attempt FROM step WHERE run_id=?1 ORDER BY id",
        run->id);
    void *items = NULL;
    struct result_step *step;
    while (reader_next(&r) && (step = reader_grow(&r, &items, &run->step_count, sizeof *step))) {
        step->path = reader_text(&r, 0);
        step->verdict = reader_text(&r, 1);
        step->error = reader_text(&r, 2);
        step->started_us = reader_int(&r, 3, 0);
        step->dur_us = reader_int(&r, 4, -1);
        step->attempt = reader_int(&r, 5, 1);
    }
    run->steps = items;
    return reader_end(&r, store, log);
}

static enum rc read_runs(struct store *store, struct log *log, struct result_batch *batch)
{
    struct reader r = reader_of(
        store,
        "SELECT r.id,r.site,r.attempt,lower(hex(r.uuid)),d.serial,d.part,r.verdict,r.first_fail"
        " FROM run r JOIN dut d ON d.id=r.dut_id WHERE r.batch_id=?1 ORDER BY r.site,r.id",
        batch->id);
    void *items = NULL;
    struct result_run *run;
    while (reader_next(&r) && (run = reader_grow(&r, &items, &batch->run_count, sizeof *run))) {
        char **texts[] = {&run->uuid, &run->serial, &run->part, &run->verdict, &run->first_fail};
        run->id = reader_int(&r, 0, 0);
        run->site = reader_int(&r, 1, 0);
        run->attempt = reader_int(&r, 2, 1);
        for (int i = 0; i < (int)COUNT(texts); i++)
            *texts[i] = reader_text(&r, 3 + i);
    }
    batch->runs = items;
    enum rc rc = reader_end(&r, store, log);
    for (size_t i = 0; batch->runs && i < batch->run_count && rc == RC_OK; i++) {
        rc = read_measures(store, log, &batch->runs[i]);
        if (rc == RC_OK)
            rc = read_steps(store, log, &batch->runs[i]);
    }
    return rc;
}

static enum rc read_documents(struct store *store, struct log *log, struct result_batch *batch)
{
    struct reader r = reader_of(store,
                                "SELECT kind,name,version,lower(hex(sha256)),"
                                "CASE kind WHEN 'variant' THEN (SELECT CAST(body AS TEXT) FROM doc"
                                " WHERE doc.sha256=batch_doc.sha256) END FROM batch_doc"
                                " WHERE batch_id=?1 ORDER BY ord",
                                batch->id);
    void *items = NULL;
    struct result_document *doc;
    while (reader_next(&r) &&
           (doc = reader_grow(&r, &items, &batch->document_count, sizeof *doc))) {
        doc->kind = reader_text(&r, 0);
        doc->name = reader_text(&r, 1);
        doc->version = reader_text(&r, 2);
        reader_copy(&r, 3, doc->sha256, sizeof doc->sha256);
        doc->text = reader_text(&r, 4);
    }
    batch->documents = items;
    return reader_end(&r, store, log);
}

static enum rc read_instruments(struct store *store, struct log *log, struct result_batch *batch)
{
    struct reader r = reader_of(store,
                                "SELECT name,driver,model,serial,firmware,maturity,cert,cal_due,"
                                "simulated FROM batch_instrument WHERE batch_id=?1 ORDER BY ord",
                                batch->id);
    void *items = NULL;
    struct result_instrument *it;
    while (reader_next(&r) &&
           (it = reader_grow(&r, &items, &batch->instrument_count, sizeof *it))) {
        char **texts[] = {&it->name,     &it->driver,   &it->model, &it->serial,
                          &it->firmware, &it->maturity, &it->cert,  &it->cal_due};
        for (int i = 0; i < (int)COUNT(texts); i++)
            *texts[i] = reader_text(&r, i);
        it->simulated = reader_int(&r, 8, 0) != 0;
    }
    batch->instruments = items;
    return reader_end(&r, store, log);
}

static enum rc read_events(struct store *store, struct log *log, struct result_batch *batch)
{
    struct reader r = reader_of(
        store, "SELECT site,t,kind,text FROM event WHERE batch_id=?1 ORDER BY id", batch->id);
    void *items = NULL;
    struct result_event *event;
    while (reader_next(&r) &&
           (event = reader_grow(&r, &items, &batch->event_count, sizeof *event))) {
        event->site = reader_int(&r, 0, 0);
        event->t_us = reader_int(&r, 1, 0);
        event->kind = reader_text(&r, 2);
        event->text = reader_text(&r, 3);
    }
    batch->events = items;
    return reader_end(&r, store, log);
}

static enum rc read_all(struct store *store, struct log *log, struct result_batch *batch)
{
    static enum rc (*const parts[])(struct store *, struct log *, struct result_batch *) = {
        read_head, read_runs, read_documents, read_instruments, read_events};
    enum rc rc = RC_OK;
    for (size_t i = 0; i < COUNT(parts) && rc == RC_OK; i++)
        rc = parts[i](store, log, batch);
    return rc;
}

/* One snapshot for all of it, so that a batch that is being written is seen at one moment. */
enum rc query_batch(struct store *store, const char *what, struct log *log,
                    struct result_batch **out)
{
    bool began = sql_run(store->db, "BEGIN") == SQLITE_OK;
    struct result_batch *batch = calloc(1, sizeof *batch);
    enum rc rc = batch ? find_batch(store, what, log, &batch->id) : RC_NOSPACE;
    if (rc == RC_OK)
        rc = read_all(store, log, batch);
    if (began)
        (void)sql_run(store->db, "ROLLBACK");
    if (rc == RC_OK)
        *out = batch;
    else
        query_free_batch(batch);
    return rc;
}

/* ---- freeing ---- */

static void free_texts(char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
}
#define FREE_TEXTS(...)                                                                            \
    free_texts((char *const[]){__VA_ARGS__}, COUNT(((char *const[]){__VA_ARGS__})))

static void free_run(struct result_run *run)
{
    for (size_t i = 0; i < run->measure_count; i++) {
        struct result_measure *m = &run->measures[i];
        FREE_TEXTS(m->name, m->unit, m->step, m->verdict, m->quality, m->tags);
    }
    for (size_t i = 0; i < run->step_count; i++)
        FREE_TEXTS(run->steps[i].path, run->steps[i].verdict, run->steps[i].error);
    FREE_TEXTS(run->uuid, run->serial, run->part, run->verdict, run->first_fail);
    free(run->measures);
    free(run->steps);
}

void query_free_batch(struct result_batch *batch)
{
    if (!batch)
        return;
    for (size_t i = 0; i < batch->run_count; i++)
        free_run(&batch->runs[i]);
    for (size_t i = 0; i < batch->document_count; i++) {
        struct result_document *doc = &batch->documents[i];
        FREE_TEXTS(doc->kind, doc->name, doc->version, doc->text);
    }
    for (size_t i = 0; i < batch->instrument_count; i++) {
        struct result_instrument *it = &batch->instruments[i];
        FREE_TEXTS(it->name, it->driver, it->model, it->serial, it->firmware, it->maturity,
                   it->cert, it->cal_due);
    }
    for (size_t i = 0; i < batch->event_count; i++)
        FREE_TEXTS(batch->events[i].kind, batch->events[i].text);
    FREE_TEXTS(batch->uuid, batch->station, batch->program, batch->params, batch->mode,
               batch->state, batch->version);
    free(batch->runs);
    free(batch->documents);
    free(batch->instruments);
    free(batch->events);
    free(batch);
}
