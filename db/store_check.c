/* What is wrong with a database file, found before and after it is opened. */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "db/handle.h"

enum {
    TEXT_MAX = 600,
    CHECK_WRITER_MAX = 64 << 20, /* larger files: all but the waveforms are checked at opening */
    CHECK_READER_MAX = 8 << 20,
};

/* ---- messages ---- */

enum rc store_refuse(struct log *log, const char *path, const char *text, enum rc rc)
{
    log_say(log, LOG_ERROR, "%s: %s", path, text);
    return rc;
}

enum rc store_say(struct log *log, sqlite3 *db, int code, const char *path)
{
    char text[TEXT_MAX];
    struct obuf out = {text, 0, sizeof text - 1};
    store_describe(code, db ? sqlite3_system_errno(db) : 0, path, &out);
    text[out.len] = '\0';
    log_say(log, LOG_ERROR, "%s", text);
    int base = code & 0xff;
    bool content = base == SQLITE_NOTADB || base == SQLITE_CORRUPT || base == SQLITE_ERROR ||
                   base == SQLITE_SCHEMA;
    return content ? RC_CONFIG : RC_IO;
}

/* ---- before SQLite sees the file ---- */

const char *store_network_name(long magic)
{
    /* linux/magic.h and the statfs(2) manual page */
    static const struct {
        long magic;
        const char *name;
    } systems[] = {
        {0x6969, "NFS"},       {0x517B, "SMB"},      {0xFF534D42L, "CIFS"},
        {0xFE534D42L, "SMB2"}, {0x01021997, "9P"},   {0x5346414FL, "AFS"},
        {0x73757245, "CODA"},  {0x00C36400, "CEPH"}, {0x564C, "NCP"},
    };
    for (size_t i = 0; i < COUNT(systems); i++)
        if ((unsigned long)systems[i].magic == ((unsigned long)magic & 0xFFFFFFFFUL))
            return systems[i].name;
    return NULL;
}

/* The directory of `path`, on the heap. */
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A reader that may write leaves no empty -wal and -shm files behind; query_only binds it. */
bool store_may_write_around(const char *path)
{
    char *dir = directory_of(path);
    bool may = dir && access(path, R_OK | W_OK) == 0 && access(dir, W_OK | X_OK) == 0;
    free(dir);
    return may;
}

static enum rc check_directory(const char *path, const char *dir, struct log *log)
{
    struct stat st;
    struct statfs fs;
    if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode)) {
        log_say(log, LOG_ERROR, "%s: the directory %s does not exist; create it first", path, dir);
        return RC_IO;
    }
    if (statfs(dir, &fs) < 0)
        return store_refuse(log, path, "its file system cannot be examined", RC_IO);
    const char *network = store_network_name((long)fs.f_type);
    if (network) {
        log_say(log, LOG_ERROR,
                "%s: on a network file system (%s), which does not lock or flush safely; name a "
                "file on a local disk",
                path, network);
        return RC_REFUSED;
    }
    return RC_OK;
}

enum rc store_check_path(const char *path, enum store_mode mode, struct log *log)
{
    struct stat st;
    char *dir = directory_of(path);
    if (!dir)
        return store_refuse(log, path, "out of memory", RC_IO);
    enum rc rc = check_directory(path, dir, log);
    if (rc != RC_OK)
        goto out;
    bool there = stat(path, &st) == 0;
    if (there && S_ISDIR(st.st_mode))
        rc = store_refuse(log, path, "is a directory; name a file in it", RC_IO);
    else if (there && !S_ISREG(st.st_mode))
        rc = store_refuse(log, path, "is not a regular file; name another one", RC_IO);
    else if (!there && mode == STORE_READ)
        rc = store_refuse(
            log, path, "does not exist; `lambdabench run` creates it, or name another file", RC_IO);
    else if (there && access(path, mode == STORE_READ ? R_OK : R_OK | W_OK) < 0)
        rc = store_refuse(log, path,
                          mode == STORE_READ
                              ? "may not be read; change its permissions"
                              : "is read-only; change its permissions or name another file",
                          RC_IO);
    else if (mode == STORE_WRITE && access(dir, W_OK | X_OK) < 0)
        rc = store_refuse(
            log, path, "its directory is read-only; change its permissions or name another", RC_IO);
out:
    free(dir);
    return rc;
}

static int quick_check(sqlite3 *db, const char *table, bool *good)
{
    char sql[80];
    sqlite3_stmt *statement = NULL;
    snprintf(sql, sizeof sql, table ? "PRAGMA quick_check(%s)" : "PRAGMA quick_check", table);
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        *good = text && strcmp(text, "ok") == 0;
        code = SQLITE_OK;
    }
    (void)sqlite3_finalize(statement);
    return code;
}

/* A file that was cut within a page; SQLite takes what is missing as zeros. With a write-ahead log
 * beside it the file may be behind, and is made whole from there. */
static bool is_cut(const char *path)
{
    struct stat st, wal;
    char name[4096];
    struct obuf out = {name, 0, sizeof name};
    if (obuf_printf(&out, "%s-wal", path) != RC_OK || (stat(name, &wal) == 0 && wal.st_size > 0))
        return false;
    return stat(path, &st) == 0 && st.st_size % 4096 != 0;
}

enum rc store_check_content(struct store *store, struct log *log)
{
    int64_t pages = 0;
    bool good = !is_cut(store->path);
    int code = sql_get_int(store->db, "PRAGMA page_count", &pages);
    int64_t most = store->mode == STORE_WRITE ? CHECK_WRITER_MAX : CHECK_READER_MAX;
    if (code == SQLITE_OK && good && pages * 4096 <= most) {
        code = quick_check(store->db, NULL, &good);
    } else if (store->mode == STORE_WRITE) {
        for (unsigned i = 0; i < schema_table_count && code == SQLITE_OK && good; i++)
            if (strcmp(schema_tables[i].name, "chunk") != 0)
                code = quick_check(store->db, schema_tables[i].name, &good);
    }
    if (code == SQLITE_OK && !good)
        code = SQLITE_CORRUPT;
    return code == SQLITE_OK ? RC_OK : store_say(log, store->db, code, store->path);
}
