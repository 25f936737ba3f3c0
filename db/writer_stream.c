/* Streams and their chunks: what arrives for one stream within a transaction and follows in time
 * becomes one row. */
#include "db/writer_private.h"

int writer_add_stream(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[INSERT_STREAM];
    struct writer_stream *stream = &w->streams[job->ints[0]];
    (void)sqlite3_bind_int64(s, 1, w->batch_id);
    (void)sqlite3_bind_int64(s, 2, job->site);
    sql_text(s, 3, job_text(job, 0));
    sql_real(s, 4, job->reals[0] > 0 ? job->reals[0] : -2e300 /* NULL */);
    int code = writer_finish(s);
    *stream = (struct writer_stream){.id = sqlite3_last_insert_rowid(w->db),
                                     .columns = (unsigned)job->ints[1]};
    const char *text = job_data(job).at; /* name, unit, name, unit ... each with its NUL */
    s = w->statements[INSERT_CHANNEL];
    for (unsigned i = 0; i < stream->columns && code == SQLITE_OK; i++) {
        const char *unit = text + strlen(text) + 1;
        (void)sqlite3_bind_int64(s, 1, stream->id);
        (void)sqlite3_bind_int64(s, 2, i);
        sql_text(s, 3, text);
        sql_text(s, 4, unit);
        code = writer_finish(s);
        text = unit + strlen(unit) + 1;
    }
    return code;
}

/* Writes the blob that w->blob holds. */
static int insert_chunk(struct writer *w, struct writer_stream *stream, int64_t t0_us,
                        int64_t dt_us, size_t rows)
{
    sqlite3_stmt *s = w->statements[INSERT_CHUNK];
    struct span blob = obuf_span(&w->blob);
    w->stats.len = 0;
    if (chunk_put_stats(blob, &w->stats) != RC_OK)
        return SQLITE_INTERNAL;
    int64_t numbers[] = {stream->id, stream->seq++, t0_us, dt_us, (int64_t)rows, hash_crc32(blob)};
    for (int i = 0; i < (int)COUNT(numbers); i++)
        (void)sqlite3_bind_int64(s, 1 + i, numbers[i]);
    (void)sqlite3_bind_blob64(s, 7, w->stats.at, w->stats.len, SQLITE_STATIC);
    (void)sqlite3_bind_blob64(s, 8, blob.at, blob.len, SQLITE_STATIC);
    return writer_finish(s);
}

static int flush_stream(struct writer *w, struct writer_stream *stream)
{
    struct job *first = stream->first;
    size_t row = 0;
    if (!first)
        return SQLITE_OK;
    w->blob.len = 0;
    if (chunk_begin(&w->blob, stream->columns, stream->rows) != RC_OK)
        return SQLITE_INTERNAL;
    for (struct job *job = first; job; job = job->next) {
        chunk_put_rows(&w->blob, row, job_data(job).at, (size_t)job->ints[2]);
        row += (size_t)job->ints[2];
    }
    size_t rows = stream->rows;
    stream->first = stream->last = NULL;
    stream->rows = 0;
    return insert_chunk(w, stream, first->t_us, first->ints[1], rows);
}

/* Does the job go on where the chunk ends? Within 1 % of a sample's distance. */
static bool follows(const struct writer_stream *stream, const struct job *job)
{
    const struct job *first = stream->first;
    int64_t dt = first->ints[1];
    int64_t late = job->t_us - first->t_us - (int64_t)stream->rows * dt;
    return job->ints[1] == dt && late >= -dt / 100 && late <= dt / 100 &&
           (stream->rows + (size_t)job->ints[2]) * stream->columns <= CHUNK_VALUES_MAX;
}

int writer_add_chunk(struct writer *w, struct job *job)
{
    struct writer_stream *stream = &w->streams[job->ints[0]];
    int code = SQLITE_OK;
    job->next = NULL;
    if (!stream->touched)
        w->touched[w->touched_count++] = (unsigned)job->ints[0];
    stream->touched = true;
    if (stream->first && !follows(stream, job))
        code = flush_stream(w, stream);
    if (stream->last)
        stream->last->next = job;
    else
        stream->first = job;
    stream->last = job;
    stream->rows += (size_t)job->ints[2];
    return code;
}

int writer_add_points(struct writer *w, struct job *job)
{
    struct writer_stream *stream = &w->streams[job->ints[0]];
    struct span data = job_data(job);
    int code = flush_stream(w, stream);
    w->blob.len = 0;
    if (code == SQLITE_OK &&
        chunk_put_points(&w->blob, (unsigned)job->ints[1], data.at, data.len / 8) != RC_OK)
        return SQLITE_INTERNAL;
    return code == SQLITE_OK ? insert_chunk(w, stream, job->t_us, 0, data.len / 8) : code;
}

int writer_flush_streams(struct writer *w)
{
    int code = SQLITE_OK;
    for (unsigned i = 0; i < w->touched_count && code == SQLITE_OK; i++) {
        code = flush_stream(w, &w->streams[w->touched[i]]);
        w->streams[w->touched[i]].touched = false;
    }
    w->touched_count = 0;
    return code;
}
