#include "db/writer.h"

#include <stdlib.h>

#include "db/writer_private.h"

/* clang-format off */
static const char *const statement_sql[STATEMENTS] = {
    [INSERT_DOCUMENT] = "INSERT INTO doc(sha256,kind,name,version,body,first_seen)"
                        " VALUES(?,?,?,?,?,?) ON CONFLICT(sha256) DO NOTHING",
    [INSERT_STATION] = "INSERT INTO station(uuid,name,kind) VALUES(?,?,?) ON CONFLICT(name) DO NOTHING",
    [FIND_STATION] = "SELECT id FROM station WHERE name=?",
    [INSERT_BATCH] = "INSERT INTO batch(uuid,station_id,seq_sha,limits_sha,station_sha,program,params,"
                     "mode,version,simulated,seed,started,state) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,'running')",
    [INSERT_BATCH_DOCUMENT] = "INSERT INTO batch_doc VALUES(?,?,?,?,?,?)",
    [INSERT_INSTRUMENT] = "INSERT INTO batch_instrument VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    [INSERT_DUT] = "INSERT INTO dut(serial,part,first_seen) VALUES(?,?,?) ON CONFLICT(serial) DO NOTHING",
    [FIND_DUT] = "SELECT id FROM dut WHERE serial=?",
    [FIND_EARLIER] = "SELECT r.id,r.attempt FROM run r JOIN batch b ON b.id=r.batch_id"
                     " WHERE r.dut_id=? AND b.program=? ORDER BY r.id DESC LIMIT 1",
    [INSERT_RUN] = "INSERT INTO run(uuid,batch_id,site,dut_id,attempt,retest_of) VALUES(?,?,?,?,?,?)",
    [INSERT_STEP] = "INSERT INTO step(batch_id,run_id,parent,ord,path,line,attempt,started)"
                    " VALUES(?,?,?,?,?,?,?,?)",
    [END_STEP] = "UPDATE step SET dur_us=?,verdict=?,error=? WHERE id=?",
    [FIND_STEP] = "SELECT id FROM step WHERE run_id=? AND path=? ORDER BY id DESC LIMIT 1",
    [INSERT_MEASURE] = "INSERT INTO measure(run_id,step_id,name,quality,value,unit,u95,sd,n,t,tags)"
                       " VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    [INSERT_GRADE] = "INSERT INTO grade(measure_id,limits_sha,row,lsl,usl,al,au,margin,critical,verdict,at)"
                     " VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    [INSERT_STREAM] = "INSERT INTO stream(batch_id,site,name,fmt,rate) VALUES(?,?,?,'chunk1',?)",
    [INSERT_CHANNEL] = "INSERT INTO stream_channel VALUES(?,?,?,?)",
    [INSERT_CHUNK] = "INSERT INTO chunk(stream_id,seq,t0,dt,n,crc,stats,data) VALUES(?,?,?,?,?,?,?,?)",
    [INSERT_EVENT] = "INSERT INTO event(batch_id,site,t,kind,text) VALUES(?,?,?,?,?)",
    [END_RUN] = "UPDATE run SET verdict=?,first_fail=?,ended=? WHERE id=?",
    [END_BATCH] = "UPDATE batch SET state=?,ended=? WHERE id=?",
};
/* clang-format on */

int writer_finish(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    int reset = sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code == SQLITE_ROW ? reset : code;
}

int writer_fetch(sqlite3_stmt *statement, int64_t *out)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *out = sqlite3_column_int64(statement, 0);
    int reset = sqlite3_reset(statement);
    return code == SQLITE_ROW ? reset : code == SQLITE_DONE ? SQLITE_NOTFOUND : code;
}

static uint64_t hash_path(const char *path)
{
    uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a */
    for (; *path; path++)
        hash = (hash ^ (unsigned char)*path) * 0x100000001b3U;
    return hash;
}

/* ---- run ---- */

static int find_dut(struct writer *w, const struct job *job, int64_t *id)
{
    sqlite3_stmt *s = w->statements[INSERT_DUT];
    sql_text(s, 1, job_text(job, 1));
    sql_text(s, 2, job_text(job, 2));
    (void)sqlite3_bind_int64(s, 3, job->t_us);
    int code = writer_finish(s);
    sql_text(w->statements[FIND_DUT], 1, job_text(job, 1));
    return code == SQLITE_OK ? writer_fetch(w->statements[FIND_DUT], id) : code;
}

