/* The batch itself: documents, station, instruments, events. */
#include <stdlib.h>

#include "db/writer_private.h"

int writer_add_document(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[INSERT_DOCUMENT];
    if (job->ints[0] == 0) /* the first of a new batch */
        w->document_count = 0;
    if (w->document_count == WRITER_DOCUMENTS)
        return SQLITE_TOOBIG;
    struct writer_document *doc = &w->documents[w->document_count++];
    doc->hash = hash_sha256(job_data(job));
    snprintf(doc->kind, sizeof doc->kind, "%s", job_text(job, 0));
    free(doc->name);
    free(doc->version);
    doc->name = strdup(job_text(job, 1));
    doc->version = job_text(job, 2) ? strdup(job_text(job, 2)) : NULL;
    if (!doc->name)
        return SQLITE_NOMEM;
    sql_blob(s, 1, doc->hash.bytes, sizeof doc->hash.bytes);
    for (int i = 0; i < 3; i++)
        sql_text(s, 2 + i, job_text(job, (unsigned)i));
    struct span body = job_data(job);
    sql_blob(s, 5, body.at, body.len);
    (void)sqlite3_bind_int64(s, 6, job->t_us);
    return writer_finish(s);
}

static const struct sha256 *document_of(const struct writer *w, const char *kind)
{
    for (unsigned i = 0; i < w->document_count; i++)
        if (strcmp(w->documents[i].kind, kind) == 0)
            return &w->documents[i].hash;
    return NULL;
}

static int link_documents(struct writer *w)
{
    sqlite3_stmt *s = w->statements[INSERT_BATCH_DOCUMENT];
    int code = SQLITE_OK;
    for (unsigned i = 0; i < w->document_count && code == SQLITE_OK; i++) {
        struct writer_document *doc = &w->documents[i];
        (void)sqlite3_bind_int64(s, 1, w->batch_id);
        (void)sqlite3_bind_int64(s, 2, i);
        sql_text(s, 3, doc->kind);
        sql_text(s, 4, doc->name);
        sql_text(s, 5, doc->version);
        sql_blob(s, 6, doc->hash.bytes, sizeof doc->hash.bytes);
        code = writer_finish(s);
    }
    return code;
}

static int find_station(struct writer *w, const struct job *job, int64_t *id)
{
    sqlite3_stmt *s = w->statements[INSERT_STATION];
    struct span ids = job_data(job); /* of the batch, of the station should it be new */
    sql_blob(s, 1, ids.at + 16, 16);
    sql_text(s, 2, job_text(job, 1));
    sql_text(s, 3, job_text(job, 2));
    int code = writer_finish(s);
    sql_text(w->statements[FIND_STATION], 1, job_text(job, 1));
    return code == SQLITE_OK ? writer_fetch(w->statements[FIND_STATION], id) : code;
}

int writer_begin_batch(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[INSERT_BATCH];
    const struct sha256 *sequence = &w->documents[0].hash;
    const struct sha256 *limits = document_of(w, "limits"), *station = document_of(w, "station");
    int64_t station_id = 0;
    int code = find_station(w, job, &station_id);
    if (code != SQLITE_OK)
        return code;
    w->limits = limits ? *limits : *sequence;
    w->instruments = 0;
    memset(w->sites, 0, sizeof w->sites);
    snprintf(w->program, sizeof w->program, "%s", job_text(job, 3));
    sql_blob(s, 1, job_data(job).at, 16);
    (void)sqlite3_bind_int64(s, 2, station_id);
    sql_blob(s, 3, sequence->bytes, sizeof sequence->bytes);
    sql_blob(s, 4, limits ? limits->bytes : NULL, sizeof limits->bytes);
    sql_blob(s, 5, station ? station->bytes : NULL, sizeof station->bytes);
    for (int i = 0; i < 4; i++) /* program params mode version */
        sql_text(s, 6 + i, job_text(job, 3U + (unsigned)i));
    (void)sqlite3_bind_int64(s, 10, job->ints[0]);
    (void)sqlite3_bind_int64(s, 11, job->ints[1]);
    (void)sqlite3_bind_int64(s, 12, job->t_us);
    code = writer_finish(s);
    w->batch_id = sqlite3_last_insert_rowid(w->db);
    return code == SQLITE_OK ? link_documents(w) : code;
}

int writer_add_instrument(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[INSERT_INSTRUMENT];
    (void)sqlite3_bind_int64(s, 1, w->batch_id);
    (void)sqlite3_bind_int64(s, 2, w->instruments++);
    for (int i = 0; i < 6; i++) /* name driver model serial firmware maturity */
        sql_text(s, 3 + i, job_text(job, (unsigned)i));
    (void)sqlite3_bind_int64(s, 9, job->ints[1]);
    sql_text(s, 10, job_text(job, 6));
    sql_text(s, 11, job_text(job, 7));
    return writer_finish(s);
}

int writer_end_batch(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[END_BATCH];
    sql_text(s, 1, job_text(job, 0));
    (void)sqlite3_bind_int64(s, 2, job->t_us);
    (void)sqlite3_bind_int64(s, 3, w->batch_id);
    return writer_finish(s);
}

int writer_add_event(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[INSERT_EVENT];
    (void)sqlite3_bind_int64(s, 1, w->batch_id);
    (void)sqlite3_bind_int64(s, 2, job->site);
    (void)sqlite3_bind_int64(s, 3, job->t_us);
    sql_text(s, 4, job_text(job, 0));
    sql_text(s, 5, job_text(job, 1));
    return writer_finish(s);
}
