#include "db/store.h"

#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "db/handle.h"

struct pragma {
    const char *set, *get;
    int64_t expected;
};

static const struct pragma writer_pragmas[] = {
    {"PRAGMA synchronous=FULL", "PRAGMA synchronous", 2},
    {"PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", 1},
    {"PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", 0},
    {"PRAGMA cell_size_check=ON", "PRAGMA cell_size_check", 1},
    {"PRAGMA recursive_triggers=ON", "PRAGMA recursive_triggers", 1},
    {"PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint", 0},
    {"PRAGMA journal_size_limit=67108864", "PRAGMA journal_size_limit", 67108864},
    {"PRAGMA cache_size=-65536", "PRAGMA cache_size", -65536},
};
static const struct pragma reader_pragmas[] = {
    {"PRAGMA query_only=ON", "PRAGMA query_only", 1},
    {"PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", 0},
    {"PRAGMA cell_size_check=ON", "PRAGMA cell_size_check", 1},
};

/* ---- opening ---- */

static int apply_pragmas(sqlite3 *db, const struct pragma *pragmas, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t value = INT64_MIN;
        int code = sql_run(db, pragmas[i].set);
        if (code == SQLITE_OK)
            code = sql_get_int(db, pragmas[i].get, &value);
        if (code != SQLITE_OK)
            return code;
        if (value != pragmas[i].expected)
            return SQLITE_MISUSE;
    }
    return SQLITE_OK;
}

static void harden(sqlite3 *db)
{
    static const int on[] = {SQLITE_DBCONFIG_DEFENSIVE, SQLITE_DBCONFIG_ENABLE_TRIGGER};
    static const int off[] = {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_DQS_DML,
                              SQLITE_DBCONFIG_DQS_DDL};
    for (size_t i = 0; i < COUNT(on); i++)
        (void)sqlite3_db_config(db, on[i], 1, NULL);
    for (size_t i = 0; i < COUNT(off); i++)
        (void)sqlite3_db_config(db, off[i], 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 65536);
    sqlite3_limit(db, SQLITE_LIMIT_VARIABLE_NUMBER, 64);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    (void)sqlite3_busy_timeout(db, 2000);
    (void)sqlite3_extended_result_codes(db, 1);
}

static int note_wal(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct store *store = ctx;
    (void)db;
    (void)name;
    store->wal_pages = pages;
    return SQLITE_OK;
}

