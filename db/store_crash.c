/* Who writes to a file, and what is left of a program that died. */
#include <fcntl.h>
#include <unistd.h>

#include "db/handle.h"

/* Beside SQLite's own lock bytes (0x40000000 and the 511 after it). */
static const off_t LOCK_BYTE = 0x50000000;

/* Programs that write share a lock of the kernel, which goes with them however they end. */
void store_lock(struct store *store)
{
    struct flock lock = {.l_type = F_RDLCK, .l_start = LOCK_BYTE, .l_len = 1};
    store->lock_fd = open(store->path, O_RDWR | O_CLOEXEC);
    if (store->lock_fd >= 0)
        (void)fcntl(store->lock_fd, F_OFD_SETLK, &lock);
}

static bool is_only_writer(struct store *store)
{
    struct flock lock = {.l_type = F_WRLCK, .l_start = LOCK_BYTE, .l_len = 1};
    bool alone = store->lock_fd >= 0 && fcntl(store->lock_fd, F_OFD_SETLK, &lock) == 0;
    lock.l_type = F_RDLCK;
    if (alone)
        (void)fcntl(store->lock_fd, F_OFD_SETLK, &lock);
    return alone;
}

/* True where it cannot be found out. */
static bool is_written(const struct store *store)
{
    struct flock lock = {.l_type = F_WRLCK, .l_start = LOCK_BYTE, .l_len = 1};
    int fd = open(store->path, O_RDONLY | O_CLOEXEC);
    bool known = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0;
    if (fd >= 0)
        close(fd);
    return !known || lock.l_type != F_UNLCK;
}

const char *store_state_now(const struct store *store, const char *stored)
{
    return strcmp(stored, "running") == 0 && !is_written(store) ? "crashed" : stored;
}

/* ---- after a crash ---- */

static const char close_crashed_sql[] =
    "INSERT INTO event(batch_id,site,t,kind,text) SELECT id,0,"
    " max(started,coalesce((SELECT max(t) FROM event e WHERE e.batch_id=batch.id),0),"
    " coalesce((SELECT max(started) FROM step s WHERE s.batch_id=batch.id),0)),"
    " 'crash','the program ended without closing this batch' FROM batch WHERE state='running';"
    "UPDATE run SET verdict='aborted',first_fail='program ended' WHERE verdict IS NULL AND "
    "batch_id "
    "IN (SELECT id FROM batch WHERE state='running');"
    "UPDATE batch SET state='crashed',ended=(SELECT max(t) FROM event WHERE batch_id=batch.id)"
    " WHERE state='running';";

enum rc store_close_crashed(struct store *store, struct log *log, unsigned *count)
{
    int64_t open_batches = 0;
    if (store->mode != STORE_WRITE)
        return RC_REFUSED;
    int code =
        sql_get_int(store->db, "SELECT count(*) FROM batch WHERE state='running'", &open_batches);
    if (code == SQLITE_OK && (open_batches == 0 || !is_only_writer(store))) {
        *count = 0; /* none, or they may be those of the other program that writes now */
        return RC_OK;
    }
    if (code == SQLITE_OK)
        code = sql_run(store->db, "BEGIN IMMEDIATE");
    if (code == SQLITE_OK) {
        code = sql_run(store->db, close_crashed_sql);
        if (code == SQLITE_OK)
            code = sql_run(store->db, "COMMIT");
        if (code != SQLITE_OK)
            (void)sql_run(store->db, "ROLLBACK");
    }
    if (code != SQLITE_OK)
        return store_say(log, store->db, code, store->path);
    log_say(log, LOG_WARN, "%s: %lld batch(es) of a program that died are now marked as crashed",
            store->path, (long long)open_batches);
    *count = (unsigned)open_batches;
    return RC_OK;
}
