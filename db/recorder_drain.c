/* From the queue into the database, in one transaction; or, after a failure, into the spill file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "db/recorder_private.h"

enum { BUSY_TRIES = 3, WAL_PAGES_MAX = 4000 };

void recorder_fail(struct recorder *r, const char *why)
{
    if (r->failed)
        return;
    struct obuf out = {r->why, 0, sizeof r->why - 1};
    r->failed = true;
    (void)!obuf_printf(&out, "%s", why);
    spill_tell(&r->spill, &out);
    r->why[out.len] = '\0';
}

/* ---- spilling ---- */

static void spill_range(struct recorder *r, uint64_t from, uint64_t to)
{
    const struct job *job;
    while ((job = queue_next(&r->queue, &from, to)))
        spill_put(&r->spill, job);
}

/* The last resort: there is nowhere else to go. Locked, but not while the disk takes its time: the
 * loop must go on beating and cleaning up. */
static void sync_spill(struct recorder *r)
{
    int fd = r->spill.fd;
    if (fd < 0)
        return;
    pthread_mutex_unlock(&r->lock);
    (void)fdatasync(fd);
    pthread_mutex_lock(&r->lock);
}

/* ---- writing ---- */

/* A file that was deleted or replaced takes commits as if nothing were, and nobody will find them.
 */
static int check_place(sqlite3 *db)
{
    int moved = 0;
    int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (code == SQLITE_NOTFOUND) /* a file system that cannot tell */
        return SQLITE_OK;
    return code == SQLITE_OK && moved ? SQLITE_READONLY_DBMOVED : code;
}

static int write_range(struct recorder *r, uint64_t from, uint64_t to)
{
    struct job *job;
    int code = SQLITE_BUSY;
    for (int i = 0; i < BUSY_TRIES && (code & 0xff) == SQLITE_BUSY; i++)
        code = writer_begin(r->writer);
    if (code != SQLITE_OK)
        return code;
    while (code == SQLITE_OK && (job = queue_next(&r->queue, &from, to)))
        code = writer_apply(r->writer, job);
    if (code == SQLITE_OK)
        code = writer_commit(r->writer);
    return code == SQLITE_OK ? check_place(r->config.store->db) : code;
}

static void describe(struct recorder *r, int code, char *text, size_t cap)
{
    struct obuf out = {text, 0, cap - 1};
    sqlite3 *db = r->config.store->db;
    store_describe(code, sqlite3_system_errno(db), store_path(r->config.store), &out);
    if ((code & 0xff) == SQLITE_CONSTRAINT)
        (void)!obuf_printf(&out, ": %.200s", sqlite3_errmsg(db));
    text[out.len] = '\0';
}

static bool acks_have_room(struct acks *acks)
{
    if (acks->count < acks->cap)
        return true;
    size_t cap = acks->cap ? acks->cap * 2 : 4096;
    struct ack *items = reallocarray(acks->items, cap, sizeof *items);
    if (!items)
        return false;
    acks->items = items;
    acks->cap = cap;
    return true;
}

static void acknowledge(struct recorder *r, uint64_t from, uint64_t to)
{
    const struct job *job;
    while ((job = queue_next(&r->queue, &from, to))) {
        bool counts = job->kind == JOB_POINTS || job->kind <= RECORD_BATCH_END;
        bool is_data = job->kind == JOB_POINTS || job->kind == RECORD_CHUNK;
        if (!counts || (is_data && job->tag == 0))
            continue;
        if (!acks_have_room(&r->acks)) {
            recorder_fail(r, "out of memory for acknowledgements");
            return;
        }
        enum record_kind kind = is_data ? RECORD_CHUNK : (enum record_kind)job->kind;
        r->acks.items[r->acks.count++] = (struct ack){job->tag, kind};
    }
}

void recorder_drain(struct recorder *r)
{
    char why[WHY_MAX] = "";
    pthread_mutex_lock(&r->lock);
    uint64_t from = r->queue.head, to = r->queue.tail;
    bool failed = r->failed;
    r->urgent = false;
    pthread_mutex_unlock(&r->lock);
    if (from == to)
        return;
    if (!failed) {
        int code = write_range(r, from, to);
        if (code != SQLITE_OK) {
            describe(r, code, why, sizeof why);
            writer_rollback(r->writer);
        }
    }
    pthread_mutex_lock(&r->lock);
    if (failed || why[0]) {
        spill_range(r, from, to);
        if (why[0])
            recorder_fail(r, why);
        sync_spill(r);
    } else {
        acknowledge(r, from, to);
    }
    r->queue.head = to;
    r->oldest = clock_now(loop_clock(r->config.loop)); /* of what came meanwhile */
    pthread_cond_broadcast(&r->done);
    pthread_mutex_unlock(&r->lock);
}

/* PASSIVE waits for nobody; what it cannot move yet, the next one moves. */
void recorder_checkpoint(struct recorder *r, sqlite3 *db)
{
    if (db == r->config.store->db && r->config.store->wal_pages < WAL_PAGES_MAX)
        return;
    (void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (db == r->config.store->db)
        r->config.store->wal_pages = 0;
}
