/* Inside of the store, for the other files of db/ only. */
#ifndef DB_HANDLE_H
#define DB_HANDLE_H

#include <sqlite3.h>

#include "core/bytes.h"
#include "db/store.h"

enum { STORE_APPLICATION_ID = 0x48494C42 /* "HILB" */, STORE_VERSION = 1 };

struct store {
    sqlite3 *db;
    char *path;
    enum store_mode mode;
    int lock_fd;   /* STORE_WRITE: holds the shared "a program writes here" lock */
    int wal_pages; /* in the write-ahead log after the last commit */
};

/* What went wrong and what to do, for people: "disk full ...". Needs no lock and keeps no state. */
void store_describe(int code, int system_errno, const char *path, struct obuf *out);

/* A second connection of the writer's thread that only makes checkpoints. NULL: it failed. */
sqlite3 *store_open_checkpointer(const struct store *store);

/* 0 where the file system is local; else its name ("NFS"). */
const char *store_network_name(long magic);

/* ---- store_check.c ---- */
/* One message; returns `rc`, or the one that fits SQLite's code. `db` may be NULL. */
enum rc store_refuse(struct log *log, const char *path, const char *text, enum rc rc);
enum rc store_say(struct log *log, sqlite3 *db, int code, const char *path);
/* The path, the directory, the file system: before SQLite sees the file. */
MUST_CHECK enum rc store_check_path(const char *path, enum store_mode mode, struct log *log);
/* The pages, as far as the time at opening allows. */
MUST_CHECK enum rc store_check_content(struct store *store, struct log *log);
bool store_may_write_around(const char *path);

/* ---- store_crash.c ---- */
void store_lock(struct store *store);
/* A batch's state as stored, or "crashed" for one that is running and that no program writes any
 * more: it is closed by the next one that writes. */
const char *store_state_now(const struct store *store, const char *stored);

/* ---- schema.c ---- */
extern const char *const schema_sql[]; /* ends with NULL */
/* The tables in an order in which rows only point back, with the columns that order their rows. */
struct schema_table {
    const char *name, *key;
};
extern const struct schema_table schema_tables[];
extern const unsigned schema_table_count;

/* ---- statements ---- */
int sql_run(sqlite3 *db, const char *sql);
/* First column of the first row. SQLITE_NOTFOUND: no row. */
int sql_get_int(sqlite3 *db, const char *sql, int64_t *out);
/* NULL text, NaN and infinite values become NULL. */
void sql_text(sqlite3_stmt *statement, int at, const char *text);
void sql_real(sqlite3_stmt *statement, int at, double value);
void sql_blob(sqlite3_stmt *statement, int at, const void *bytes, size_t len);

#endif