/* The newest run of the same part under the same program, if there was one. */
static int find_earlier(struct writer *w, int64_t dut, int64_t *id, int64_t *attempt)
{
    sqlite3_stmt *s = w->statements[FIND_EARLIER];
    (void)sqlite3_bind_int64(s, 1, dut);
    sql_text(s, 2, w->program);
    int code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        *id = sqlite3_column_int64(s, 0);
        *attempt = sqlite3_column_int64(s, 1);
    }
    (void)sqlite3_reset(s);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

static int begin_run(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[INSERT_RUN];
    int64_t dut = 0, earlier = 0, attempt = 0;
    int code = find_dut(w, job, &dut);
    if (code == SQLITE_OK)
        code = find_earlier(w, dut, &earlier, &attempt);
    if (code != SQLITE_OK)
        return code;
    sql_blob(s, 1, job_data(job).at, 16);
    (void)sqlite3_bind_int64(s, 2, w->batch_id);
    (void)sqlite3_bind_int64(s, 3, job->site);
    (void)sqlite3_bind_int64(s, 4, dut);
    (void)sqlite3_bind_int64(s, 5, attempt + 1);
    if (earlier)
        (void)sqlite3_bind_int64(s, 6, earlier);
    else
        (void)sqlite3_bind_null(s, 6);
    code = writer_finish(s);
    w->sites[job->site] = (struct writer_site){.run_id = sqlite3_last_insert_rowid(w->db)};
    return code;
}

static int end_run(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[END_RUN];
    sql_text(s, 1, job_text(job, 0));
    sql_text(s, 2, job_text(job, 1));
    (void)sqlite3_bind_int64(s, 3, job->t_us);
    (void)sqlite3_bind_int64(s, 4, w->sites[job->site].run_id);
    return writer_finish(s);
}

/* ---- steps and measurements ---- */

static void bind_id(sqlite3_stmt *s, int at, int64_t id)
{
    if (id)
        (void)sqlite3_bind_int64(s, at, id);
    else
        (void)sqlite3_bind_null(s, at);
}

static int begin_step(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[INSERT_STEP];
    struct writer_site *site = &w->sites[job->site];
    (void)sqlite3_bind_int64(s, 1, w->batch_id);
    bind_id(s, 2, site->run_id);
    bind_id(s, 3, site->depth ? site->open[site->depth - 1].id : 0);
    (void)sqlite3_bind_int64(s, 4, site->steps++);
    sql_text(s, 5, job_text(job, 0));
    (void)sqlite3_bind_int64(s, 6, job->ints[0]);
    (void)sqlite3_bind_int64(s, 7, job->ints[1]);
    (void)sqlite3_bind_int64(s, 8, job->t_us);
    int code = writer_finish(s);
    if (site->depth == STEP_DEPTH) { /* forget the outermost */
        memmove(site->open, site->open + 1, sizeof site->open - sizeof site->open[0]);
        site->depth--;
    }
    site->open[site->depth++] = (struct open_step){hash_path(job_text(job, 0)),
                                                   sqlite3_last_insert_rowid(w->db), job->t_us};
    return code;
}

/* Index of an open step in the site; `depth` if it is not open. */
static unsigned find_open(const struct writer_site *site, const char *path)
{
    uint64_t hash = hash_path(path);
    for (unsigned i = site->depth; i > 0; i--)
        if (site->open[i - 1].path == hash)
            return i - 1;
    return site->depth;
}

static int end_step(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[END_STEP];
    struct writer_site *site = &w->sites[job->site];
    unsigned at = find_open(site, job_text(job, 0));
    if (at == site->depth)
        return SQLITE_OK; /* it never began: nothing to end */
    struct open_step step = site->open[at];
    site->depth--;
    memmove(&site->open[at], &site->open[at + 1], (site->depth - at) * sizeof site->open[0]);
    (void)sqlite3_bind_int64(s, 1, job->t_us - step.started_us);
    sql_text(s, 2, job_text(job, 1));
    sql_text(s, 3, job_text(job, 2));
    (void)sqlite3_bind_int64(s, 4, step.id);
    return writer_finish(s);
}

static int find_step(struct writer *w, const struct writer_site *site, const char *path,
                     int64_t *id)
{
    sqlite3_stmt *s = w->statements[FIND_STEP];
    *id = 0;
    if (!path)
        return SQLITE_OK;
    unsigned at = find_open(site, path);
    if (at < site->depth) {
        *id = site->open[at].id;
        return SQLITE_OK;
    }
    (void)sqlite3_bind_int64(s, 1, site->run_id);
    sql_text(s, 2, path);
    int code = writer_fetch(s, id);
    return code == SQLITE_NOTFOUND ? SQLITE_OK : code;
}