/* A file of ours in a directory that may not be written can only be read as it stands. */
static int open_archived(struct store *store)
{
    char uri[4096];
    struct obuf out = {uri, 0, sizeof uri - 1};
    enum rc rc = obuf_printf(&out, "file:");
    for (const char *p = store->path; *p && rc == RC_OK; p++)
        rc = obuf_printf(&out, strchr("%?#", *p) ? "%%%02X" : "%c", (unsigned char)*p);
    if (rc == RC_OK)
        rc = obuf_printf(&out, "?immutable=1");
    if (rc != RC_OK)
        return SQLITE_CANTOPEN;
    sqlite3_close(store->db);
    store->db = NULL;
    int code = sqlite3_open_v2(uri, &store->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
    if (code == SQLITE_OK)
        harden(store->db);
    return code;
}

static int connect_file(struct store *store)
{
    bool reads = store->mode == STORE_READ;
    int flags = !reads                                ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                : store_may_write_around(store->path) ? SQLITE_OPEN_READWRITE
                                                      : SQLITE_OPEN_READONLY;
    int64_t tables = 0;
    int code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
    if (code != SQLITE_OK)
        return code;
    harden(store->db);
    code = sql_get_int(store->db, "SELECT count(*) FROM sqlite_schema", &tables);
    int base = code & 0xff;
    if (reads && (base == SQLITE_CANTOPEN || base == SQLITE_READONLY)) {
        code = open_archived(store);
        if (code == SQLITE_OK)
            code = sql_get_int(store->db, "SELECT count(*) FROM sqlite_schema", &tables);
    }
    return code;
}

/* Under EXTRA the directory is flushed too, so that the new file itself survives a power cut. */
static int create_schema(sqlite3 *db)
{
    int64_t id = 0;
    int code = sql_run(db, "PRAGMA page_size=4096; PRAGMA synchronous=EXTRA;"
                           "PRAGMA journal_mode=WAL; BEGIN IMMEDIATE");
    if (code != SQLITE_OK)
        return code;
    code = sql_get_int(db, "PRAGMA application_id", &id);
    /* Not 0: another program was first. */
    for (unsigned i = 0; id == 0 && schema_sql[i] && code == SQLITE_OK; i++)
        code = sql_run(db, schema_sql[i]);
    if (code == SQLITE_OK)
        code = sql_run(db, "COMMIT");
    if (code != SQLITE_OK)
        (void)sql_run(db, "ROLLBACK");
    return code;
}

static enum rc identify(struct store *store, struct log *log)
{
    int64_t id = 0, version = 0, tables = 0;
    sqlite3 *db = store->db;
    int code = sql_get_int(db, "PRAGMA application_id", &id);
    if (code == SQLITE_OK)
        code = sql_get_int(db, "PRAGMA user_version", &version);
    if (code == SQLITE_OK)
        code = sql_get_int(db, "SELECT count(*) FROM sqlite_schema", &tables);
    if (code == SQLITE_OK && store->mode == STORE_WRITE && id == 0 && version == 0 && tables == 0) {
        code = create_schema(db);
        id = STORE_APPLICATION_ID;
        version = STORE_VERSION;
    }
    if (code != SQLITE_OK)
        return store_say(log, db, code, store->path);
    if (id != STORE_APPLICATION_ID)
        return store_refuse(log, store->path,
                            tables == 0
                                ? "is empty, no results were ever written to it; name another file"
                                : "is a database of another program; name another file",
                            RC_CONFIG);
    if (version != STORE_VERSION) {
        log_say(log, LOG_ERROR,
                "%s: was written by a newer lambdabench (data version %lld, this program knows "
                "%d); update the program",
                store->path, (long long)version, STORE_VERSION);
        return RC_CONFIG;
    }
    return RC_OK;
}

static enum rc configure(struct store *store, struct log *log)
{
    bool writes = store->mode == STORE_WRITE;
    int code = SQLITE_OK;
    if (writes)
        code = sql_run(store->db, "PRAGMA journal_mode=WAL");
    if (code == SQLITE_OK)
        code = writes ? apply_pragmas(store->db, writer_pragmas, COUNT(writer_pragmas))
                      : apply_pragmas(store->db, reader_pragmas, COUNT(reader_pragmas));
    if (code != SQLITE_OK)
        return store_say(log, store->db, code, store->path);
    if (writes)
        (void)sqlite3_wal_hook(store->db, note_wal, store);
    return RC_OK;
}

enum rc store_open(const char *path, enum store_mode mode, struct log *log, struct store **out)
{
    enum rc rc = store_check_path(path, mode, log);
    if (rc != RC_OK)
        return rc;
    struct store *store = calloc(1, sizeof *store);
    if (!store || !(store->path = strdup(path))) {
        free(store);
        return store_refuse(log, path, "out of memory", RC_IO);
    }
    store->mode = mode;
    store->lock_fd = -1;
    int code = connect_file(store);
    rc = code == SQLITE_OK ? identify(store, log) : store_say(log, store->db, code, path);
    if (rc == RC_OK)
        rc = store_check_content(store, log);
    if (rc == RC_OK)
        rc = configure(store, log);
    if (rc != RC_OK) {
        store_close(store);
        return rc;
    }
    if (mode == STORE_WRITE)
        store_lock(store);
    *out = store;
    return RC_OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->mode == STORE_WRITE && store->db)
        (void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    (void)sqlite3_close_v2(store->db);
    if (store->lock_fd >= 0) /* after SQLite: closing any descriptor drops its POSIX locks */
        close(store->lock_fd);
    free(store->path);
    free(store);
}

const char *store_path(const struct store *store)
{
    return store->path;
}

sqlite3 *store_open_checkpointer(const struct store *store)
{
    sqlite3 *db = NULL;
    int64_t tables = 0;
    int code = sqlite3_open_v2(store->path, &db, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK) {
        harden(db);
        /* A checkpoint of a connection that never read the file does nothing and says so nowhere.
         */
        code = sql_get_int(db, "SELECT count(*) FROM sqlite_schema", &tables);
    }
    if (code == SQLITE_OK)
        code = sql_run(db, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0");
    if (code == SQLITE_OK)
        return db;
    (void)sqlite3_close_v2(db);
    return NULL;
}

enum rc store_free_space(const struct store *store, int64_t *bytes)
{
    struct statfs fs;
    if (statfs(store->path, &fs) < 0)
        return RC_IO;
    *bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_bsize;
    return RC_OK;
}