static int add_grade(struct writer *w, const struct job *job)
{
    sqlite3_stmt *s = w->statements[INSERT_GRADE];
    (void)sqlite3_bind_int64(s, 1, sqlite3_last_insert_rowid(w->db));
    sql_blob(s, 2, w->limits.bytes, sizeof w->limits.bytes);
    (void)sqlite3_bind_int64(s, 3, job->ints[1]);
    for (int i = 0; i < 5; i++) /* lsl usl al au margin */
        sql_real(s, 4 + i, job->reals[3 + i]);
    (void)sqlite3_bind_int64(s, 9, job->ints[2]);
    sql_text(s, 10, job_text(job, 5));
    (void)sqlite3_bind_int64(s, 11, job->t_us);
    return writer_finish(s);
}

static int add_measure(struct writer *w, struct job *job)
{
    sqlite3_stmt *s = w->statements[INSERT_MEASURE];
    struct writer_site *site = &w->sites[job->site];
    int64_t step = 0;
    int code = find_step(w, site, job_text(job, 4), &step);
    if (code != SQLITE_OK)
        return code;
    (void)sqlite3_bind_int64(s, 1, site->run_id);
    bind_id(s, 2, step);
    sql_text(s, 3, job_text(job, 0));
    sql_text(s, 4, job_text(job, 3));
    sql_real(s, 5, job->reals[0]);
    sql_text(s, 6, job_text(job, 1));
    sql_real(s, 7, job->reals[1]);
    sql_real(s, 8, job->reals[2]);
    (void)sqlite3_bind_int64(s, 9, job->ints[0]);
    (void)sqlite3_bind_int64(s, 10, job->t_us);
    sql_text(s, 11, job_text(job, 2));
    code = writer_finish(s);
    return code == SQLITE_OK && job_text(job, 5) ? add_grade(w, job) : code;
}

/* ---- the writer ---- */

static int (*const apply_table[JOB_KINDS])(struct writer *w, struct job *job) = {
    [RECORD_BATCH] = writer_begin_batch,      [RECORD_RUN] = begin_run,
    [RECORD_STEP_BEGIN] = begin_step,         [RECORD_STEP_END] = end_step,
    [RECORD_MEASURE] = add_measure,           [RECORD_CHUNK] = writer_add_chunk,
    [RECORD_EVENT] = writer_add_event,        [RECORD_RUN_END] = end_run,
    [RECORD_BATCH_END] = writer_end_batch,    [JOB_DOCUMENT] = writer_add_document,
    [JOB_INSTRUMENT] = writer_add_instrument, [JOB_STREAM] = writer_add_stream,
    [JOB_POINTS] = writer_add_points,
};

int writer_apply(struct writer *writer, struct job *job)
{
    return apply_table[job->kind] ? apply_table[job->kind](writer, job) : SQLITE_OK;
}

int writer_begin(struct writer *writer)
{
    return sql_run(writer->db, "BEGIN IMMEDIATE");
}

int writer_commit(struct writer *writer)
{
    int code = writer_flush_streams(writer);
    return code == SQLITE_OK ? sql_run(writer->db, "COMMIT") : code;
}

void writer_rollback(struct writer *writer)
{
    if (!sqlite3_get_autocommit(writer->db)) /* SQLite may have rolled back by itself */
        (void)sql_run(writer->db, "ROLLBACK");
}

int writer_new(struct store *store, struct writer **out)
{
    struct writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return SQLITE_NOMEM;
    int code = SQLITE_OK;
    writer->db = store->db;
    writer->blob.cap = CHUNK_HEADER + 4 * (size_t)CHUNK_VALUES_MAX;
    writer->blob.at = malloc(writer->blob.cap);
    writer->stats.cap = CHUNK_STATS * (size_t)CHUNK_COLUMNS_MAX;
    writer->stats.at = malloc(writer->stats.cap);
    if (!writer->blob.at || !writer->stats.at)
        code = SQLITE_NOMEM;
    for (int i = 0; i < STATEMENTS && code == SQLITE_OK; i++)
        code = sqlite3_prepare_v3(writer->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                  &writer->statements[i], NULL);
    if (code != SQLITE_OK) {
        writer_free(writer);
        return code;
    }
    *out = writer;
    return SQLITE_OK;
}

void writer_free(struct writer *writer)
{
    if (!writer)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        (void)sqlite3_finalize(writer->statements[i]);
    for (unsigned i = 0; i < WRITER_DOCUMENTS; i++) {
        free(writer->documents[i].name);
        free(writer->documents[i].version);
    }
    free(writer->blob.at);
    free(writer->stats.at);
    free(writer);
}
